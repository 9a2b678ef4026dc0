"""The sandbox page: Slack and Google as the people of the sandbox see them, in one browser window."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.errors import ApiError
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.page import google_seen, slack_seen, small_talk
from tests.sandbox.page.console_acts import ConsoleActs
from tests.sandbox.page.google_acts import GoogleActs
from tests.sandbox.page.live import Live
from tests.sandbox.page.passing import Passing
from tests.sandbox.page.requests_log import RequestsLog
from tests.sandbox.page.slack_acts import SlackActs
from tests.sandbox.slack.refusal import SlackRefused
from tests.sandbox.slack.standin import SlackStandIn

Json = dict[str, Any]
Act = Callable[[Json], Json | None]

_STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class SandboxPage:
    """One team's people, their Slack and their Google. ``app`` is to be served; ``close`` ends its event streams.

    ``let_pass`` moves the clock when somebody at the page wants it moved; by itself the page only moves the clock.
    """

    def __init__(
        self,
        slack: SlackStandIn,
        google: GoogleStandIn,
        clock: SandboxClock,
        team_id: str,
        let_pass: Callable[[timedelta], None] | None = None,
    ) -> None:
        self._slack = slack
        self._google = google
        self._clock = clock
        self._team_id = team_id
        self._live = Live()
        self._console = ConsoleActs(google)
        self._passing = Passing(clock, let_pass, self._live.changed)
        self._log = RequestsLog(slack, google, clock)
        small_talk.begin(slack, team_id)
        slack.on_change(self._live.changed)
        google.on_change(self._live.changed)
        self.app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/state", self._state),
                Route("/live", self._live.stream),
                Route("/slack/file", self._file),
                Mount("/static", StaticFiles(directory=_STATIC)),
                *(Route(path, self._acting(act), methods=["POST"]) for path, act in self._acts().items()),
            ],
            middleware=[Middleware(_WithHeaders)],
        )

    def close(self) -> None:
        self._live.close()

    def _acts(self) -> dict[str, Act]:
        slack, google, console = SlackActs(self._slack, self._log), GoogleActs(self._google), self._console
        return {
            "/slack/command": slack.command,
            "/slack/say": slack.say,
            "/slack/shortcut": slack.shortcut,
            "/slack/open-home": slack.open_home,
            "/slack/click": slack.click,
            "/slack/choose": slack.choose,
            "/slack/type": slack.type,
            "/slack/suggest": slack.suggest,
            "/slack/submit": slack.submit,
            "/slack/close": slack.close,
            "/google/add-event": lambda asked: google.add_event(asked, self._zone(asked["person"])),
            "/google/delete-event": google.delete_event,
            "/google/delete-calendar": google.delete_calendar,
            "/google/unsubscribe": google.unsubscribe,
            "/google/role": google.role,
            "/google/unshare": google.unshare,
            "/google/revoke": google.revoke,
            "/google/expire": google.expire,
            "/google/remove-permission": google.remove_permission,
            "/google/lifetime": google.lifetime,
            "/google/end-session": google.end_session,
            "/google/block": google.block,
            "/google/account-state": google.account_state,
            "/console/secret": console.secret,
            "/console/client": console.client,
            "/console/api": console.api,
            "/console/organization": console.organization,
            "/console/outage": console.outage,
            "/console/risc": console.risc,
            "/clock": self._passing.leap,
        }

    def _acting(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            # a form of another site cannot send this type without the browser asking us first
            if request.headers.get("content-type", "").partition(";")[0] != "application/json":
                return _refusal(415, "JSON only")
            try:
                return JSONResponse(await run_in_threadpool(act, await request.json()) or {})
            except SlackRefused as refused:
                return _refusal(409, f"Slack does not let you: {refused}")
            except ApiError as refused:
                return _refusal(409, f"Google does not let you: {refused}")
            except (KeyError, ValueError) as problem:
                return _refusal(400, str(problem.args[0]) if problem.args else "That cannot be done.")

        return endpoint

    async def _index(self, request: Request) -> Response:  # noqa: ARG002 - the address says who; the script reads it
        return FileResponse(_STATIC / "index.html")

    async def _state(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._seen, dict(request.query_params)))

    async def _file(self, request: Request) -> Response:
        """What Slack's own files hold: the query is a ``slack_file`` object."""
        found = slack_seen.file_of(self._slack, self._team_id, dict(request.query_params))
        if found is None:
            return _refusal(404, "Slack has no such file.")
        body, kind, name = found
        how = "inline" if kind.startswith("image/") else "attachment"
        headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}"}
        return Response(body, media_type=kind, headers=headers)

    def _seen(self, query: dict[str, str]) -> Json:
        """Everything the person at the browser sees."""
        people = slack_seen.people(self._slack, self._team_id)
        me = next((each for each in people if each["id"] == query.get("person")), people[0])
        team = self._slack.state.teams[self._team_id]
        bot = team.installation.bot_user_id if team.installation else "UBOT"
        seen = {
            "team": {"id": team.id, "name": team.name},
            "bot": {"id": bot, "name": "Calendar Bot"},
            "people": people,
            "me": me,
            "now": self._clock.now().isoformat(),
            "passing": self._passing.until,
            "fault_count": len(self._slack.faults),
            **slack_seen.conversations(self._slack, self._team_id, me["id"]),
            "accounts": [],
            "week": None,
        }
        if "weeks" in query:
            seen |= self._google_seen(me["id"], query)
        if "console" in query:
            seen["console"] = self._console.seen()
        if "log" in query:
            seen["log"] = self._log.seen()
        return seen

    def _google_seen(self, person: str, query: dict[str, str]) -> Json:
        zone = self._zone(person)
        days = google_seen.week_of(self._clock.now(), zone, int(query["weeks"]))
        shown = google_seen.accounts(self._google, person, days, zone)
        week = google_seen.week(shown, days, query.get("account"), query.get("calendar"))
        return {"accounts": google_seen.without_events(shown), "week": week}

    def _zone(self, person: str) -> ZoneInfo:
        return ZoneInfo(self._slack.state.person(person).tz)


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)


class _WithHeaders:
    """The page runs its own scripts and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, with_headers)
