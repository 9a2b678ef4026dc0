"""Web API: conversations, and finding the one a method means."""

from heapq import merge
from itertools import islice

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.paging import first_asked, following, size_asked
from tests.sandbox.slack.people import Channel
from tests.sandbox.slack.refusal import Json, Refused

_KINDS = ("channels", "groups", "mpim", "im")


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
    """A channel of the caller's workspace by its id, or channel_not_found: private ones hide from who is not in."""
    channel = call.state.channels.get(channel_id)
    if channel is None or channel.team_id != call.token.team_id or (channel.private and not channel.bot_is_member):
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
    elif channel.archived:
        raise Refused("is_archived")
    elif not channel.bot_is_member and not call.may("chat:write.public"):
        raise Refused("not_in_channel")


def readable(call: Call, prefix: str) -> Channel:
    """The channel that is asked about, for those whose scopes say so: ``prefix`` is "read" or "history"."""
    wanted = call.required("channel")
    if not any(call.may(f"{kind}:{prefix}") for kind in _KINDS) and wanted not in call.state.channels:
        raise Refused("missing_scope", needed=_any_of(prefix), provided=",".join(sorted(call.token.scopes)))
    channel = known_channel(call, wanted)
    call.need(f"{channel.kind}:{prefix}")
    return channel


def _any_of(prefix: str) -> str:
    return ",".join(f"{kind}:{prefix}" for kind in _KINDS)


def conversations_info(call: Call) -> Json:
    return {"channel": readable(call, "read").to_json(with_count=call.flag("include_num_members"))}


def conversations_members(call: Call) -> Json:
    """Those who left Slack are in no channel any more. A bot may ask about any public channel, in it or not."""
    channel = readable(call, "read")
    limit = size_asked(call, 100)
    if not limit:
        raise Refused("invalid_limit")
    first = first_asked(call) or ""
    bot = [call.installation.bot_user_id] if channel.bot_is_member else []
    everybody = merge(channel.members_from(first), (user_id for user_id in bot if user_id >= first))
    there = (user_id for user_id in everybody if not _has_left(call, user_id))
    page = list(islice(there, min(limit, call.state.longest_list)))
    return {"members": page, "response_metadata": following(next(there, None))}


def _has_left(call: Call, user_id: str) -> bool:
    user = call.state.users.get(user_id)
    return user is not None and user.deleted


METHODS = {
    "conversations.open": Method(conversations_open),
    "conversations.info": Method(conversations_info, takes_json=False),
    "conversations.members": Method(conversations_members, takes_json=False),
}
