"""Web API: who am I, who are they."""

import base64
import binascii

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, Refused

MOST_A_PAGE = 1000


def api_test(call: Call) -> Json:
    error = call.text("error")
    if error is not None:
        raise Refused(error, args=call.args)
    return {"args": call.args}


def auth_test(call: Call) -> Json:
    team = call.state.teams[call.token.team_id]
    user = call.state.users[call.token.user_id]
    body: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": user.handle,
        "team_id": team.id,
        "user_id": user.id,
        "is_enterprise_install": False,
    }
    if call.token.kind == "bot":
        body["bot_id"] = call.installation.bot_id
    if team.enterprise is not None:
        body["enterprise_id"] = team.enterprise[0]
    return body


def _members(call: Call) -> list[User]:
    slackbot = User(call.token.team_id, "USLACKBOT", "Slackbot", "", "America/Los_Angeles")
    return [slackbot, *(user for user in call.state.users.values() if user.team_id == call.token.team_id)]


def _shown(call: Call, user: User) -> Json:
    return user.to_json(
        call.state.clock.now(),
        with_email=call.may("users:read.email") and user.id != "USLACKBOT",
        with_locale=call.flag("include_locale"),
    )


def users_info(call: Call) -> Json:
    wanted = call.text("user")
    found = next((user for user in _members(call) if user.id == wanted), None)
    if found is None:
        raise Refused("user_not_found")
    return {"user": _shown(call, found)}


def users_list(call: Call) -> Json:
    limit = call.whole("limit", 0)
    if limit > MOST_A_PAGE:
        raise Refused("invalid_limit")
    members = _members(call)
    start = _position(call.text("cursor"), members)
    page = members[start : start + limit] if limit else members[start:]
    rest = members[start + len(page) :]
    cursor = base64.b64encode(f"user:{rest[0].id}".encode()).decode() if rest else ""
    return {
        "members": [_shown(call, user) for user in page],
        "cache_ts": int(call.state.seconds()),
        "response_metadata": {"next_cursor": cursor},
    }


def _position(cursor: str | None, members: list[User]) -> int:
    if cursor is None:
        return 0
    try:
        user_id = base64.b64decode(cursor, validate=True).decode().removeprefix("user:")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    for index, user in enumerate(members):
        if user.id == user_id:
            return index
    raise Refused("invalid_cursor")


def users_lookup_by_email(call: Call) -> Json:
    email = (call.text("email") or "").lower()
    for user in _members(call):
        if email and user.email.lower() == email and not user.deleted:
            return {"user": _shown(call, user)}
    raise Refused("users_not_found")


def team_info(call: Call) -> Json:
    team = call.state.teams[call.token.team_id]
    if call.text("team") not in {None, team.id}:
        raise Refused("team_not_found")
    body: Json = {
        "id": team.id,
        "name": team.name,
        "url": f"https://{team.domain}.slack.com/",
        "domain": team.domain,
        "email_domain": f"{team.domain}.example",
        "icon": {"image_default": True},
    }
    if team.enterprise is not None:
        body |= {"enterprise_id": team.enterprise[0], "enterprise_name": team.enterprise[1]}
    return {"team": body}


def bots_info(call: Call) -> Json:
    wanted = call.text("bot") or call.installation.bot_id
    for user in _members(call):
        if user.bot_id == wanted:
            return {
                "bot": {
                    "id": user.bot_id,
                    "deleted": user.deleted,
                    "name": user.name,
                    "updated": 1_767_225_600,
                    "app_id": call.state.credentials.app_id,
                    "user_id": user.id,
                    "icons": {},
                }
            }
    raise Refused("bot_not_found")


METHODS = {
    "api.test": Method(api_test, tokens=()),
    "auth.test": Method(auth_test, tokens=("bot", "user")),
    "users.info": Method(users_info, "users:read", takes_json=False),
    "users.list": Method(users_list, "users:read", takes_json=False),
    "users.lookupByEmail": Method(users_lookup_by_email, "users:read.email", takes_json=False),
    "team.info": Method(team_info, "team:read", takes_json=False),
    "bots.info": Method(bots_info, "users:read", takes_json=False),
}
