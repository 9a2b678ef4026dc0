"""The way through consent, route by route."""

import json
import random
from io import StringIO

import pytest

from bot.domain.journey import TicketPage
from bot.domain.permissions import REQUESTS
from tests.edge.conftest import SCALE, Edge, build_edge, cookie, settings_for
from tests.edge.consent import COOKIE, STATE, TICKET

PREVIEW_BOTS = [
    *("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack-ImgProxy (+https://api.slack.com/robots)"),
    *("facebookexternalhit/1.1", "Twitterbot/1.0", "LinkedInBot/1.0", "WhatsApp/2.23", "TelegramBot (like TwitterBot)"),
    *("Mozilla/5.0 (compatible; Googlebot/2.1)", "Mozilla/5.0 (compatible; bingbot/2.0)", "Barracuda Sentinel"),
]
OURS = [("sec-fetch-site", "same-origin")]
PERSONAL = f"/connect/{TICKET}"
CALLBACKS = ("/oauth/google/callback", "/slack/oauth_redirect")
POSTS = (f"{PERSONAL}/start", "/connected/again", "/connected/prove", "/connected/disconnect")


# --- the personal page ----------------------------------------------------------------------------------------------


def test_the_page_says_whom_it_is_for_what_is_asked_and_what_never_is_stored(web: Edge) -> None:
    page = web.caller.get(PERSONAL)
    plain = " ".join(page.text.split())
    assert page.status == 200
    assert ">Ana Lima <" in plain
    assert "Acme" in plain
    assert "Not Ana Lima? Close this page." in plain
    assert all(request.asks in plain and request.so_that in plain for request in REQUESTS)
    assert "What we never store" in plain
    assert "/calendar disconnect" in plain
    assert f'method="post" action="{PERSONAL}/start"' in plain


def test_a_reconnect_names_the_account(web: Edge) -> None:
    web.consent.page = TicketPage("Ana Lima", "Acme", account="ana@acme.example")
    assert "ana@acme.example" in web.caller.get(PERSONAL).text


def test_names_are_text_whatever_they_hold(web: Edge) -> None:
    web.consent.page = TicketPage("<script>alert(1)</script>", '"><img src=x>')
    page = web.caller.get(PERSONAL).text
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_a_hundred_looks_by_preview_bots_change_nothing(any_edge: Edge) -> None:
    for number in range(100):
        method = "HEAD" if number % 2 else "GET"
        agent = ("user-agent", PREVIEW_BOTS[number % len(PREVIEW_BOTS)])
        answer = any_edge.caller.get(PERSONAL, [agent, cookie(any_edge, "fixed-by-an-attacker")], method)
        assert answer.status == 200
        assert "set-cookie" not in answer.headers
    assert any_edge.consent.changes == []


@pytest.mark.parametrize("ticket", ["no-such-ticket-0123456789", "short", "%2e%2e", "x" * 300, "<script>", "a b"])
def test_a_dead_link_says_what_to_do_and_never_which_kind_of_dead(web: Edge, ticket: str) -> None:
    page = web.caller.get(f"/connect/{ticket}")
    assert page.status == 404
    assert "/calendar connect" in page.text
    assert page.body == web.caller.get("/connect/another-dead-ticket-0123").body


# --- starting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "none")],
        [("sec-fetch-site", "cross-site"), ("origin", "{ours}")],
        [("sec-fetch-site", "")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("origin", "{ours}.evil.example")],
        [],
    ],
)
@pytest.mark.parametrize("target", POSTS)
def test_a_post_from_anywhere_else_is_refused(any_edge: Edge, target: str, headers: list[tuple[str, str]]) -> None:
    sent = [(name, value.format(ours=any_edge.settings.public_url)) for name, value in headers]
    answer = any_edge.caller.post(target, headers=[*sent, cookie(any_edge)])
    assert answer.status == 403
    assert "set-cookie" not in answer.headers
    assert any_edge.consent.changes == []


def test_an_older_browser_is_known_by_its_origin(any_edge: Edge) -> None:
    answer = any_edge.caller.post(f"{PERSONAL}/start", headers=[("origin", any_edge.settings.public_url)])
    assert answer.status == 303


def test_starting_ties_the_flow_to_this_browser(any_edge: Edge) -> None:
    answer = any_edge.caller.post(f"{PERSONAL}/start", headers=OURS)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert answer.status == 303
    assert answer.headers["location"].startswith(any_edge.settings.google_auth_uri)
    assert name == f"{'__Host-flow' if any_edge.secure else 'flow'}={COOKIE}"
    expected = {"HttpOnly", "Max-Age=3600", "Path=/", "SameSite=lax"} | ({"Secure"} if any_edge.secure else set())
    assert set(attributes) == expected
    assert any_edge.consent.changes == ["start prove=False"]


def test_a_form_can_only_be_posted(web: Edge) -> None:
    for target in POSTS:
        assert web.caller.get(target, [*OURS, cookie(web)]).status == 405
    assert web.consent.changes == []


