"""What the authorization endpoint accepts, and the error pages it shows for the rest."""

from collections.abc import Iterable

from tests.sandbox.google.grant_records import AuthRequest
from tests.sandbox.google.model import Account, Client
from tests.sandbox.google.scopes import known, long

_PROMPTS = frozenset({"none", "consent", "select_account"})


class PageError(Exception):
    """Google shows an error page and sends nobody back: "Error 400: redirect_uri_mismatch"."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"Error {status}: {code}")
        self.status = status
        self.code = code
        self.message = message


def read(query: Iterable[tuple[str, str]], client: Client) -> AuthRequest:
    """The request, checked in Google's order: client, redirect, then the rest."""
    given: dict[str, str] = {}
    for name, value in query:
        if name in given:
            raise PageError(400, "invalid_request", f"OAuth 2 parameters can only have a single value: {name}")
        given[name] = value
    _check_client(given, client)
    redirect_uri = _must(given, "redirect_uri")
    if redirect_uri not in client.redirect_uris:
        said = f"You can't sign in because {client.app_name} sent an invalid request. The redirect URI in the request, "
        raise PageError(400, "redirect_uri_mismatch", f"{said}{redirect_uri}, is not registered for this client.")
    if (kind := _must(given, "response_type")) != "code":
        raise PageError(400, "unsupported_response_type", f"Invalid response_type: {kind}")
    challenge, method = _challenge(given)
    return AuthRequest(
        redirect_uri=redirect_uri,
        scopes=_scopes(_must(given, "scope")),
        state=given.get("state"),
        nonce=given.get("nonce"),
        challenge=challenge,
        challenge_method=method,
        offline=_one_of(given, "access_type", ("online", "offline")) == "offline",
        prompt=_prompt(given.get("prompt", "")),
        login_hint=given.get("login_hint") or None,
        hd=given.get("hd") or None,
        include_granted=_one_of(given, "include_granted_scopes", ("false", "true")) == "true",
    )


def _check_client(given: dict[str, str], client: Client) -> None:
    if _must(given, "client_id") != client.client_id or client.state == "invalid_client":
        raise PageError(401, "invalid_client", "The OAuth client was not found.")
    if client.state == "deleted_client":
        raise PageError(401, "deleted_client", "The OAuth client was deleted.")
    if client.state == "disabled_client":
        raise PageError(401, "disabled_client", "The OAuth client was disabled.")
    if client.state == "unauthorized_client":
        raise PageError(400, "unauthorized_client", "This client is not allowed to ask for access in this way.")


def _must(given: dict[str, str], name: str) -> str:
    if not given.get(name):
        raise PageError(400, "invalid_request", f"Required parameter is missing: {name}")
    return given[name]


def _one_of(given: dict[str, str], name: str, allowed: tuple[str, str]) -> str:
    """The value; the first of the allowed ones is the default."""
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise PageError(400, "invalid_request", f"Invalid parameter value for {name}: '{value}'")
    return value


def _prompt(text: str) -> frozenset[str]:
    words = frozenset(text.split())
    if not words <= _PROMPTS or ("none" in words and len(words) > 1):
        raise PageError(400, "invalid_request", f"Invalid parameter value for prompt: '{text}'")
    return words


def _challenge(given: dict[str, str]) -> tuple[str | None, str]:
    challenge, method = given.get("code_challenge"), given.get("code_challenge_method", "plain")
    if method not in ("S256", "plain"):
        raise PageError(400, "invalid_request", f"Invalid parameter value for code_challenge_method: '{method}'")
    if challenge is None:
        if "code_challenge_method" in given:
            raise PageError(400, "invalid_request", "Required parameter is missing: code_challenge")
        return None, method
    if not 43 <= len(challenge) <= 128 or not all(
        char.isascii() and (char.isalnum() or char in "-._~") for char in challenge
    ):
        raise PageError(400, "invalid_request", "Invalid parameter value for code_challenge")
    return challenge, method


def _scopes(text: str) -> tuple[str, ...]:
    asked = text.split()
    wrong = [scope for scope in asked if not known(scope)]
    if wrong or not asked:
        right = [scope for scope in asked if scope not in wrong]
        raise PageError(400, "invalid_scope", f"Some requested scopes were invalid. {{valid={right}, invalid={wrong}}}")
    return tuple(dict.fromkeys(map(long, asked)))


def check_policy(account: Account, client: Client) -> None:
    """Raise the page by which an administrator, or the app's own status, keeps this account out."""
    app = client.app_name
    blocked = "admin_policy_enforced" if client.blocks(account) else None
    match blocked or account.policy or client.policy:
        case "org_internal" if client.internal_to is None or account.hd != client.internal_to:
            raise PageError(403, "org_internal", f"{app} is restricted to users within its organization.")
        case "disallowed_useragent":
            raise _embedded(client)
        case "admin_policy_enforced":
            said = f"Access blocked: your institution's admin needs to review {app}."
            raise PageError(400, "admin_policy_enforced", said)
        case "access_denied_testing":
            said = f"{app} has not completed the Google verification process. The app is currently being tested, and "
            raise PageError(403, "access_denied", f"{said}can only be accessed by developer-approved testers.")
        case _:
            return


def check_browser(user_agent: str, client: Client) -> None:
    """Google does not let people sign in inside an embedded web view."""
    if client.policy == "disallowed_useragent" or "; wv)" in user_agent:
        raise _embedded(client)


def _embedded(client: Client) -> PageError:
    said = f"{client.app_name} does not comply with Google's policy of using secure browsers."
    return PageError(403, "disallowed_useragent", said)
