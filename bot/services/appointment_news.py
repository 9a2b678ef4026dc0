"""What people are told about their appointments: noted with the change itself, and sent once each, whatever crashes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.appointment_notices import CHANGEABLE, AppointmentNews, News
from bot.domain.appointments import Party, Role
from bot.domain.notices import MessageRef
from bot.domain.people import Who
from bot.domain.webhooks import Event, about_appointment
from bot.errors import BotError, NotAnEmployee, SlackRefusesApp, SlackUnavailable, Unreachable
from bot.ports import Clock, Notifier
from bot.services.incidents import Incidents, slack_app
from bot.services.portraits import Loaded, load, party, shown
from bot.services.reminders import teams_of
from bot.services.webhooks import enqueue
from storage import bookings, ledger, people, words
from storage.booking_tables import Word
from storage.database import Database, Session
from storage.tables import Person, new_id
from storage.words import Owed

log = structlog.get_logger()

BATCH = 20
_LEASE = timedelta(minutes=3)
_MINUTE = timedelta(minutes=1)

_EVENTS = {
    News.BOOKED: Event.CONFIRMED,
    News.MOVED: Event.MOVED,
    News.CHANGED: Event.CHANGED,
    News.CANCELLED: Event.CANCELLED,
    News.DELETED: Event.CANCELLED,
    News.FAILED: Event.CANCELLED,
    News.CONFLICT: Event.CONFLICTED,
}
"""What booking systems are told; that it failed, its state tells."""


class AppointmentBulletin:
    """Rows are written by whoever changes an appointment, in the same transaction. ``redraw``: see Surfaces."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        incidents: Incidents,
        clock: Clock,
        redraw: Callable[[Who], object],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._incidents = incidents
        self._clock = clock
        self._redraw = redraw

    def announce(
        self,
        session: Session,
        loaded: Loaded,
        news: News,
        *,
        by: str = "",
        was: tuple[datetime, datetime] | None = None,
        reason: str = "",
        said: Mapping[str, str] | None = None,
    ) -> None:
        """Everybody in it is told, and booking systems; of how it is after the change.

        ``loaded`` is as it was before: who has come to it since, or is not in it any more, is told that alone.
        ``said`` is what its title and its place were, if they are others now.
        """
        now, row = self._clock.now(), loaded.row
        detail = {"by": by, "reason": reason, **{f"was_{name}": text for name, text in (said or {}).items()}}
        if was is not None:
            detail |= {"from": was[0].isoformat(), "to": was[1].isoformat()}
        after = load(session, row.id)
        before, here = _people(loaded), _people(after or loaded)
        known = bookings.known(session, before)
        words.owe(session, row.id, [each for each in before if each in here], news, row.version, detail, now)
        for kind, told in (
            (News.INVITED, [each for each in here if each not in before]),
            (News.UNINVITED, [each for each in before if each not in here and each in known]),
        ):
            words.owe(session, row.id, told, kind, row.version, {"by": by, "reason": ""}, now)
        if news in _EVENTS and after is not None:
            enqueue(session, row.team_id, _EVENTS[news], about_appointment(shown(after)), now)

    def deliver(self) -> int:
        """Send what is due. How many were dealt with."""
        done = 0
        while True:
            lease, now = new_id(), self._clock.now()
            broken = self._incidents.open_keys()
            with self._database.transaction() as session:
                resting = [*teams_of(broken), *ledger.hushed(session, now)]
                owed = words.claim(session, now=now, lease=lease, until=now + _LEASE, limit=BATCH, not_teams=resting)
            if not owed:
                return done
            for each in owed:
                self._do(each)
            for who in dict.fromkeys(Who(each.team_id, each.user_id) for each in owed):
                self._redraw(who)
            done += len(owed)

    def _do(self, owed: Owed) -> None:
        now = self._clock.now()
        try:
            self._send(owed)
        except SlackRefusesApp as refused:
            self._incidents.meet(slack_app(owed.team_id), refused.code, owed.team_id)
            self._put_off(owed, now + _MINUTE, untried=owed.tried_at is None)
        except SlackUnavailable as unavailable:
            wait = timedelta(seconds=unavailable.retry_after or 15)
            if unavailable.retry_after:
                with self._database.transaction() as session:
                    ledger.hush(session, owed.team_id, now + wait)
            untried = not unavailable.lost and owed.tried_at is None
            self._put_off(owed, now + (max(wait, _MINUTE) if unavailable.lost else wait), untried=untried)
        except (Unreachable, NotAnEmployee):
            with self._database.transaction() as session:
                words.settle(session, owed, now)
        except BotError as error:
            log.warning("news_put_off", word=owed.id, error=type(error).__name__)
            self._put_off(owed, now + _MINUTE)
        except Exception:
            # one row must not keep the others from being sent; its lease runs out by itself
            log.exception("bug", word=owed.id)

    def _send(self, owed: Owed) -> None:
        who, now = Who(owed.team_id, owed.user_id), self._clock.now()
        if owed.tried_at is not None:
            found = self._notifier.find(who, owed.id, owed.tried_at - _MINUTE)
            if found is None and now < owed.tried_at + _MINUTE:
                self._put_off(owed, owed.tried_at + _MINUTE)
                return
            if found is not None:
                self._settle(owed, now, found)
                return
        with self._database.transaction() as session:
            loaded = load(session, owed.booking_id)
            reader = people.by_id(session, owed.person_id)
            mine = ledger.trying(session, Word, owed.id, owed.lease, now)
            concerned = loaded is None or owed.person_id in _people(loaded) or owed.kind == News.UNINVITED
            if not concerned:  # what happened to it before they were out of it is nothing to them any more
                words.settle(session, owed, now)
        if loaded is None or reader is None or not mine or not concerned:
            return
        self._settle(owed, now, self._notifier.tell(who, _news(owed, loaded, reader), mark=owed.id))

    def _settle(self, owed: Owed, now: datetime, message: MessageRef) -> None:
        """It is out; of what was said before about the same appointment the buttons go."""
        with self._database.transaction() as session:
            words.settle(session, owed, now, message.channel, message.ts)
            loaded, older = load(session, owed.booking_id), words.older(session, owed, CHANGEABLE)
            reader = people.by_id(session, owed.person_id)
        if loaded is None or reader is None:
            return
        for each in older:
            old = replace(_news(replace(owed, kind=each.kind, detail=each.detail), loaded, reader), is_old=True)
            try:
                self._notifier.edit(owed.team_id, MessageRef(each.channel, each.ts), old)
            except BotError as error:  # it keeps buttons that are checked when they are clicked
                log.info("old_news_not_edited", word=owed.id, error=type(error).__name__)

    def _put_off(self, owed: Owed, until: datetime, *, untried: bool = False) -> None:
        with self._database.transaction() as session:
            ledger.put_off(session, Word, owed.id, owed.lease, until, untried=untried)


def _people(loaded: Loaded) -> list[str]:
    return list(dict.fromkeys(part.person_id for part, person in loaded.parties if part.person_id and person))


def _news(owed: Owed, loaded: Loaded, reader: Person) -> AppointmentNews:
    detail = owed.detail
    was = None
    if "from" in detail:
        was = datetime.fromisoformat(detail["from"]), datetime.fromisoformat(detail["to"])
    mine = [party(part, person) for part, person in loaded.parties if part.person_id == owed.person_id]
    outside = Party(reader.name or reader.user_id, reader.email, Role.OPTIONAL, reader.id)
    viewer = next(iter(mine), replace(outside, who=Who(reader.team_id, reader.user_id)))
    return AppointmentNews(
        news=News(owed.kind),
        appointment=shown(loaded),
        viewer=viewer,
        by=detail["by"],
        was=was,
        was_called=detail.get("was_title", ""),
        was_in=detail.get("was_place", ""),
        reason=detail["reason"],
    )
