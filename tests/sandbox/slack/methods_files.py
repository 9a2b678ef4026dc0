"""Web API: bringing a file to Slack, in the two calls around the upload itself."""

from typing import Any

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.files import File
from tests.sandbox.slack.posting import post
from tests.sandbox.slack.refusal import Json, Refused

LONGEST_ALT_TEXT = 1000


def upload_url(call: Call) -> Json:
    if call.state.files.refused:
        raise Refused(call.state.files.refused)
    name = call.required("filename")
    length = call.whole("length", 0)
    if not length:
        raise Refused("missing_argument")
    alt_text = call.text("alt_txt") or ""
    if len(alt_text) > LONGEST_ALT_TEXT:
        raise Refused("alt_txt_too_large")
    if call.text("snippet_type") is not None:
        raise Refused("unknown_snippet_type", ["snippets are not modelled here"])
    file = File(call.token.team_id, call.installation.bot_user_id, name, length, alt_text)
    with call.state.lock:
        call.state.files.add(file)
    return {"upload_url": f"{call.state.base_url}/upload/v1/{file.ticket}", "file_id": file.id}


def complete(call: Call) -> Json:
    """All of the files or none; without a channel they stay the bot's own."""
    entries = _entries(call.json("files", "invalid_arguments"))
    channel_id = call.text("channel_id")
    if call.text("channels") is not None:
        raise Refused("invalid_arguments", ["[ERROR] channels are not modelled here [json-pointer:/channels]"])
    if channel_id is not None:
        _may_share(call, channel_id)
    now = call.state.clock.now()
    with call.state.lock:
        files = [_uploaded(call, file_id) for file_id, _ in entries]
        for file, (_, title) in zip(files, entries, strict=True):
            file.title, file.created, file.ready_at = title, now, now + call.state.files.delay
            file.channels = [channel_id] if channel_id else []
    shown = [_shown(call, file) for file in files]
    if channel_id is not None:
        post(call.state, channel_id, call.installation, {"text": call.text("initial_comment") or ""}, files=shown)
    call.state.changed()
    return {"files": shown}


def files_info(call: Call) -> Json:
    file = call.state.files.of(call.token.team_id, call.required("file"))
    if file is None or file.ready_at is None:
        raise Refused("file_not_found")
    return {"file": _shown(call, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def _shown(call: Call, file: File) -> Json:
    domain = call.state.teams[file.team_id].domain
    return file.to_json(call.state.clock.now(), call.state.base_url, domain)


def _entries(given: Any) -> list[tuple[str, str]]:
    """Id and title of each file that is named."""
    if not isinstance(given, list) or not given:
        raise Refused("invalid_arguments", ["[ERROR] must provide an array [json-pointer:/files]"])
    entries = []
    for place, entry in enumerate(given):
        file_id, title = (entry.get("id"), entry.get("title", "")) if isinstance(entry, dict) else (None, "")
        if not isinstance(file_id, str) or not isinstance(title, str):
            raise Refused("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/files/{place}/id]"])
        entries.append((file_id, title))
    return entries


def _uploaded(call: Call, file_id: str) -> File:
    file = call.state.files.of(call.token.team_id, file_id)
    if file is None or file.body is None or file.ready_at is not None:
        raise Refused("file_not_found")  # "Could not find the file from the upload ticket"
    return file


def _may_share(call: Call, channel_id: str) -> None:
    channel = call.state.channels.get(channel_id)
    if channel is None or channel.team_id != call.token.team_id:
        raise Refused("invalid_channel")
    if not channel.bot_is_member or channel.archived:
        raise Refused("posting_to_channel_denied")


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, "files:write"),
    "files.completeUploadExternal": Method(complete, "files:write"),
    "files.info": Method(files_info, "files:read", takes_json=False),
}
