"""What a person sees in Slack outside a conversation: their card in the DM and their App Home, kept true."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from bot.domain.agendas import Agenda
from bot.domain.appointments import State
from bot.domain.health import Cause, Health
from bot.domain.notices import Card, Disconnected, LinkUsed, Menus, MessageRef, Notice, Status, Tick
from bot.domain.people import Who
from bot.domain.rollout import Stage
from bot.errors import BotError, NotConnected, OperatorMustMend, PickRefused, ReconnectNeeded
from bot.ports import Notifier
from bot.services.calendars import CalendarPicks, Wanted
from bot.services.connections import Connections, Dropped
from storage import people
from storage.database import Database

log = structlog.get_logger()

_MORE_LOOKS = 2
_MOST_REMEMBERED = 1000
_ALL_BACK = "Your calendar choices are all back. There is nothing left to do."


@dataclass(frozen=True)
class _Seen:
    """What stands on somebody's Home tab besides their appointments; ``known`` is what was stored when it was drawn."""

    known: Status
    status: Status
    menus: Menus | None = None
    problem: str | None = None
    team: Mapping[Stage, int] | None = None


class Surfaces:
    """Draws the card and the Home tab from what is true now.

    ``team`` counts who stands where, for admins alone; ``agenda`` is what somebody has booked, as our database has it.
    """

    def __init__(
        self,
        database: Database,
        connections: Connections,
        picks: CalendarPicks,
        notifier: Notifier,
        later: Callable[[Callable[[], object]], object],
        team: Callable[[Who], Mapping[Stage, int] | None],
        agenda: Callable[[Who], Agenda],
    ) -> None:
        self._database = database
        self._connections = connections
        self._picks = picks
        self._notifier = notifier
        self._later = later
        self._team = team
        self._agenda = agenda
        self._drawn: OrderedDict[Who, _Seen] = OrderedDict()

    def stored(self, who: Who) -> Status:
        """The connection as we know it, without asking Google."""
        return self._connections.status(who)

    def status(self, who: Who) -> tuple[Status, str | None]:
        """The connection as it is this minute, for Google is asked; or a memory, with the reason why it is one."""
        status = self._connections.status(who)
        if status.health is not Health.DISCONNECTED:
            try:
                self._picks.look(who)
            except ReconnectNeeded as error:
                return _broken(status, error), None
            except BotError as error:
                return status, _problem(status, error)
        return self._connections.status(who), None  # a good look may have healed it

    def home(self, who: Who) -> None:
        """Publish the Home tab."""
        self._publish(who, replace(self._seen(who), team=self._team(who)))

    def redraw(self, who: Who, *, cancelling: str = "") -> None:
        """Publish it with the appointments of this moment; ``cancelling`` is shown as being cancelled already.

        Google is not asked: what it said last stands there again, if that is known here and nothing has changed since.
        """
        known, last = self._connections.status(who), self._drawn.get(who)
        if last is None or last.known != known:
            last = _Seen(known, known, team=last.team if last else self._team(who))
        try:
            self._publish(who, last, cancelling)
        except BotError as error:  # it is drawn anew whenever it is opened
            log.info("home_not_redrawn", user=who.user_id, error=type(error).__name__)

    def _publish(self, who: Who, seen: _Seen, cancelling: str = "") -> None:
        self._drawn.pop(who, None)
        self._drawn[who] = seen
        if len(self._drawn) > _MOST_REMEMBERED:
            self._drawn.popitem(last=False)
        agenda = self._booked(who, cancelling)  # last, so that what is drawn last is the newest
        self._notifier.publish_home(who, seen.status, seen.menus, seen.problem, seen.team, agenda)

    def _booked(self, who: Who, cancelling: str) -> Agenda | None:
        try:
            agenda = self._agenda(who)
        except NotConnected:  # nobody whom we have ever met
            return None
        shown = (
            replace(each, state=State.CANCELLING) if each.id == cancelling else each for each in agenda.appointments
        )
        return replace(agenda, appointments=tuple(shown))

    def card(self, who: Who, *, note: str | None = None) -> None:
        """Post a new card with the menus at the end of the DM; the older one steps back."""
        seen = self._seen(who)
        if seen.status.health is not Health.DISCONNECTED:  # somebody may have been quicker than Google's answer
            self._post(who, Card(seen.status, seen.menus, note=seen.problem or note), seen.status)

    def connected(self, who: Who) -> None:
        """Right after consent: the Home tab, and a card with what came back; with menus if there is still to choose."""
        before = self._connections.status(who)
        note = self._look_for_picks(who) if before.linked or before.conflicts else None
        self._later(lambda: self.home(who))  # not after the card: it is drawn even if Slack does not take that one
        status = self._connections.status(who)
        if note == _ALL_BACK and status.health.works:
            self._post(who, Card(status, note=note), status)
        else:
            self.card(who, note=note)

    def _look_for_picks(self, who: Who) -> str | None:
        try:
            self._picks.came_back(who)
        except BotError:  # the card asks Google as well, and says what is wrong; the picks stay as they were
            return None
        return _what_came_back(self._connections.status(who))

    def save(self, who: Who, wanted: Wanted) -> Status:
        """Save the picks; the card and the Home tab follow. Raises PickRefused and what CalendarPicks.save raises."""
        status = self._picks.save(who, wanted)
        self._later(lambda: self.show_saved(who))
        return status

    def save_from_message(self, who: Who, wanted: Wanted, message: MessageRef | None) -> None:
        """Save from the DM: a refusal is shown in that message, under the menu concerned, with the choices kept."""
        try:
            self.save(who, wanted)
        except PickRefused as refused:
            menus = self._picks.menus(who, wanted, refused.problems)
            card = Card(self._connections.status(who), menus)
            if message is None or not self._notifier.edit(who.team_id, message, card):
                self._replace_card(who, card)

    def save_from_home(self, who: Who, wanted: Wanted) -> None:
        """Save from the Home tab: likewise."""
        try:
            self.save(who, wanted)
        except PickRefused as refused:
            menus = self._picks.menus(who, wanted, refused.problems)
            status = self._connections.status(who)
            self._publish(who, _Seen(status, status, menus, team=self._team(who)))

    def show_saved(self, who: Who) -> None:
        """The saved card, then the self-test's ticks on it, then the Home tab."""
        status = self._connections.status(who)
        self._replace_card(who, Card(status, testing=True))
        ticks = self._picks.check(who)
        self._replace_card(who, Card(self._connections.status(who), ticks=ticks))
        self.home(who)

    def check(self, who: Who) -> tuple[Tick, ...]:
        """The self-test on demand."""
        return self._picks.check(who)

    def disconnect(self, who: Who) -> Dropped | None:
        """Disconnect, and let card and Home tab say so."""
        dropped = self._connections.drop(who)
        self._picks.forget(who)
        if dropped:
            self._later(lambda: self._say_disconnected(who, dropped))
        return dropped

    def _say_disconnected(self, who: Who, dropped: Dropped) -> None:
        self._replace_card(who, Disconnected(dropped.account, dropped.revoked))
        self.home(who)

    def _seen(self, who: Who) -> _Seen:
        """How things stand, with the menus if Google gives them. What changed while it was asked is looked at anew."""
        before = self._connections.status(who)
        seen = self._asked(who, before)
        for _ in range(_MORE_LOOKS):
            now = self._connections.status(who)
            if now == before:
                break
            before, seen = now, self._asked(who, now)
        return seen

    def _asked(self, who: Who, status: Status) -> _Seen:
        if status.health is Health.DISCONNECTED:
            return _Seen(status, status)
        try:
            return _Seen(status, status, self._picks.menus(who))
        except ReconnectNeeded as error:
            return _Seen(status, _broken(status, error))  # the status says it
        except BotError as error:
            return _Seen(status, status, problem=_problem(status, error))

    def _post(self, who: Who, card: Card, status: Status) -> None:
        older = self._card_of(who)
        self._remember(who, self._notifier.tell(who, card))
        if older and status.account:
            self._notifier.edit(who.team_id, older, LinkUsed(status.account))

    def _replace_card(self, who: Who, notice: Notice) -> None:
        older = self._card_of(who)
        if older and self._notifier.edit(who.team_id, older, notice):
            return
        self._remember(who, self._notifier.tell(who, notice))

    def _card_of(self, who: Who) -> MessageRef | None:
        with self._database.reading() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            if person is None or not person.card_channel or not person.card_ts:
                return None
            return MessageRef(person.card_channel, person.card_ts)

    def _remember(self, who: Who, message: MessageRef) -> None:
        with self._database.transaction() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            if person is not None:
                people.remember_card(session, person.id, message.channel, message.ts)


def _broken(status: Status, error: ReconnectNeeded) -> Status:
    """Offered there and then. What is stored waits for a second refusal, and so does every message."""
    if status.cause is not None and status.health is not Health.EXPIRING:
        return status
    cause = Cause(error.code)
    return replace(status, health=cause.health, cause=cause, since=None)


def _problem(status: Status, error: BotError) -> str | None:
    """Why this is all we know, unless the status says so itself: others have to act."""
    return None if status.health is Health.BLOCKED and isinstance(error, OperatorMustMend) else str(error)


def _what_came_back(status: Status) -> str | None:
    picked = [pick for pick in (status.linked, *status.conflicts) if pick]
    gone = [pick.name for pick in picked if not pick.back]
    read_only = [pick.name for pick in (status.linked,) if pick and pick.back and not pick.writable]
    if not gone and not read_only:
        return _ALL_BACK if status.linked else None
    said = [f"{len(picked) - len(gone) - len(read_only)} of {len(picked)} calendars are back."]
    said += [f"Not in this account: {', '.join(gone)}."] if gone else []
    said += [f"You can no longer write to {name}." for name in read_only]
    return " ".join(said)
