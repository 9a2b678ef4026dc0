"""A workspace's user groups, for choosing among them."""

from bot.slack.faults import Answered, call, part
from bot.slack.workspaces import Clients

_NONE = frozenset({"plan_upgrade_required"})


class UserGroups:
    """Slack has no menu of its own for them."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def named(self, team_id: str, words: str) -> dict[str, str]:
        """Names by id of those that are in use and have these words in their name or handle.

        Raises SlackUnavailable, SlackRefusesApp.
        """
        try:
            answer = call(self._clients.of(team_id).usergroups_list, expect=_NONE)
        except Answered:  # a free workspace has none
            return {}
        wanted = words.casefold().lstrip("@")
        found = {}
        for group in part(answer, "usergroups", list):
            name, handle = str(group.get("name") or ""), str(group.get("handle") or "")
            if wanted in name.casefold() or wanted in handle.casefold():
                found[part(group, "id", str)] = f"{name} (@{handle})" if handle else name
        return found
