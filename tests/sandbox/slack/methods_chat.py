"""Web API: messages."""

from tests.sandbox.slack.blocks import LONGEST_MESSAGE, LONGEST_UPDATE, check_message, check_metadata
from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.methods_conversations import known_channel, postable_channel
from tests.sandbox.slack.posting import delete, edit, post
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.slack_files import shown_in


def _content(call: Call, longest: int = LONGEST_MESSAGE) -> Json:
    payload: Json = {"text": call.args.get("text")}
    blocks = call.json("blocks", "invalid_blocks_format")
    if blocks is not None:
        payload["blocks"] = blocks
    attachments = call.json("attachments", "invalid_attachments")
    if attachments:
        payload["attachments"] = attachments
    check_message(payload, longest=longest, shows=shown_in(call.state, call.token.team_id))
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata is not None:
        if metadata != {}:  # takes away what the message had
            check_metadata(metadata)
        payload["metadata"] = metadata
    return payload


def post_message(call: Call) -> Json:
    channel = postable_channel(call, call.text("channel") or "")
    content = _content(call)
    thread_ts = call.text("thread_ts")
    if thread_ts is not None and thread_ts not in call.state.messages.get(channel.id, {}):
        raise Refused("thread_not_found")
    message = post(
        call.state,
        channel.id,
        call.installation,
        content,
        thread_ts=thread_ts,
        unfurl_links=call.flag("unfurl_links", default=True),
        unfurl_media=call.flag("unfurl_media", default=True),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.to_json(call.state.credentials.app_id)}


def post_ephemeral(call: Call) -> Json:
    channel = known_channel(call, call.text("channel") or "")
    user_id = call.text("user") or ""
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    if user_id not in channel.members:
        raise Refused("user_not_in_channel")
    message = post(
        call.state,
        channel.id,
        call.installation,
        _content(call),
        ephemeral_to=user_id,
        thread_ts=call.text("thread_ts"),
    )
    return {"message_ts": message.ts}


def _standing(call: Call, refusal: str) -> Message:
    """The bot's own message that is to be changed."""
    channel = known_channel(call, call.text("channel") or "")
    ts = call.text("ts") or ""
    message = call.state.messages.get(channel.id, {}).get(ts)
    if message is None and any(each.ts == ts for mine in call.state.ephemerals.values() for each in mine):
        raise Refused(refusal)  # ephemeral messages cannot be changed by the Web API
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if message.bot_id != call.installation.bot_id:
        raise Refused(refusal)
    return message


def update(call: Call) -> Json:
    message = _standing(call, "cant_update_message")
    if call.state.edits_refused:
        raise Refused(call.state.edits_refused)
    # "If the `text` argument is provided and `blocks` are not provided, the `blocks` will be removed", says Slack
    edit(call.state, message, {"blocks": [], **_content(call, LONGEST_UPDATE)})
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message.to_json(call.state.credentials.app_id),
    }


def remove(call: Call) -> Json:
    message = _standing(call, "cant_delete_message")
    delete(call.state, message)
    return {"channel": message.channel, "ts": message.ts}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(remove, "chat:write"),
}
