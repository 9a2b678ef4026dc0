"""Who is in a workspace, in the order of joining: found by place and by id at once, however many they are."""

from collections.abc import Iterator

SLACKBOT = "USLACKBOT"


class Roster:
    """Nobody is ever taken off it: Slack lists those who left too."""

    def __init__(self) -> None:
        self._ids = [SLACKBOT]
        self._places = {SLACKBOT: 0}

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def add(self, user_id: str) -> None:
        if user_id not in self._places:
            self._places[user_id] = len(self._ids)
            self._ids.append(user_id)

    def place(self, user_id: str) -> int | None:
        return self._places.get(user_id)

    def page(self, start: int, size: int) -> tuple[list[str], str | None]:
        """So many from there on, and who comes next."""
        following = start + size
        return self._ids[start:following], self._ids[following] if following < len(self._ids) else None
