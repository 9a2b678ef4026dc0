"""Cross-Account Protection over HTTP: its configuration, its keys, and the API that registers a receiver."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sandbox.google import risc_events
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.model import Client, Json
from tests.sandbox.google.risc import Risc, Stream
from tests.sandbox.google.service_accounts import ServiceAccount, ServiceAccounts
from tests.sandbox.google.state import State

_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_READ_BACK = {"delivery", "events_requested", "iss", "aud", "status", "events_supported", "events_delivered"}
"""The fields of a configuration: whoever changes it posts back what was read."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RiscRefused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"code": status, "message": message, "status": _STATUS[status]}}


class RiscApi:
    """Refuses in the words of the error code reference."""

    def __init__(self, state: State, client: Client, grants: Grants, accounts: ServiceAccounts, risc: Risc) -> None:
        self._state = state
        self._client = client
        self._grants = grants
        self._accounts = accounts
        self._risc = risc

    def routes(self) -> list[Route]:
        api = "/v1beta/stream"
        return [
            Route("/.well-known/risc-configuration", self.configuration),
            Route("/risc/jwks", self.keys),
            Route(api, self._called(self._shown), methods=["GET"]),
            Route(f"{api}:update", self._called(self._update), methods=["POST"]),
            Route(f"{api}:verify", self._called(self._verify), methods=["POST"]),
            Route(f"{api}/status", self._called(self._status), methods=["GET"]),
            Route(f"{api}/status:update", self._called(self._set_status), methods=["POST"]),
        ]

    async def configuration(self, request: Request) -> Response:
        self._risc.configuration_fetches += 1
        base = str(request.base_url).rstrip("/")
        stream = f"{base}/v1beta/stream"
        return JSONResponse(
            {
                "issuer": risc_events.ISSUER,
                "jwks_uri": f"{base}/risc/jwks",
                "delivery_methods_supported": [risc_events.PUSH],
                "configuration_endpoint": stream,
                "status_endpoint": f"{stream}/status",
                "add_subject_endpoint": f"{stream}/subjects:add",
                "remove_subject_endpoint": f"{stream}/subjects:remove",
                "verification_endpoint": f"{stream}:verify",
            }
        )

    async def keys(self, _: Request) -> Response:
        self._risc.key_fetches += 1
        keys = await run_in_threadpool(self._risc.jwks)  # a new key takes a moment to make
        return JSONResponse(keys, headers={"cache-control": "public, max-age=21600"})

    def _called(self, act: Callable[[Json], Json]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            try:
                self._authorize(request.headers.get("authorization", ""))
                return JSONResponse(act(_read(raw)))
            except RiscRefused as refused:
                return JSONResponse(refused.body, refused.status)

        return endpoint

    def _authorize(self, authorization: str) -> ServiceAccount:
        kind, _, token = authorization.partition(" ")
        token = token.strip() if kind.lower() == "bearer" else ""
        if self._grants.access(token) is not None:
            raise RiscRefused(403, "Stream management APIs should only be called by a service account.")
        account = self._accounts.signer(token, self._state.now())
        if account is None:
            raise RiscRefused(401, "Unauthorized.")
        if account.foreign:
            said = "To use this API your project must have at least one OAuth client configured."
            raise RiscRefused(403, said)
        if not account.admin:
            raise RiscRefused(403, "Service account needs permission to access your RISC configuration")
        return account

    def _shown(self, _: Json) -> Json:
        stream = self._stream("Project has no RISC configuration.")
        return {
            "iss": risc_events.ISSUER,
            "aud": [self._client.client_id],
            "delivery": {"delivery_method": risc_events.PUSH, "url": stream.url},
            "events_requested": list(stream.events),
            "status": stream.status,
        }

    def _update(self, body: Json) -> Json:
        _refuse_unknown(body, _READ_BACK)
        delivery = body.get("delivery")
        method, url = (
            delivery.get(name) if isinstance(delivery, dict) else None for name in ("delivery_method", "url")
        )
        events = body.get("events_requested")
        found = {"delivery": delivery, "delivery_method": method, "url": url, "events_requested": events}
        for name, value in found.items():
            if not value:
                raise RiscRefused(400, f"Stream configuration must contain {name} field.")
        if method != risc_events.PUSH:
            raise RiscRefused(400, "Unsupported delivery method.")
        if not isinstance(events, list) or not set(events) <= set(risc_events.URIS.values()):
            raise RiscRefused(400, "Unsupported event type.")
        self._check_address(str(url))
        with self._state.changing():
            kept = self._risc.stream
            self._risc.stream = Stream(str(url), tuple(events), kept.status if kept else "enabled")
        return {}

    def _check_address(self, url: str) -> None:
        """TLS may be missing on loopback, where all of the sandbox lives without it."""
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme != "https" and not (urlsplit(url).scheme == "http" and host in _LOOPBACK):
            raise RiscRefused(403, "The delivery endpoint must be an HTTPS URL.")
        domains = {urlsplit(address).hostname or "" for address in self._client.redirect_uris}
        domains |= self._client.authorized_domains
        if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
            raise RiscRefused(403, "The delivery endpoint does not belong to any of your project's domains.")

    def _status(self, _: Json) -> Json:
        return {"status": self._stream("Project has no RISC configuration.").status}

    def _set_status(self, body: Json) -> Json:
        stream = self._stream("Project has no existing RISC configuration, cannot update status.")
        if body.get("status") not in ("enabled", "disabled"):
            raise RiscRefused(403, "Unsupported status. Invalid status.")
        with self._state.changing():
            stream.status = str(body["status"])
        return {}

    def _verify(self, body: Json) -> Json:
        _refuse_unknown(body, {"state"})
        self._stream("Project has no RISC configuration.")
        self._risc.send_soon(risc_events.VERIFICATION, **body)
        return {}

    def _stream(self, otherwise: str) -> Stream:
        if self._risc.stream is None:
            raise RiscRefused(404, otherwise)
        return self._risc.stream


def _read(raw: bytes) -> Json:
    try:
        body: object = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RiscRefused(400, "Invalid JSON payload received.")
    return body


def _refuse_unknown(body: Json, known: set[str]) -> None:
    for name in body:
        if name not in known:
            raise RiscRefused(400, f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
