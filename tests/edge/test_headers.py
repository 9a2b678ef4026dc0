"""The same protection on every answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import StringIO

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.headers import origin
from handlers.limits import Limits
from handlers.rendering import STYLESHEET, Pages
from tests.edge.asgi import Caller, run
from tests.edge.conftest import Edge, build_edge, settings_for
from tests.edge.consent import COOKIE, STATE, TICKET

OURS = [("sec-fetch-site", "same-origin")]
EVERY_ROUTE = [
    ("GET", f"/connect/{TICKET}", 200),
    ("HEAD", f"/connect/{TICKET}", 200),
    ("GET", "/connect/dead-dead-dead-dead", 404),
    ("POST", f"/connect/{TICKET}/start", 303),
    ("GET", f"/oauth/google/callback?state={STATE}&code=abc", 303),
    ("GET", "/oauth/google/callback?state=<", 400),
    ("GET", f"/slack/oauth_redirect?state={STATE}&code=abc", 303),
    ("GET", "/connected", 200),
    ("POST", "/connected/again", 303),
    ("POST", "/connected/prove", 303),
    ("POST", "/connected/disconnect", 303),
    ("GET", "/disconnected", 200),
    ("GET", STYLESHEET, 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/metrics", 200),
    ("GET", "/nowhere", 404),
    ("DELETE", "/connected", 405),
    ("GET", "/breaks", 500),
]


def breaking(_request: Request) -> Response:
    raise ZeroDivisionError


@pytest.mark.parametrize(("method", "target", "status"), EVERY_ROUTE)
def test_every_answer_is_protected(any_edge: Edge, method: str, target: str, status: int) -> None:
    any_edge.http.router.add_route("/breaks", breaking)
    name = "__Host-flow" if any_edge.secure else "flow"
    caller = Caller(any_edge.http, {"cookie": f"{name}={COOKIE}", **dict(OURS)})
    answer = run(caller.ask(method, target))
    assert answer.status == status
    assert _protection(answer.headers) == {
        "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self' https:",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin" if target.endswith(TICKET) else "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        **({"strict-transport-security": "max-age=31536000"} if any_edge.secure else {}),
    }


def _protection(headers: object) -> dict[str, str]:
    others = {"content-type", "content-length", "set-cookie", "location", "allow", "retry-after"}
    return {name: value for name, value in headers.items() if name not in others}  # type: ignore[attr-defined]  # Headers


def test_plain_http_may_be_departed_to_only_where_it_is_configured() -> None:
    edge = build_edge(
        settings_for(
            "http://127.0.0.1:3000",
            GOOGLE_AUTH_URI="http://127.0.0.1:9001/o/oauth2/v2/auth",
            SLACK_API_URL="http://localhost:9002/api/",
        )
    )
    policy = edge.caller.get("/connected").headers["content-security-policy"]
    edge.background.stop()
    assert policy.endswith("form-action 'self' https: http://127.0.0.1:9001 http://localhost:9002")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://Calendar.Example.com:443/x?y", "https://calendar.example.com"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_origins_are_spelled_as_browsers_spell_them(address: str, expected: str) -> None:
    assert origin(address) == expected


# --- limits ---------------------------------------------------------------------------------------------------------


async def _reading(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


def reader(edge: Edge) -> Caller:
    edge.http.router.add_route("/read", _reading, methods=["POST"])
    return edge.caller


def test_a_body_of_a_megabyte_is_read_and_one_byte_more_is_not(web: Edge) -> None:
    caller = reader(web)
    assert caller.post("/read", b"x" * 1024 * 1024).text == "1048576"
    refused = caller.post("/read", b"x" * (1024 * 1024 + 1))
    assert refused.status == 413
    assert "That was too much" in refused.text


def test_a_body_that_does_not_say_its_size_is_counted(web: Edge) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65536

    answer = run(reader(web).ask("POST", "/read", chunks=endless()))
    assert answer.status == 413
    assert sent <= 17, "it stopped listening as soon as it was too much"


def test_a_body_that_never_ends_is_waited_for_only_so_long() -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    edge = build_edge(settings_for("https://calendar.example.com"))
    patient = next(each for each in edge.http.user_middleware if each.cls is Limits)  # type: ignore[comparison-overlap]  # a factory type
    patient.kwargs["patience"] = 0.0
    answer = run(reader(edge).ask("POST", "/read", chunks=stalls()))
    edge.background.stop()
    assert answer.status == 408


@pytest.mark.parametrize("length", ["-1", "1e3", "", "9" * 30])
def test_a_length_that_is_none_is_refused(web: Edge, length: str) -> None:
    assert run(reader(web).ask("POST", "/read", [("content-length", length)])).status in (400, 413)


def test_headers_of_more_than_32_kilobytes_are_refused(web: Edge) -> None:
    assert web.caller.get("/connected", [("x-long", "x" * 32_000)]).status == 200
    assert web.caller.get("/connected", [("x-long", "x" * 33_000)]).status == 400
    assert web.caller.get(f"/connected?{'x' * 33_000}").status == 400


# --- health, and what is written down --------------------------------------------------------------------------------


def test_ready_says_what_is_missing(web: Edge) -> None:
    assert web.caller.get("/readyz").text == "ready\n"
    web.problems.append("the database does not answer")
    answer = web.caller.get("/readyz")
    assert (answer.status, answer.text) == (503, "the database does not answer\n")


def test_metrics_may_want_a_token() -> None:
    edge = build_edge(settings_for("https://calendar.example.com", METRICS_TOKEN="open-sesame"))
    for wrong in ([], [("authorization", "Bearer wrong")], [("authorization", "open-sesame")]):
        assert edge.caller.get("/metrics", wrong).status == 401
    answer = edge.caller.get("/metrics", [("authorization", "Bearer open-sesame")])
    edge.background.stop()
    assert answer.status == 200
    assert "calendar_bot_events_total" in answer.text


def test_the_access_line_names_the_route_and_never_the_address(web: Edge, logged: StringIO) -> None:
    web.caller.get(f"/connect/{TICKET}?code=secret-code")
    (line,) = [json.loads(each) for each in logged.getvalue().splitlines()]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/connect/{ticket}",
        200,
    )
    assert TICKET not in logged.getvalue()
    assert "secret-code" not in logged.getvalue()


def test_a_bug_shows_a_calm_page_and_is_written_down(web: Edge, logged: StringIO) -> None:
    web.http.router.add_route("/breaks", breaking)
    answer = web.caller.get("/breaks")
    assert answer.body == Pages().error(500).body
    assert "ZeroDivisionError" in logged.getvalue()