# --- coming back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CALLBACKS)
@pytest.mark.parametrize("answer", ["code=4/0abc", "error=access_denied"])
def test_a_return_leads_to_the_clean_page(any_edge: Edge, path: str, answer: str) -> None:
    extra = "&scope=openid%20email&authuser=0&prompt=consent"
    back = any_edge.caller.get(f"{path}?state={STATE}&{answer}{extra}", [cookie(any_edge)])
    assert (back.status, back.headers["location"]) == (303, "/connected")
    assert len(any_edge.consent.changes) == 1


ODD = [
    "",
    "state=",
    f"state={STATE}",
    "code=abc",
    f"state={STATE}&code=",
    f"state={STATE}&code=a&error=access_denied",
    f"state={STATE}&state={STATE}&code=abc",
    f"state={STATE}&code=abc&code=abc",
    f"state={STATE}&code=a%00b",
    f"state={STATE}&code=a%0d%0ab",
    f"state={STATE}&code={'a' * 2049}",
    f"state={STATE}&error=%3Cscript%3E",
    f"state={STATE}&error={'a' * 65}",
    f"state={'s' * 2049}&code=abc",
    "state=another-state&code=abc",
    "state=%ff%fe&code=abc",
]


@pytest.mark.parametrize("path", CALLBACKS)
def test_anything_odd_gets_the_one_fixed_page(web: Edge, path: str) -> None:
    pages = {web.caller.get(f"{path}?{query}", [cookie(web)]).body for query in ODD}
    statuses = {web.caller.get(f"{path}?{query}", [cookie(web)]).status for query in ODD}
    assert statuses == {400}
    assert len(pages) == 1
    assert web.consent.changes == []


@pytest.mark.parametrize("path", CALLBACKS)
def test_without_the_cookie_nothing_is_even_asked(web: Edge, path: str) -> None:
    for sent in ([], [cookie(web, "another-browser")], [("cookie", f"flow={COOKIE}")], [cookie(web, "a b;c")]):
        assert web.caller.get(f"{path}?state={STATE}&code=abc", sent).status == 400
    assert web.consent.changes == []


@pytest.mark.parametrize("path", CALLBACKS)
def test_a_scanner_that_only_asks_for_headers_uses_nothing_up(web: Edge, path: str) -> None:
    assert web.caller.get(f"{path}?state={STATE}&code=abc", [cookie(web)], "HEAD").status == 405
    assert web.consent.changes == []


def test_a_cookie_in_the_address_is_ignored(web: Edge) -> None:
    query = f"state={STATE}&code=abc&flow={COOKIE}&__Host-flow={COOKIE}"
    assert web.caller.get(f"{CALLBACKS[0]}?{query}").status == 400


def test_a_browser_is_never_sent_to_an_address_that_is_not_configured(web: Edge, logged: StringIO) -> None:
    web.consent.provider = "https://evil.example/auth"
    answer = web.caller.post(f"{PERSONAL}/start", headers=OURS)
    assert answer.status == 500
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text
    assert [json.loads(line)["event"] for line in logged.getvalue().splitlines()] == ["bug", "request"]


# --- a stranger's parameters ----------------------------------------------------------------------------------------

HTML = [
    *(
        "<script>alert(1)</script>",
        "'\"><svg onload=alert(1)>",
        "{{7*7}}",
        "${7*7}",
        "javascript:alert(1)",
        "\u202eevil",
    ),
    *("%00", "\r\nSet-Cookie: x=1", "https://evil.example/", "//evil.example", "a" * 3000, "\ud83d\ude00", "|;`$()"),
]


def test_a_thousand_payloads_see_the_same_few_pages_and_never_themselves() -> None:
    """A16 and A7: byte for byte, whatever the parameters hold."""
    edge = build_edge(settings_for("https://calendar.example.com"))
    chance, pages, names = (
        random.Random(16),  # noqa: S311 - the same payloads on every run
        set[bytes](),
        ("state", "code", "error", "error_description", "next", "url"),
    )
    for _ in range(max(1000, int(10_000 * SCALE))):
        payload = chance.choice(HTML) + str(chance.random())
        query = "&".join(f"{name}={_quoted(payload)}" for name in chance.sample(names, chance.randint(1, 6)))
        target = chance.choice([*CALLBACKS, "/connected", "/disconnected", PERSONAL, "/connect/dead-dead-dead-dead"])
        answer = edge.caller.get(f"{target}?{query}", [cookie(edge)] if chance.random() < 0.5 else [])
        assert answer.status < 500
        assert "location" not in answer.headers
        pages.add(answer.body)
    edge.background.stop()
    # the connected page, the neutral one, the disconnected one, the personal one, the dead link, the 400
    assert len(pages) == 6
    assert edge.consent.changes == []


def _quoted(payload: str) -> str:
    return "".join(f"%{byte:02x}" for byte in payload.encode("utf-8", "surrogatepass"))
