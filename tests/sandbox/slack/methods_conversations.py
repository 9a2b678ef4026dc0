"""Web API: conversations, and finding the one a method means."""

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.people import Channel
from tests.sandbox.slack.refusal import Json, Refused


def conversations_open(call: Call) -> Json:
    channel_id = call.text("channel")
    if channel_id is not None:
        return _opened(call, known_channel(call, channel_id), already=True)
    users = [each for each in (call.text("users") or "").split(",") if each]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        call.need("mpim:write")
        raise Refused("method_not_supported_for_channel_type")
    call.need("im:write")
    if users[0] == "USLACKBOT":
        raise Refused("cannot_dm_bot")
    user = call.state.users.get(users[0])
    if user is None or user.team_id != call.token.team_id:
        raise Refused("user_not_found")
    if user.bot:
        raise Refused("cannot_dm_bot")
    if user.deleted:
        raise Refused("user_disabled")
    already = user.im_id in call.state.channels
    return _opened(call, call.state.open_im(user), already=already)


def _opened(call: Call, channel: Channel, *, already: bool) -> Json:
    body = channel.to_json() if call.flag("return_im") else {"id": channel.id}
    return {"no_op": already, "already_open": already, "channel": body}


def known_channel(call: Call, channel_id: str) -> Channel:
    """A channel of the caller's workspace by its id, or channel_not_found."""
    channel = call.state.channels.get(channel_id)
    if channel is None or channel.team_id != call.token.team_id:
        raise Refused("channel_not_found")
    return channel


def postable_channel(call: Call, given: str) -> Channel:
    """Where chat.postMessage may post: a channel, or a person's direct messages by that person's id."""
    user = call.state.users.get(given)
    if user is not None and user.team_id == call.token.team_id:
        if user.bot:
            raise Refused("cannot_dm_bot")
        if user.deleted:
            raise Refused("is_archived")  # what Slack makes of the direct messages of somebody who is gone
        channel = call.state.open_im(user)
    elif given.startswith("#"):
        named = [each for each in call.state.channels.values() if f"#{each.name}" == given]
        channel = known_channel(call, named[0].id if named else given)
    else:
        channel = known_channel(call, given)
    _may_post(call, channel)
    return channel


def _may_post(call: Call, channel: Channel) -> None:
    if channel.im_with is not None:
        if call.state.users[channel.im_with].deleted:
            raise Refused("is_archived")
        if not call.state.messages_tab:
            raise Refused("messages_tab_disabled")
    elif not channel.bot_is_member and not call.may("chat:write.public"):
        raise Refused("not_in_channel")


def readable(call: Call, prefix: str) -> Channel:
    """The channel that is asked about, for those whose scopes say so: ``prefix`` is "read" or "history"."""
    channel = known_channel(call, call.required("channel"))
    call.need(f"{'im' if channel.im_with else 'channels'}:{prefix}")
    return channel


def conversations_info(call: Call) -> Json:
    return {"channel": readable(call, "read").to_json()}


def conversations_members(call: Call) -> Json:
    channel = readable(call, "read")
    members = sorted(channel.members)
    if channel.bot_is_member:
        members.append(call.installation.bot_user_id)
    return {"members": members, "response_metadata": {"next_cursor": ""}}


METHODS = {
    "conversations.open": Method(conversations_open),
    "conversations.info": Method(conversations_info, takes_json=False),
    "conversations.members": Method(conversations_members, takes_json=False),
}
