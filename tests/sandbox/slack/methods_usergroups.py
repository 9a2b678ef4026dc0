"""Web API: user groups, which Slack also calls subteams."""

from tests.sandbox.slack.call import Call, Method
from tests.sandbox.slack.refusal import Json, Refused


def _for_paying_teams(call: Call) -> None:
    if call.state.teams[call.token.team_id].free:
        raise Refused("plan_upgrade_required")


def usergroups_list(call: Call) -> Json:
    _for_paying_teams(call)
    groups = [group for group in call.state.user_groups.values() if group.team_id == call.token.team_id]
    count, users = call.flag("include_count"), call.flag("include_users")
    return {
        "usergroups": [
            group.to_json(with_count=count, with_users=users)
            for group in groups
            if not group.disabled or call.flag("include_disabled")
        ]
    }


def usergroups_users_list(call: Call) -> Json:
    _for_paying_teams(call)
    group = call.state.user_groups.get(call.required("usergroup"))
    if group is None or group.team_id != call.token.team_id or (group.disabled and not call.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": list(group.members)}


METHODS = {
    "usergroups.list": Method(usergroups_list, "usergroups:read"),
    "usergroups.users.list": Method(usergroups_users_list, "usergroups:read"),
}
