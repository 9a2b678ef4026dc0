"""The token, revocation, userinfo, tokeninfo and certificate endpoints."""

import base64
import binascii
import secrets
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sandbox.google import identity
from tests.sandbox.google.accounts import Accounts
from tests.sandbox.google.errors import OAuthError, session_ended
from tests.sandbox.google.grant_records import Issued
from tests.sandbox.google.grants import ACCESS_LIFETIME, Grants
from tests.sandbox.google.model import Account, Client, Json
from tests.sandbox.google.scopes import EMAIL, OPENID, PROFILE, SIGN_IN, long
from tests.sandbox.google.state import State

ISSUER = "https://accounts.google.com"
_OF_CLIENTS = {
    "deleted_client": "The OAuth client was deleted.",
    "disabled_client": "The OAuth client was disabled.",
}
_NO_STORE = {"cache-control": "no-cache, no-store, max-age=0, must-revalidate", "pragma": "no-cache"}


class TokenEndpoint:
    """Speaks OAuth 2 as Google does, in Google's words."""

    def __init__(self, state: State, client: Client, accounts: Accounts, grants: Grants) -> None:
        self._state = state
        self._client = client
        self._accounts = accounts
        self._grants = grants

    def routes(self) -> list[Route]:
        return [
            Route("/token", self.token, methods=["POST"]),
            Route("/revoke", self.revoke, methods=["POST"]),
            Route("/v1/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route("/tokeninfo", self.tokeninfo, methods=["GET", "POST"]),
            Route("/certs", self.certs, methods=["GET"]),
        ]

    async def token(self, request: Request) -> Response:
        try:
            form = await _form(request)
            self._authenticate(form, request.headers.get("authorization"))
            issued = self._issue(form)
        except OAuthError as refusal:
            return JSONResponse(refusal.body, refusal.status, headers=_NO_STORE)
        request.state.account = issued.email
        return JSONResponse(self._answer(issued), headers=_NO_STORE)

    def _authenticate(self, form: dict[str, str], authorization: str | None) -> None:
        """Client credentials come as HTTP Basic or in the body."""
        client_id, secret = form.get("client_id"), form.get("client_secret")
        if authorization is not None:
            basic_id, basic_secret = _basic(authorization)
            if secret is not None or client_id not in (None, basic_id):
                raise OAuthError(400, "invalid_request", "Client credentials must be given in one way only.")
            client_id, secret = basic_id, basic_secret
        if client_id is None:
            raise OAuthError(400, "invalid_request", "Could not determine client ID from request.")
        if self._client.state != "ok":
            raise OAuthError(401, self._client.state, _OF_CLIENTS.get(self._client.state, "Unauthorized"))
        if client_id != self._client.client_id:
            raise OAuthError(401, "invalid_client", "Unauthorized")
        if secret is None:
            raise OAuthError(400, "invalid_request", "client_secret is missing.")
        if not any(secrets.compare_digest(secret.encode(), known.encode()) for known in self._client.secrets):
            raise OAuthError(401, "invalid_client", "Unauthorized")

    def _issue(self, form: dict[str, str]) -> Issued:
        match form.get("grant_type"):
            case "authorization_code":
                code, redirect_uri = _must(form, "code"), _must(form, "redirect_uri")
                return self._grants.redeem(code, redirect_uri, form.get("code_verifier"))
            case "refresh_token":
                token = _must(form, "refresh_token")
                account = self._accounts.find(self._grants.owner_of_refresh_token(token) or "")
                if account is not None:
                    self._refuse_by_account(account)
                session = self._client.session_lengths.get(account.hd) if account and account.hd else None
                asked = form.get("scope")
                return self._grants.refresh(token, frozenset(map(long, asked.split())) if asked else None, session)
            case other:
                raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {other or ''}")

    def _refuse_by_account(self, account: Account) -> None:
        if account.state == "admin_policy_enforced" or self._client.blocks(account):
            said = "The request is blocked by the policies of the account's Google Workspace administrator."
            raise OAuthError(400, "admin_policy_enforced", said)
        match account.state:
            case "invalid_rapt":
                raise session_ended()
            case "deleted":
                raise OAuthError(400, "invalid_grant", "Account has been deleted")
            case "disabled":
                raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
            case _:
                return

    def _answer(self, issued: Issued) -> Json:
        scopes = sorted(issued.scopes)
        secrets.SystemRandom().shuffle(scopes)  # Google keeps no order either
        answer: Json = {
            "access_token": issued.access_token,
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }
        if issued.refresh_token is not None and self._client.without_refresh_token > 0:
            self._client.without_refresh_token -= 1
        elif issued.refresh_token is not None:
            answer["refresh_token"] = issued.refresh_token
        if issued.refresh_lifetime is not None:
            answer["refresh_token_expires_in"] = int(issued.refresh_lifetime.total_seconds())
        if OPENID in issued.scopes:
            answer["id_token"] = self._id_token(issued)
        return answer

    def _id_token(self, issued: Issued) -> str:
        account = self._accounts.of(issued.email)
        now = int(self._state.now().timestamp())
        claims: Json = {"iss": ISSUER, "azp": self._client.client_id, "aud": self._client.client_id}
        claims |= _claims(account, issued.scopes) | {"at_hash": identity.half_hash(issued.access_token)}
        if issued.nonce is not None:
            claims["nonce"] = issued.nonce
        return identity.sign(claims | {"iat": now, "exp": now + 3600})

    async def revoke(self, request: Request) -> Response:
        try:
            token = request.query_params.get("token") or (await _form(request)).get("token")
        except OAuthError as refusal:
            return JSONResponse(refusal.body, refusal.status)
        if not token:
            return JSONResponse({"error": "invalid_request", "error_description": "Missing required parameter."}, 400)
        if not self._grants.revoke_token(token):
            return JSONResponse({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)
        return JSONResponse({})

    async def userinfo(self, request: Request) -> Response:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        access = self._grants.access(value.strip()) if kind.lower() == "bearer" else None
        account = self._accounts.of(access.email) if access else None
        if access is None or account is None or account.gone or not access.scopes & SIGN_IN:
            challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
            body = {"error": "invalid_request", "error_description": "Invalid Credentials"}
            return JSONResponse(body, 401, headers={"www-authenticate": challenge})
        request.state.account = account.email
        return JSONResponse(_claims(account, access.scopes))

    async def tokeninfo(self, request: Request) -> Response:
        given = dict(request.query_params)
        claims = identity.verified(given["id_token"]) if "id_token" in given else None
        access = self._grants.access(given.get("access_token", ""))
        now = self._state.now()
        if claims is not None and claims["exp"] > now.timestamp():
            return JSONResponse({key: _spelled(value) for key, value in claims.items()})
        if access is None:
            return JSONResponse({"error": "invalid_token", "error_description": "Invalid Value"}, 400)
        account = self._accounts.of(access.email)
        body: Json = {"azp": self._client.client_id, "aud": self._client.client_id}
        body |= {"sub": account.sub} if OPENID in access.scopes else {}
        body |= {"email": account.email, "email_verified": _spelled(account.verified)} if EMAIL in access.scopes else {}
        body["scope"] = " ".join(sorted(access.scopes))
        body["exp"] = str(int(access.expires_at.timestamp()))
        body["expires_in"] = str(int((access.expires_at - now).total_seconds()))
        body["access_type"] = "offline" if access.offline else "online"
        return JSONResponse(body)

    async def certs(self, _: Request) -> Response:
        return JSONResponse(identity.jwks(), headers={"cache-control": "public, max-age=21600"})


def _claims(account: Account, scopes: frozenset[str]) -> Json:
    """What the scopes let a client know of an account."""
    claims: Json = {"sub": account.sub}
    if PROFILE in scopes:
        given, _, family = account.name.partition(" ")
        claims |= {"name": account.name, "given_name": given, "family_name": family}
        claims["picture"] = f"https://lh3.googleusercontent.com/a/{account.sub}=s96-c"
    if EMAIL in scopes:
        claims |= {"email": account.email, "email_verified": account.verified}
    if account.hd is not None and scopes & {EMAIL, PROFILE}:
        claims["hd"] = account.hd
    return claims


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _must(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
    return form[name]


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, value = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise OAuthError(401, "invalid_client", "Unauthorized") from None
    if not colon or kind.lower() != "basic":
        raise OAuthError(401, "invalid_client", "Unauthorized")
    return client_id, secret


async def _form(request: Request) -> dict[str, str]:
    """A form body in which nothing is said twice."""
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind != "application/x-www-form-urlencoded":
        raise OAuthError(400, "invalid_request", "Bad Request")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw), errors="strict")
    except ValueError:
        raise OAuthError(400, "invalid_request", "Bad Request") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise OAuthError(400, "invalid_request", "OAuth 2 parameters can only have a single value.")
    return form
