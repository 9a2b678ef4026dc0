"""The sandbox page's backend, asked without a browser; and the people it shows."""

from collections import Counter
from typing import Any

import pytest
import requests

from tests.sandbox.personas import PARTNERS, TEAM
from tests.standins.conftest import Sandbox
from tests.standins.gallery import actions, button

ANA = "U0ANA"


def act(sandbox: Sandbox, path: str, **body: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}{path}", json=body, timeout=10)


def seen(sandbox: Sandbox, **query: Any) -> dict[str, Any]:
    answer: dict[str, Any] = requests.get(f"{sandbox.url}/state", params=query, timeout=10).json()
    return answer


def test_another_site_cannot_act(sandbox: Sandbox) -> None:
    """A form of another site is refused, and the page may be framed by none."""
    form = requests.post(f"{sandbox.url}/clock", data={"hours": 1}, timeout=10)
    assert form.status_code == 415
    page = requests.get(sandbox.url, timeout=10)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/slack/click", {"on": "dm", "block_id": "a", "action_id": "none", "value": None}),
        ("/slack/submit", {"view_id": "V0"}),
        ("/slack/say", {"text": "hi", "channel": "C0NOWHERE"}),
        ("/slack/shortcut", {"callback_id": "book_with_author", "channel": "C0GENERAL", "message_ts": "1.1"}),
        ("/google/revoke", {"account": "ana@acme.example"}),
        ("/google/revoke", {"account": "ben@acme.example"}),
        ("/google/expire", {"account": "ana@acme.example"}),
        ("/google/end-session", {"account": "ana@acme.example"}),
        ("/google/remove-permission", {"account": "ana@acme.example", "scope": "openid"}),
        ("/google/lifetime", {"account": "ana@acme.example", "days": 3}),
        ("/google/account-state", {"account": "ana@acme.example", "state": "lost"}),
        ("/google/unshare", {"account": "ana@acme.example", "calendar": "ana@acme.example"}),
        ("/console/client", {"state": "lost"}),
        ("/console/api", {"state": "lost"}),
        ("/console/organization", {"domain": "elsewhere.example", "blocked": True}),
        ("/console/outage", {"share": 0.5}),
        ("/console/risc", {"event": "sessions-revoked", "account": "ana@acme.example"}),
        ("/console/risc", {"event": "none", "account": "ana@acme.example"}),
        (
            "/google/role",
            {"account": "ana@acme.example", "calendar": "c_acme-team@group.calendar.google.com", "role": "x"},
        ),
        ("/google/delete-calendar", {"account": "ana@acme.example", "calendar": "ana@acme.example"}),
        ("/clock", {"hours": -1}),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    answer = act(sandbox, path, person=ANA, **body)
    assert answer.status_code in {400, 409}
    assert answer.json()["error"]


def test_nobody_sees_anothers_messages(sandbox: Sandbox) -> None:
    sandbox.gallery.post(ANA, text="For Ana")
    sandbox.slack.writes("U0GUS", PARTNERS, "For Ana and Gus")
    ana, cleo = ([each["text"] for each in seen(sandbox, person=who)["messages"]] for who in (ANA, "U0CLEO"))
    assert {"For Ana", "For Ana and Gus"} <= set(ana)
    assert not {"For Ana", "For Ana and Gus"} & set(cleo)


def test_the_log_holds_no_token(sandbox: Sandbox) -> None:
    """Neither what the bot was told nor what it asked shows a secret."""
    sandbox.gallery.client.auth_test()
    sandbox.gallery.post(ANA, actions("a", button("Go", "go", url="https://bot.example/connect/Very-Secret_1")))
    log = str(seen(sandbox, person=ANA, log=1)["log"])
    assert "chat.postMessage" in log
    assert "xoxb-" not in log
    assert "Very-Secret" not in log


def test_changes_are_told(sandbox: Sandbox) -> None:
    """The stream speaks once when it is opened, and again when something changed."""
    with requests.get(f"{sandbox.url}/live", stream=True, timeout=10) as live:
        words = (line for line in live.iter_lines() if line == b"event: changed")
        assert next(words)
        for number in range(20):
            sandbox.google.add_calendar("ana@acme.example", f"Calendar {number}")
        assert next(words)


def test_who_lives_here(sandbox: Sandbox) -> None:
    """The personas have the calendars that the journeys count on."""
    people = {each["id"]: each for each in seen(sandbox, person=ANA)["people"]}
    assert people.keys() == {"U0ADA", ANA, "U0BEN", "U0CLEO", "U0GUS"}
    assert (people["U0ADA"]["roles"], people["U0GUS"]["roles"]) == (["Admin"], ["Guest"])
    assert sandbox.slack.state.teams[TEAM].installation is not None
    ana = {(each.summary, each.role) for each in sandbox.google.calendars("ana@acme.example")}
    assert {("Projects", "writer"), ("Projects", "reader"), ("Family", "writer"), ("Team", "writer")} <= ana
    ben = sandbox.google.calendars("ben@acme.example")
    assert len(ben) == len({each.summary for each in ben}) == 300
    assert Counter(each.role for each in ben).keys() == {"owner", "writer", "reader", "freeBusyReader"}
