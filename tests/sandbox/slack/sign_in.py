"""Browser pages: Sign in with Slack (OpenID Connect) and installing the app."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from tests.sandbox.slack.identity import ISSUER, keys
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Refused
from tests.sandbox.slack.sign_in_page import chooser, question, refusal
from tests.sandbox.slack.state import State
from tests.sandbox.slack.triggers import Code

COOKIE = "sandbox_person"
OPENID_SCOPES = {"openid", "email", "profile"}
_KEPT = ("client_id", "redirect_uri", "response_type", "scope", "user_scope", "state", "nonce", "team")
_SENTENCES = {
    "invalid_client_id": "The link that led here names an app Slack does not know.",
    "bad_redirect_uri": "redirect_uri did not match any configured URIs.",
    "invalid_scope": "The app asks for permissions that do not exist.",
    "unsupported_response_type": "The app asks for a kind of answer that Slack does not give here.",
    "invalid_team_for_non_distributed_app": "You are not a member of the workspace this link is for.",
    "access_denied": "Guests cannot install apps. Ask an administrator of the workspace.",
}


class SignIn:
    def __init__(self, state: State) -> None:
        self._state = state

    async def openid(self, request: Request) -> Response:
        return await self._page(request, "openid")

    async def install(self, request: Request) -> Response:
        return await self._page(request, "install")

    async def configuration(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        base = self._state.base_url
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{base}/openid/connect/authorize",
                "token_endpoint": f"{base}/api/openid.connect.token",
                "userinfo_endpoint": f"{base}/api/openid.connect.userInfo",
                "jwks_uri": f"{base}/openid/connect/keys",
                "scopes_supported": sorted(OPENID_SCOPES),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )

    async def keys(self, request: Request) -> Response:  # noqa: ARG002 - as above
        return JSONResponse(keys())

    async def _page(self, request: Request, purpose: str) -> Response:
        if request.method == "POST":
            async with request.form() as form:
                given = {name: value for name, value in form.items() if isinstance(value, str)}
        else:
            given = dict(request.query_params)
        try:
            scopes = self._checked(given, purpose)
            user = self._session(request, given)
            if user is None:
                return HTMLResponse(self._chooser(request, given))
            self._admitted(user, given, purpose)
        except Refused as refused:
            return HTMLResponse(refusal(refused.code, _SENTENCES[refused.code]), status_code=400)
        if request.method == "POST":
            return self._answered(user, given, purpose, scopes)
        return HTMLResponse(self._question(user, given, purpose, scopes))

    def _checked(self, given: Mapping[str, str], purpose: str) -> tuple[str, ...]:
        if given.get("client_id") != self._state.credentials.client_id:
            raise Refused("invalid_client_id")
        if given.get("redirect_uri") not in self._state.redirect_uris:
            raise Refused("bad_redirect_uri")
        scopes = tuple(given.get("scope", "").replace(",", " ").split())
        if purpose == "openid":
            if given.get("response_type") != "code":
                raise Refused("unsupported_response_type")
            if "openid" not in scopes or not set(scopes) <= OPENID_SCOPES:
                raise Refused("invalid_scope")
        elif not scopes or set(scopes) & OPENID_SCOPES:
            raise Refused("invalid_scope")
        return scopes

    def _session(self, request: Request, given: Mapping[str, str]) -> User | None:
        chosen = request.cookies.get(COOKIE) or given.get("sandbox_as", "")
        user = self._state.users.get(chosen)
        return None if user is None or user.deleted or user.bot else user

    def _admitted(self, user: User, given: Mapping[str, str], purpose: str) -> None:
        if given.get("team") not in {None, "", user.team_id}:
            raise Refused("invalid_team_for_non_distributed_app")
        if purpose == "install" and user.guest:
            raise Refused("access_denied")

    def _chooser(self, request: Request, given: Mapping[str, str]) -> str:
        kept = {name: given[name] for name in _KEPT if name in given}
        return chooser(
            (f"{request.url.path}?{urlencode({**kept, 'sandbox_as': user.id})}", user.name, user.email)
            for user in self._state.users.values()
            if not user.bot and not user.deleted
        )

    def _question(self, user: User, given: Mapping[str, str], purpose: str, scopes: tuple[str, ...]) -> str:
        fields = {name: given[name] for name in (*_KEPT, "sandbox_as") if name in given}
        team = self._state.teams[user.team_id].name
        if purpose == "openid":
            shared = {
                "openid": "Your Slack id and workspace",
                "email": user.email,
                "profile": f"Your name: {user.name}",
            }
            title = f"Sign in to {team} as {user.name}"
            return question(title, team, "Calendar Bot will learn:", [shared[scope] for scope in scopes], fields)
        title = f"Calendar Bot is requesting permission to access the {team} Slack workspace"
        return question(title, team, f"Signed in as {user.name}. It will be able to use:", scopes, fields)

    def _answered(self, user: User, given: Mapping[str, str], purpose: str, scopes: tuple[str, ...]) -> Response:
        uri = given["redirect_uri"]
        state = {"state": given["state"]} if "state" in given else {}
        if given.get("answer") != "allow":
            return RedirectResponse(_with_query(uri, {"error": "access_denied", **state}), status_code=303)
        code = Code(purpose, user.team_id, user.id, uri, scopes, self._state.clock.now(), given.get("nonce"))
        with self._state.lock:
            value = self._state.codes.issue(code)
        return RedirectResponse(_with_query(uri, {"code": value, **state}), status_code=303)


def _with_query(uri: str, extra: Mapping[str, str]) -> str:
    parts = urlsplit(uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *extra.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))
