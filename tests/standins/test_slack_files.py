"""The real slack_sdk brings files to the stand-in, and blocks show them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.clock import SandboxClock
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.slack_pictures import png
from tests.standins.slack_setting import Line, acme_on, line

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Roll-out"}}


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture(scope="module")
def slack_line() -> Iterator[Line]:
    with line() as opened:
        yield opened


@pytest.fixture
def slack(slack_line: Line, clock: SandboxClock) -> Iterator[SlackStandIn]:
    with acme_on(slack_line, clock) as standin:
        yield standin


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    token = slack.install("T0ACME", [*SCOPES, "files:write", "files:read"])
    return WebClient(token, base_url=f"{slack.base_url}/api/")


def refusal(client: WebClient, method: str, **arguments: Any) -> Any:
    with pytest.raises(SlackApiError) as error:
        client.api_call(method, params=arguments)
    return error.value.response


def uploaded(client: WebClient, body: bytes, name: str = "Chart 1.png", **more: str) -> str:
    ticket = client.files_getUploadURLExternal(filename=name, length=len(body), **more)
    assert requests.post(ticket["upload_url"], data=body, timeout=5).text == f"OK - {len(body)}"
    client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "Chart"}])
    return str(ticket["file_id"])


def image(**slack_file: str) -> dict[str, Any]:
    return {"type": "image", "alt_text": "A chart", "slack_file": slack_file}


def posts(client: WebClient, *blocks: dict[str, Any]) -> list[str]:
    """What Slack complains of; nothing when the message was posted."""
    try:
        client.chat_postMessage(channel="U0ANA", text="A chart", blocks=blocks)
    except SlackApiError as refused:
        return list(refused.response["errors"])
    return []


def test_a_file_is_uploaded_and_shown_by_id_and_by_address(slack: SlackStandIn, client: WebClient) -> None:
    file_id = uploaded(client, png(30, 20), alt_txt="A chart")
    file = client.files_info(file=file_id)["file"]
    assert (file["mimetype"], file["original_w"], file["original_h"]) == ("image/png", 30, 20)
    assert (file["title"], file["alt_txt"], file["channels"]) == ("Chart", "A chart", [])
    for slack_file in ({"id": file_id}, {"url": file["url_private"]}, {"url": file["permalink"]}):
        assert posts(client, image(**slack_file)) == []
    assert len(slack.dm("U0ANA")) == 3


def test_a_form_is_an_upload_too(client: WebClient) -> None:
    body = png()
    ticket = client.files_getUploadURLExternal(filename="chart.png", length=len(body))
    assert requests.post(ticket["upload_url"], files={"filename": ("chart.png", body)}, timeout=5).ok
    assert client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])["files"][0]["title"] == "chart.png"


def test_the_sdks_own_upload_works(client: WebClient) -> None:
    assert client.files_upload_v2(content=png(), filename="chart.png", title="Chart")["file"]["title"] == "Chart"


def test_the_bytes_must_be_as_many_as_was_said(client: WebClient) -> None:
    ticket = client.files_getUploadURLExternal(filename="chart.png", length=10)
    assert requests.post(ticket["upload_url"], data=b"x" * 11, timeout=5).status_code == 400
    files = f'[{{"id": "{ticket["file_id"]}"}}]'
    assert refusal(client, "files.completeUploadExternal", files=files)["error"] == "file_not_found"


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("files.getUploadURLExternal", {"length": 5}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "x.png"}, "missing_argument"),
        ("files.getUploadURLExternal", {"filename": "x.png", "length": 0}, "missing_argument"),
        ("files.getUploadURLExternal", {"filename": "x.png", "length": "many"}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "x.png", "length": 5, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ("files.completeUploadExternal", {}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": "["}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": "[]"}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": '["F0123456789"]'}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": '[{"id": "F0123456789"}]'}, "file_not_found"),
        ("files.completeUploadExternal", {"files": '[{"id": "F0"}]', "channel_id": "C0NO"}, "invalid_channel"),
        (
            "files.completeUploadExternal",
            {"files": '[{"id": "F0"}]', "channel_id": "C0GENERAL"},
            "posting_to_channel_denied",
        ),
        ("files.info", {"file": "F0123456789"}, "file_not_found"),
    ],
)
def test_what_slack_refuses(client: WebClient, method: str, arguments: dict[str, Any], code: str) -> None:
    assert refusal(client, method, **arguments)["error"] == code


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_files_need_a_scope_of_their_own(slack: SlackStandIn, client: WebClient, method: str) -> None:
    slack.install("T0ACME", SCOPES)
    assert refusal(client, method, filename="x.png", length="5")["needed"] == "files:write"


def test_a_workspace_may_take_no_files(slack: SlackStandIn, client: WebClient) -> None:
    slack.files.refused = "file_uploads_disabled"
    assert refusal(client, "files.getUploadURLExternal", filename="x.png", length=5)["error"] == "file_uploads_disabled"


def test_an_upload_ends_once(client: WebClient) -> None:
    file_id = uploaded(client, png())
    again = refusal(client, "files.completeUploadExternal", files=f'[{{"id": "{file_id}"}}]')
    assert again["error"] == "file_not_found"


def test_a_token_at_the_upload_address_is_a_fault(slack: SlackStandIn, client: WebClient) -> None:
    ticket = client.files_getUploadURLExternal(filename="x.png", length=5)
    requests.post(ticket["upload_url"], data=b"x" * 5, headers={"Authorization": f"Bearer {client.token}"}, timeout=5)
    assert slack.faults == ["upload: a token was sent along, and the upload address needs none"]


def test_a_file_may_be_shared_into_a_channel_at_once(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("T0ACME", "C0BOTS", "bots", ["U0ANA"], bot_is_member=True)
    client.files_upload_v2(content=png(), filename="chart.png", channel="C0BOTS", initial_comment="Look")
    [message] = slack.channel("C0BOTS")
    assert (message.text, message.files[0]["name"]) == ("Look", "chart.png")


@pytest.mark.parametrize(
    ("slack_file", "what"),
    [
        ({"id": "F0123456789"}, "invalid slack file [json-pointer:/blocks/1/slack_file]"),
        (
            {"id": "https://x.example"},
            "input must match regex pattern: ^[F][A-Z0-9]{8,}$ [json-pointer:/blocks/1/slack_file/id]",
        ),
        ({"url": "https://files.slack.com/x.png"}, "invalid slack file [json-pointer:/blocks/1/slack_file]"),
        ({}, "must define either `id` or `url` [json-pointer:/blocks/1/slack_file]"),
        (
            {"id": "F0123456789", "url": "https://x.example/x.png"},
            "must define either `id` or `url` [json-pointer:/blocks/1/slack_file]",
        ),
    ],
)
def test_a_picture_that_is_not_there_is_refused(client: WebClient, slack_file: dict[str, str], what: str) -> None:
    assert posts(client, {"type": "divider"}, image(**slack_file)) == [what]


@pytest.mark.parametrize("body", [b"hello", png()[:-4], b"\x89PNG\r\n\x1a\n", b"<svg/>"])
def test_what_is_no_picture_is_not_shown(client: WebClient, body: bytes) -> None:
    assert len(posts(client, image(id=uploaded(client, body)))) == 1


def test_the_refusal_says_it_twice_as_slack_does(client: WebClient) -> None:
    blocks = json.dumps([image(id="F0123456789")])
    answer = refusal(client, "chat.postMessage", channel="U0ANA", text="x", blocks=blocks)
    what = "invalid slack file [json-pointer:/blocks/0/slack_file]"
    assert (answer["error"], answer["errors"]) == ("invalid_blocks", [what])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {what}"]


def test_a_picture_needs_a_text(client: WebClient) -> None:
    slack_file = {"id": uploaded(client, png())}
    assert posts(client, {"type": "image", "slack_file": slack_file}) == [
        "missing required field: alt_text [json-pointer:/blocks/0]"
    ]
    assert len(posts(client, {"type": "image", "slack_file": slack_file, "alt_text": "x" * 2001})) == 1


def test_an_upload_that_was_not_ended_is_not_shown(client: WebClient) -> None:
    ticket = client.files_getUploadURLExternal(filename="x.png", length=len(png()))
    requests.post(ticket["upload_url"], data=png(), timeout=5)
    assert len(posts(client, image(id=ticket["file_id"]))) == 1


def test_slack_takes_its_time_with_a_file(slack: SlackStandIn, client: WebClient, clock: SandboxClock) -> None:
    slack.files.delay = timedelta(seconds=3)
    file_id = uploaded(client, png())
    assert client.files_info(file=file_id)["file"]["mimetype"] == ""
    assert len(posts(client, image(id=file_id))) == 1
    clock.advance(timedelta(seconds=3))
    assert client.files_info(file=file_id)["file"]["mimetype"] == "image/png"
    assert posts(client, image(id=file_id)) == []


def test_another_workspaces_picture_is_not_shown(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_team("T0BETA", "Beta", "beta")
    other = WebClient(slack.install("T0BETA", ["files:write"]), base_url=f"{slack.base_url}/api/")
    assert len(posts(client, image(id=uploaded(other, png())))) == 1


def test_pictures_in_other_places_are_looked_at_too(slack: SlackStandIn, client: WebClient) -> None:
    lost = image(id="F0123456789")
    words = {"type": "mrkdwn", "text": "x"}
    assert posts(client, {"type": "section", "text": words, "accessory": lost}, {"type": "context", "elements": [lost]})
    assert posts(client, {"type": "context", "elements": [words, lost]}) == [
        "invalid slack file [json-pointer:/blocks/0/elements/1/slack_file]"
    ]
    answer = refusal(client, "views.publish", user_id="U0ANA", view=json.dumps({"type": "home", "blocks": [lost]}))
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]"
    ]
    trigger_id = slack.state.triggers.issue("T0ACME", "U0ANA")
    answer = refusal(client, "views.open", trigger_id=trigger_id, view=json.dumps({**MODAL, "blocks": [lost]}))
    assert answer["error"] == "invalid_arguments"


def test_members_look_at_a_picture_and_others_do_not(slack: SlackStandIn, client: WebClient) -> None:
    file_id = uploaded(client, png())
    found = slack.picture("T0ACME", {"id": file_id})
    assert found is not None
    _, address = found

    def look(**cookies: str) -> requests.Response:
        return requests.get(address, cookies=cookies, allow_redirects=False, timeout=5)

    seen = look(sandbox_person="U0ANA")
    assert (seen.content, seen.headers["content-type"]) == (png(), "image/png")
    assert look().status_code == 302
    slack.add_team("T0BETA", "Beta", "beta")
    slack.add_user("T0BETA", "U0BEA", name="Bea", email="bea@beta.example", tz="UTC")
    assert look(sandbox_person="U0BEA").status_code == 302
    headers = {"Authorization": f"Bearer {client.token}"}
    assert requests.get(address, headers=headers, timeout=5).content == png()
