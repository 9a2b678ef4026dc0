"""Pictures on their way to Slack, against the stand-in."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.domain.people import Who
from bot.errors import SlackRefusesApp, SlackUnavailable
from bot.slack.faults import LayoutRefused, call
from bot.slack.uploads import is_allowed, send_csv, upload_png
from bot.slack.workspaces import BOT_SCOPES
from tests.sandbox.faults import Fault
from tests.sandbox.server import Served
from tests.slack.rig import TEAM, Rig
from tests.standins.slack_pictures import png

SLACK = "https://slack.com/api/"
LOOPBACK = "http://127.0.0.1:4000/api/"
GOVERNMENT = "https://slack-gov.com/api/"


PNG = png()


@pytest.fixture
def rig(slack: Rig) -> Iterator[Rig]:
    yield slack
    assert slack.standin.faults == [], "no token went to the upload address"


def upload(rig: Rig, alt_text: str = "12 of 40 connected") -> str:
    return upload_png(rig.clients, TEAM, PNG, "rollout.png", "Roll-out", alt_text)


def show(rig: Rig, file_id: str) -> None:
    block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "12 of 40 connected"}
    call(rig.clients.of(TEAM).chat_postMessage, channel="U0ADA", text="Roll-out", blocks=[block])


def test_a_picture_can_be_shown_though_it_was_posted_nowhere(rig: Rig) -> None:
    file_id = upload(rig)
    file = rig.standin.files.of(TEAM, file_id)
    assert file is not None
    assert (file.body, file.name, file.title, file.alt_text) == (PNG, "rollout.png", "Roll-out", "12 of 40 connected")
    assert file.channels == []
    show(rig, file_id)
    assert rig.standin.dm("U0ADA")[0].blocks[0]["slack_file"] == {"id": file_id}


def test_a_description_is_cut_to_what_a_file_may_have(rig: Rig) -> None:
    file = rig.standin.files.of(TEAM, upload(rig, "x" * 1500))
    assert file is not None
    assert len(file.alt_text) == 1000


def test_slack_may_need_a_moment_until_it_shows_the_picture(rig: Rig) -> None:
    rig.standin.files.delay = timedelta(seconds=5)
    file_id = upload(rig)
    with pytest.raises(LayoutRefused) as refused:
        show(rig, file_id)
    assert refused.value.code == "invalid_blocks"
    assert rig.standin.dm("U0ADA") == []
    rig.clock.advance(timedelta(seconds=5))
    show(rig, file_id)


def test_a_missing_scope_is_named_for_the_operator(slack: Rig) -> None:
    slack.tokens[TEAM] = slack.standin.install(TEAM, [scope for scope in BOT_SCOPES if scope != "files:write"])
    with pytest.raises(SlackRefusesApp) as refused:
        upload(slack)
    assert (refused.value.code, refused.value.needed) == ("missing_scope", "files:write")


@pytest.mark.parametrize("code", ["file_uploads_disabled", "storage_limit_reached", "file_upload_size_restricted"])
def test_what_the_workspace_forbids_is_for_its_people_to_change(rig: Rig, code: str) -> None:
    rig.standin.files.refused = code
    with pytest.raises(SlackRefusesApp) as refused:
        upload(rig)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "fault",
    [
        Fault("files.getUploadURLExternal", status=503),
        Fault("files.getUploadURLExternal", status=200, body={"ok": True}),
        Fault("files.getUploadURLExternal", status=200, body={"ok": True, "file_id": "F0123456789"}),
        Fault("/upload/v1/", status=400, body="expected more"),
        Fault("/upload/v1/", status=500, body="<html>"),
        Fault("/upload/v1/", status=204),
        Fault("/upload/v1/", kind="drop"),
        Fault("/upload/v1/", kind="drop", when="after"),
        Fault("files.completeUploadExternal", status=200, body={"ok": False, "error": "file_not_found"}),
        Fault("files.completeUploadExternal", kind="drop", when="after"),
    ],
    ids=lambda fault: f"{fault.where}-{fault.kind}-{fault.status}-{fault.when}",
)
def test_whatever_goes_wrong_is_worth_another_try(rig: Rig, fault: Fault) -> None:
    rig.standin.script.add(fault)
    with pytest.raises(SlackUnavailable) as failed:
        upload(rig)
    assert failed.value.__context__ is None or failed.value.__suppress_context__
    assert "/upload/v1/" not in f"{failed.value} {failed.value.__notes__}"
    show(rig, upload(rig))


def test_slack_says_when_to_come_back(rig: Rig) -> None:
    rig.standin.script.add(Fault("/upload/v1/", status=429, headers={"Retry-After": "7"}))
    with pytest.raises(SlackUnavailable) as failed:
        upload(rig)
    assert failed.value.retry_after == 7


def test_a_table_stands_in_the_direct_messages_or_nowhere(rig: Rig) -> None:
    ada, file = Who(TEAM, "U0ADA"), BytesIO(b"a,b\r\n" * 50_000)
    rig.standin.script.add(Fault("/upload/v1/", status=503))
    with pytest.raises(SlackUnavailable):
        send_csv(rig.clients, ada, file, "people.csv", "People", "Here.")
    assert rig.standin.dm("U0ADA") == []
    file_id = send_csv(rig.clients, ada, file, "people.csv", "People", "Here.")
    (message,) = rig.standin.dm("U0ADA")
    assert (message.text, [each["id"] for each in message.files]) == ("Here.", [file_id])
    brought = rig.standin.files.of(TEAM, file_id)
    assert brought is not None
    assert brought.body == file.getvalue()


def test_a_file_is_never_sent_where_a_redirect_leads(rig: Rig) -> None:
    came: list[bytes] = []

    async def elsewhere(request: Request) -> Response:
        came.append(await request.body())
        return PlainTextResponse("OK")

    served = Served(Starlette(routes=[Route("/take", elsewhere, methods=["GET", "POST"])]))
    for status in (301, 302, 303, 307, 308):
        rig.standin.script.add(Fault("/upload/v1/", status=status, headers={"Location": f"{served.url}/take"}))
        with pytest.raises(SlackUnavailable):
            upload(rig)
    served.stop()
    assert came == []


def test_a_file_is_never_sent_to_a_foreign_address(rig: Rig) -> None:
    body = {"ok": True, "upload_url": "https://files.slack.com.evil.example/upload", "file_id": "F0123456789"}
    rig.standin.script.add(Fault("files.getUploadURLExternal", status=200, body=body))
    with pytest.raises(SlackUnavailable):
        upload(rig)
    assert rig.calls("files.completeUploadExternal") == []


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://files.slack.com/upload/v1/CwAB", SLACK),
        ("https://files.slack.com:443/upload/v1/CwAB", SLACK),
        ("https://slack.com/upload/v1/CwAB", SLACK),
        ("https://FILES.slack.com/upload/v1/CwAB", "https://www.slack.com/api/"),
        ("https://files.slack-gov.com/upload/v1/CwAB", GOVERNMENT),
        ("http://127.0.0.1:4000/upload/v1/CwAB", LOOPBACK),
        ("http://localhost:4000/upload/v1/CwAB", "http://localhost:4000/api/"),
        ("http://[::1]:4000/upload/v1/CwAB", "http://[::1]:4000/api/"),
    ],
)
def test_slacks_hosts_and_the_sandboxs_own_get_files(url: str, api_url: str) -> None:
    assert is_allowed(url, api_url)


@pytest.mark.parametrize("api_url", [SLACK, LOOPBACK, GOVERNMENT, "http://slack.example.com/api/", ""])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "files.slack.com/upload",
        "//files.slack.com/upload",
        "http://files.slack.com/upload",
        "https://files.slack.com:8443/upload",
        "https://files.slack.com:99999/upload",
        "https://files.slack.com.evil.example/upload",
        "https://evilslack.com/upload",
        "https://evil-slack-gov.com/upload",
        "http://files.slack-gov.com/upload",
        "https://files.slack.com@evil.example/upload",
        "https://@files.slack.com/upload",
        "https://evil.example\\@files.slack.com/upload",
        "https://evil.example\\.slack.com/upload",
        "https://evil.example%2f.slack.com/upload",
        "http://slack.example.com/upload",
        "http://127.0.0.2:4000/upload",
        "http://0.0.0.0:4000/upload",
        "http://169.254.169.254/latest/meta-data/",
        "http://[broken/upload",
        "file:///etc/passwd",
        "ftp://files.slack.com/upload",
    ],
)
def test_every_other_address_gets_nothing(url: str, api_url: str) -> None:
    assert not is_allowed(url, api_url)


def test_loopback_gets_nothing_from_a_real_slack() -> None:
    assert not is_allowed("http://127.0.0.1:4000/upload/v1/CwAB", SLACK)
    assert not is_allowed("https://127.0.0.1:4000/upload/v1/CwAB", SLACK)
