"""Web API: who am I, who are they."""

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.paging import first_asked, following, size_asked
from tests.sandbox.slack.people import User
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.roster import SLACKBOT, Roster


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


def _roster(call: Call) -> Roster:
    return call.state.rosters[call.token.team_id]


def _member(call: Call, user_id: str) -> User:
    if user_id == SLACKBOT:
        return User(call.token.team_id, SLACKBOT, "Slackbot", "", "America/Los_Angeles")
    return call.state.users[user_id]


def _shown(call: Call, user: User) -> Json:
    return user.to_json(
        call.state.clock.now(),
        with_email=call.may("users:read.email") and user.id != SLACKBOT,
        with_locale=call.flag("include_locale"),
    )


def users_info(call: Call) -> Json:
    wanted = call.text("user") or ""
    user = _member(call, wanted) if wanted == SLACKBOT else call.state.users.get(wanted)
    if user is None or user.team_id != call.token.team_id:
        raise Refused("user_not_found")
    return {"user": _shown(call, user)}


def users_list(call: Call) -> Json:
    limit, roster = size_asked(call, 0), _roster(call)
    if not limit and len(roster) > call.state.most_without_limit:
        raise Refused("limit_required")
    first = first_asked(call)
    start = 0 if first is None else roster.place(first)
    if start is None:
        raise Refused("invalid_cursor")
    page, after = roster.page(start, min(limit or len(roster), call.state.longest_list))
    return {
        "members": [_shown(call, _member(call, user_id)) for user_id in page],
        "cache_ts": int(call.state.seconds()),
        "response_metadata": following(after),
    }


def users_lookup_by_email(call: Call) -> Json:
    email = (call.text("email") or "").lower()
    for user_id in _roster(call):
        user = _member(call, user_id)
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
    for user in (_member(call, user_id) for user_id in _roster(call)):
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
