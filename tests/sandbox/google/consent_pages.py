"""The authorization endpoint: account chooser, consent, and the way back to the client."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.sandbox.google import authorization
from tests.sandbox.google.accounts import Accounts
from tests.sandbox.google.authorization import PageError
from tests.sandbox.google.grant_records import AuthRequest
from tests.sandbox.google.grants import Grants
from tests.sandbox.google.model import Account, Client
from tests.sandbox.google.pages import page
from tests.sandbox.google.scopes import LONG, SIGN_IN, sentence
from tests.sandbox.google.state import State

_AUTH, _CHOOSER, _CONSENT = "/o/oauth2/v2/auth", "/v3/signin/accountchooser", "/signin/oauth/consent"
_FLOW_LIFETIME = timedelta(hours=1)
_MANY_FLOWS = 2000


@dataclass(eq=False)
class _Flow:
    """One visit to the authorization endpoint, from arrival to the way back."""

    id: str
    request: AuthRequest
    opened_at: datetime
    account: Account | None = None


class ConsentPages:
    """Plain forms. Fields: ``account``, ``scope`` (check boxes), and buttons ``decision`` = allow or deny."""

    def __init__(self, state: State, client: Client, accounts: Accounts, grants: Grants) -> None:
        self._state = state
        self._client = client
        self._accounts = accounts
        self._grants = grants
        self._flows: dict[str, _Flow] = {}

    def routes(self) -> list[Route]:
        return [
            Route(_AUTH, self.start, methods=["GET"]),
            Route(_CHOOSER, self.chooser, methods=["GET", "POST"]),
            Route(_CONSENT, self.consent, methods=["GET", "POST"]),
        ]

    async def start(self, request: Request) -> Response:
        try:
            asked = authorization.read(request.query_params.multi_items(), self._client)
            authorization.check_browser(request.headers.get("user-agent", ""), self._client)
            return self._arrive(asked, self._accounts.signed_in(_person(request)))
        except PageError as error:
            return self._error(error)

    def _arrive(self, asked: AuthRequest, here: list[Account]) -> Response:
        with self._state.lock:
            now = self._state.now()
            if len(self._flows) >= _MANY_FLOWS:
                self._flows = {key: flow for key, flow in self._flows.items() if now < flow.opened_at + _FLOW_LIFETIME}
            flow = _Flow(secrets.token_urlsafe(16), asked, now)
            self._flows[flow.id] = flow
        account = _without_asking(asked, here, self._grants)
        if "none" in asked.prompt:
            return self._silently(flow, account)
        if account is None:
            return RedirectResponse(f"{_CHOOSER}?{urlencode({'flow': flow.id})}", 302)
        return self._chosen(flow, account)

    def _silently(self, flow: _Flow, account: Account | None) -> Response:
        if account is None or not self._grants.covers(account.email, flow.request):
            return self._back(flow, {"error": "interaction_required"})
        return self._chosen(flow, account)

    async def chooser(self, request: Request) -> Response:
        try:
            form = await _fields(request)
            flow = self._flow(form)
            here = _of_domain(flow.request, self._accounts.signed_in(_person(request)))
            everyone = self._accounts.everyone()
            if request.method == "GET" or "another" in form:
                listed = everyone if "another" in form or not here else here
                return page(
                    "chooser.html", flow=flow, app=self._client.app_name, accounts=listed, all=listed == everyone
                )
            return self._chosen(flow, self._accounts.find(_text(form, "account")))
        except PageError as error:
            return self._error(error)

    def _chosen(self, flow: _Flow, account: Account | None) -> Response:
        if account is None or account.state == "deleted":
            raise PageError(400, "invalid_request", "Couldn't find your Google Account")
        if account.gone:
            raise PageError(400, "invalid_request", "Your account has been disabled")
        authorization.check_policy(account, self._client)
        flow.account = account
        if "consent" not in flow.request.prompt and self._grants.covers(account.email, flow.request):
            return self._allow(flow, account, frozenset(flow.request.scopes), consented=False)
        return RedirectResponse(f"{_CONSENT}?{urlencode({'flow': flow.id})}", 303)

    async def consent(self, request: Request) -> Response:
        try:
            form = await _fields(request)
            flow = self._flow(form)
            account = flow.account
            if account is None:
                return RedirectResponse(f"{_CHOOSER}?{urlencode({'flow': flow.id})}", 303)
            authorization.check_policy(account, self._client)
            if request.method == "GET" or "select_all" in form:
                return self._ask(flow, account, ticked="select_all" in form)
            return self._decide(flow, account, form)
        except PageError as error:
            return self._error(error)

    def _ask(self, flow: _Flow, account: Account, *, ticked: bool) -> Response:
        asked = flow.request.scopes
        optional = [scope for scope in asked if scope not in SIGN_IN]
        held = {scope for grant in self._grants.of(account.email) for scope in grant.scopes}
        return page(
            "consent.html",
            flow=flow,
            account=account,
            app=self._client.app_name,
            sign_in=[sentence(scope) for scope in asked if scope in SIGN_IN],
            optional=[(scope, sentence(scope), scope in held) for scope in optional],
            choice=len(optional) > 1,
            ticked=ticked,
        )

    def _decide(self, flow: _Flow, account: Account, form: FormData) -> Response:
        if _text(form, "account") != account.email:
            raise PageError(400, "invalid_request", "This consent was shown for another account.")
        decision = _text(form, "decision")
        if decision == "deny":
            return self._back(flow, {"error": "access_denied"})
        optional = set(flow.request.scopes) - SIGN_IN
        ticked = {str(scope) for scope in form.getlist("scope")}
        if decision != "allow" or not ticked <= optional:
            raise PageError(400, "invalid_request", "The consent form was not filled in as it was shown.")
        given = optional if len(optional) == 1 else ticked
        return self._allow(flow, account, frozenset(SIGN_IN & set(flow.request.scopes) | given), consented=True)

    def _allow(self, flow: _Flow, account: Account, scopes: frozenset[str], *, consented: bool) -> Response:
        self._close(flow)
        code = self._grants.allow(account.email, flow.request, scopes, consented=consented)
        answer = {"code": code, "scope": _both_spellings(flow.request, scopes), "authuser": "0"}
        if account.hd is not None:
            answer["hd"] = account.hd
        return self._back(flow, {**answer, "prompt": "consent" if consented else "none"})

    def _back(self, flow: _Flow, answer: dict[str, str]) -> Response:
        """To the client; ``iss`` as RFC 9207 has it."""
        with self._state.lock:
            self._flows.pop(flow.id, None)
        state = {} if flow.request.state is None else {"state": flow.request.state}
        separator = "&" if "?" in flow.request.redirect_uri else "?"
        query = urlencode({**state, "iss": "https://accounts.google.com", **answer})
        return RedirectResponse(f"{flow.request.redirect_uri}{separator}{query}", 302)

    def _close(self, flow: _Flow) -> None:
        """A form is answered once, however often its button is pressed."""
        with self._state.lock:
            if self._flows.pop(flow.id, None) is None:
                raise PageError(400, "invalid_request", "This sign-in was finished already. Start again from the app.")

    def _flow(self, form: FormData) -> _Flow:
        with self._state.lock:
            flow = self._flows.get(_text(form, "flow"))
            if flow is None or self._state.now() >= flow.opened_at + _FLOW_LIFETIME:
                raise PageError(400, "invalid_request", "This sign-in has expired. Start again from the app.")
            return flow

    def _error(self, error: PageError) -> Response:
        return page("error.html", error.status, error=error, app=self._client.app_name)


def _without_asking(asked: AuthRequest, here: list[Account], grants: Grants) -> Account | None:
    """The account Google takes without showing the chooser."""
    if "select_account" in asked.prompt:
        return None
    hint = (asked.login_hint or "").casefold()
    if hint:
        return next((account for account in here if hint in (account.email.casefold(), account.sub)), None)
    alone = here[0] if len(here) == 1 else None
    return alone if alone and grants.covers(alone.email, asked) else None


def _of_domain(asked: AuthRequest, accounts: list[Account]) -> list[Account]:
    """With ``hd`` the chooser offers that domain's accounts; "*" means any Workspace account."""
    if asked.hd is None:
        return accounts
    return [account for account in accounts if account.hd is not None and asked.hd in ("*", account.hd)]


def _both_spellings(asked: AuthRequest, scopes: Iterable[str]) -> str:
    short = {value: key for key, value in LONG.items()}
    granted = [scope for scope in asked.scopes if scope in set(scopes)]
    return " ".join([short[scope] for scope in granted if scope in short] + granted)


def _person(request: Request) -> str | None:
    return request.cookies.get("sandbox_person") or None


async def _fields(request: Request) -> FormData:
    return await request.form() if request.method == "POST" else FormData(dict(request.query_params))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
