"""What the operator does at Google's console from the page, and what it shows."""

import itertools
from typing import Any

from tests.sandbox.google import jws
from tests.sandbox.google.model import ClientState, ProjectState
from tests.sandbox.google.risc import Delivery
from tests.sandbox.google.risc_events import TOKEN_REVOKED, URIS, VERIFICATION
from tests.sandbox.google.standin import GoogleStandIn

Json = dict[str, Any]
_PLACES = ("POST /token", "/calendar/v3/")
"""What fails when Google fails: people can still consent, or nobody could watch how it heals."""
_CLIENT_STATES: tuple[ClientState, ...] = ("ok", "disabled_client", "deleted_client")
_API_STATES: tuple[ProjectState, ...] = ("ok", "SERVICE_DISABLED")
_SHARES = (0.0, 0.1, 0.3, 0.6)
_SHOWN = 5


class ConsoleActs:
    """One method per act; each takes the page's request body. Raises ValueError in words a person can read."""

    def __init__(self, google: GoogleStandIn) -> None:
        self._google = google
        self._seeds = itertools.count()

    def secret(self, asked: Json) -> None:
        if asked["works"]:
            self._google.restore_client_secret()
        elif not self._google.secret_rotated:
            self._google.rotate_client_secret()

    def client(self, asked: Json) -> None:
        self._google.set_client_state(_one_of(asked["state"], _CLIENT_STATES))

    def api(self, asked: Json) -> None:
        self._google.set_project_state(_one_of(asked["state"], _API_STATES))

    def organization(self, asked: Json) -> None:
        domain = _one_of(asked["domain"], tuple(self._domains()))
        if asked["blocked"]:
            self._google.block_app(domain=domain)
        else:
            self._google.unblock_app(domain=domain)

    def outage(self, asked: Json) -> None:
        share, seed = _one_of(float(asked["share"]), _SHARES), next(self._seeds)
        with self._google.changing():
            for place in _PLACES:
                self._google.script.at_rate(place, share, seed=seed)

    def risc(self, asked: Json) -> Json:
        event = _one_of(asked["event"], tuple(URIS))
        if event == VERIFICATION:
            status = self._google.send_risc(event, state="from the sandbox page")
        elif event == TOKEN_REVOKED:
            status = self._google.send_risc(event, email=self._with_token(asked["account"]))
        else:
            more = {"reason": asked["reason"]} if asked.get("reason") else {}
            status = self._google.send_risc(event, email=asked["account"], **more)
        return {"status": status}

    def _with_token(self, email: str) -> str:
        if not any(grant.refresh_token for grant in self._google.grants(email)):
            raise ValueError(f"{email} has given the bot no token that could be revoked.")
        return email

    def seen(self) -> Json:
        """Every switch as it stands."""
        google, risc = self._google, self._google.risc
        rates = {rate.where: rate.share for rate in google.script.rates()}
        return {
            "client_id": google.client_id,
            "secret_works": not google.secret_rotated,
            "client": google.client.state,
            "api": google.client.project_state,
            "domains": [{"name": name, "blocked": name in google.client.blocked_domains} for name in self._domains()],
            "share": max((rates.get(place, 0.0) for place in _PLACES), default=0.0),
            "met": len(google.script.met),
            "calls": google.quota.calls,
            "busiest_minute": google.quota.busiest_minute,
            "calls_today": google.quota.calls_on(self._google.now()),
            "events": list(URIS),
            "accounts": [account.email for account in google.accounts()],
            "stream": None if risc.stream is None else {"url": risc.stream.url, "status": risc.stream.status},
            "sent": [self._sent(number, each) for number, each in list(enumerate(risc.sent))[: -_SHOWN - 1 : -1]],
        }

    def _sent(self, number: int, delivery: Delivery) -> Json:
        subs = {account.sub: account.email for account in self._google.accounts()}
        found = jws.parts(delivery.token)
        events: Json = found[1].get("events", {}) if found else {}
        name = next(iter(events), "?")
        subject = events.get(name, {}).get("subject", {}).get("sub")
        return {
            "key": number,
            "event": name.rpartition("/")[2],
            "account": subs.get(subject),
            "status": delivery.statuses[-1] if delivery.statuses else None,
            "tries": len(delivery.statuses),
            "at": delivery.at.isoformat(),
        }

    def _domains(self) -> list[str]:
        return sorted({account.hd for account in self._google.accounts() if account.hd})


def _one_of(value: Any, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{value!r} is not a choice here.")
    return value
