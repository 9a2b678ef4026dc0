"""Who is meant when people are named in Slack: those we know, and those Slack introduces to us."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.domain.appointments import MOST_PEOPLE, Party, Role
from bot.domain.people import Profile, Who
from bot.domain.planning import Seat
from bot.errors import NotAnEmployee, NotBookable
from bot.ports import Directory
from bot.services.diaries import Bookable, Diaries

STRANGER = "stranger"
_USUAL = 30
_MINUTE = timedelta(minutes=1)
_TOO_MANY = f"At most {MOST_PEOPLE} people can meet, you included. Please choose fewer."


class Seating:
    """``met`` stores what Slack says of somebody whom we did not know."""

    def __init__(self, diaries: Diaries, directory: Directory, met: Callable[[Profile], object]) -> None:
        self._diaries = diaries
        self._directory = directory
        self._met = met

    def of(self, people: Sequence[Who]) -> dict[Who, Seat]:
        """Everybody; who is not of the workspace is a stranger. Raises NotBookable for too many, SlackUnavailable."""
        if len(set(people)) > MOST_PEOPLE:
            raise NotBookable("invalid", _TOO_MANY, field="people")
        found = {each.who: each for each in self._diaries.by_who(people)}
        unmet = [each for each in dict.fromkeys(people) if each not in found or _is_nameless(found[each])]
        names = {each: self._introduced(each) for each in unmet}
        if unmet:
            found |= {each.who: each for each in self._diaries.by_who(unmet)}
        return {each: _seat(found[each]) if each in found else _stranger(each, names[each]) for each in people}

    def usual(self, required: Sequence[Seat]) -> int:
        """How many minutes the first person's appointments last."""
        known = self._diaries.by_who([each.party.who for each in required[:1] if each.party.who])
        return known[0].rules.length // _MINUTE if known else _USUAL

    def _introduced(self, who: Who) -> str:
        try:
            profile = self._directory.profile(who)
        except NotAnEmployee:
            return who.user_id
        self._met(profile)
        return profile.name or who.user_id


def _seat(one: Bookable) -> Seat:
    return Seat(one.party, one.problem, horizon=one.rules.horizon)


def _stranger(who: Who, name: str) -> Seat:
    return Seat(Party(name, None, Role.REQUIRED, who=who), STRANGER)


def _is_nameless(one: Bookable) -> bool:
    return one.party.name == one.who.user_id
