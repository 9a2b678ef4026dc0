"""Google's OAuth 2.0 side: the consent screen's address, code exchange, refresh, revocation, and who it was."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httplib2
from google.auth import jwt
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow

from bot.domain.faults import Facts, GoogleFault, Step, Verdict, classify
from bot.domain.permissions import SCOPES, normalised
from bot.google.answers import failed, fault, refusal, word
from bot.google.token_http import ExchangeAdapter, RefreshRequest, answer_of, ask
from bot.google.transport import Transport
from bot.ports import AccessToken, Clock, Consented

_CODE = re.compile(r"[\x21-\x7e]{1,2048}")
_IDENTITY = normalised(("openid", "email"))
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_OK = 200
_USUAL_LIFETIME = 3600
"""Seconds an access token of Google's lives, should the answer not say it (RFC 6749 lets it)."""


class GoogleConsent:
    """The port ``Consent``, through google-auth-oauthlib and google-auth. Safe between threads."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secrets: Sequence[str],
        redirect_uri: str,
        auth_uri: str,
        token_uri: str,
        revoke_uri: str,
        userinfo_uri: str,
        clock: Clock,
        transport: Transport | None = None,
    ) -> None:
        """``transport`` may be shared with other adapters; without one there is one of our own."""
        self._client_id = client_id
        self._client_secrets = tuple(client_secrets)
        self._redirect_uri = redirect_uri
        self._auth_uri = auth_uri
        self._token_uri = token_uri
        self._revoke_uri = revoke_uri
        self._userinfo_uri = userinfo_uri
        self._clock = clock
        self._transport = transport or Transport()

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def url(
        self,
        *,
        state: str,
        verifier: str,
        nonce: str,
        login_hint: str | None,
        hosted_domain: str | None,
        choose: bool = False,
    ) -> str:
        """Where to send the browser.

        ``prompt=consent``, because without it Google leaves out the refresh token of whoever consented before. The
        account chooser is asked for with ``choose`` alone; otherwise ``login_hint`` settles the account.
        """
        extra = {"nonce": nonce, "prompt": "select_account consent" if choose else "consent", "access_type": "offline"}
        if login_hint:
            extra["login_hint"] = login_hint
        if hosted_domain:
            extra["hd"] = hosted_domain
        flow = self._flow(SCOPES, self._client_secrets[0], verifier)
        url, _ = flow.authorization_url(state=state, **extra)
        return str(url)

    @staticmethod
    def callback_fault(error: str) -> Verdict:
        """What the ``error`` that the browser brought back means. Its text, which anybody can write, goes nowhere."""
        return classify(Facts(step="authorize", oauth_error=word(error)))

    def exchange(self, *, code: str, verifier: str, nonce: str) -> Consented:
        """Trade the code and find out whose it was. Raises GoogleFault; a code is never tried again after one."""
        if not _CODE.fullmatch(code):  # Google cannot have issued it
            raise fault(Facts(step="exchange", oauth_error="invalid_grant"))
        answer = self._with_each_secret(lambda secret: self._redeem(secret, code, verifier))
        access = self._access(answer)
        if not access.scopes >= _IDENTITY:
            raise fault(Facts(step="identity", reasons=frozenset({"insufficientScopes"})))
        person = self._userinfo(access.value)
        self._hold_against(person, answer.get("id_token"), nonce)
        lives = answer.get("refresh_token_expires_in")
        return Consented(
            sub=person["sub"],
            email=person["email"],
            email_verified=person.get("email_verified") in (True, "true"),
            hosted_domain=person.get("hd"),
            access=access,
            refresh_token=answer.get("refresh_token"),
            refresh_expires_at=self._clock.now() + timedelta(seconds=lives) if lives else None,
        )

    def refresh(self, refresh_token: str) -> AccessToken:
        """A fresh access token. Raises GoogleFault."""
        return self._access(self._with_each_secret(lambda secret: self._refresh(secret, refresh_token)))

    def revoke(self, refresh_token: str) -> None:
        """End the whole grant of that account. Raises GoogleFault, though not for a grant that is dead already."""
        form = urlencode({"token": refresh_token})
        response, content = self._asked("revoke", self._revoke_uri, "POST", body=form, headers=_FORM)
        is_page = content.lstrip().startswith(b"<")  # a captive portal's; Google promises no body of its own
        if response.status == _OK and not is_page:
            return
        facts = refusal("revoke", response.status, content, response)
        if facts.oauth_error != "invalid_token":
            raise fault(facts)

    def _with_each_secret(self, question: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """The first secret that Google knows answers, so that secrets can be rotated without a gap.

        An exchange may be asked again: Google looks at the client before it looks at the code.
        """
        *others, last = self._client_secrets
        for secret in others:
            try:
                return question(secret)
            except GoogleFault as refused:
                if refused.facts.oauth_error != "invalid_client":
                    raise
        return question(last)

    def _redeem(self, secret: str, code: str, verifier: str) -> dict[str, Any]:
        # Without scopes of its own the flow does not compare them: oauthlib takes Google's long spelling for another
        # scope, and raises. What was granted is compared by bot.domain.permissions.
        flow = self._flow(None, secret, verifier)
        adapter = ExchangeAdapter(self._transport)
        adapter.mount(flow.oauth2session)
        ask("exchange", lambda: flow.fetch_token(code=code, include_client_id=True))
        return adapter.answer

    def _refresh(self, secret: str, refresh_token: str) -> dict[str, Any]:
        # No scopes here: google-auth would send them, and Google refuses a refresh that names more than was granted.
        credentials = Credentials(  # type: ignore[no-untyped-call]  # google-auth's own lack
            None,
            refresh_token=refresh_token,
            token_uri=self._token_uri,
            client_id=self._client_id,
            client_secret=secret,
        )
        request = RefreshRequest(self._transport)
        ask("refresh", lambda: credentials.refresh(request))  # type: ignore[no-untyped-call]  # as above
        return request.answer

    def _access(self, answer: dict[str, Any]) -> AccessToken:
        """The access token in an answer of the token endpoint.

        An answer without ``scope`` means that nothing differs from what was asked (RFC 6749, 5.1 and 6).
        """
        lives = timedelta(seconds=answer.get("expires_in") or _USUAL_LIFETIME)
        granted = normalised(SCOPES if answer.get("scope") is None else answer["scope"].split())
        return AccessToken(value=answer["access_token"], expires_at=self._clock.now() + lives, scopes=granted)

    def _userinfo(self, access_token: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {access_token}"}
        person = answer_of("identity", *self._asked("identity", self._userinfo_uri, "GET", headers=bearer))
        if not all(isinstance(person.get(claim), str) and person[claim] for claim in ("sub", "email")):
            raise failed("identity", "garbage", _OK)
        if not isinstance(person.get("hd"), str | None):
            raise failed("identity", "garbage", _OK)
        return person

    def _asked(self, step: Step, uri: str, method: str, **more: Any) -> tuple[httplib2.Response, bytes]:
        return ask(step, lambda: self._transport.request(uri, method, **more))

    def _hold_against(self, person: dict[str, Any], id_token: object, nonce: str) -> None:
        """The ID token must be for us, for this flow and of the same person.

        Its signature is not checked: it came over TLS from the token endpoint (OpenID Connect Core, 3.1.3.7).
        """
        claims = ask("identity", lambda: jwt.decode(id_token, verify=False))  # type: ignore[no-untyped-call]  # as above
        audience = claims.get("aud")
        for_us = self._client_id in audience if isinstance(audience, list) else audience == self._client_id
        if not (for_us and claims.get("nonce") == nonce and claims.get("sub") == person["sub"]):
            raise failed("identity", "garbage", _OK)

    def _flow(self, scopes: Sequence[str] | None, secret: str, verifier: str) -> Flow:
        client = {
            "client_id": self._client_id,
            "client_secret": secret,
            "auth_uri": self._auth_uri,
            "token_uri": self._token_uri,
        }
        return Flow.from_client_config(
            {"web": client}, scopes=scopes, redirect_uri=self._redirect_uri, code_verifier=verifier
        )
