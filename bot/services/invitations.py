"""Delivering invitations: each once, as fast as Slack lets us and no faster, whatever crashes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.health import Cause
from bot.domain.notices import ConnectLink, DeclinedInvitation, Invited, MessageRef, Notice, Nudged
from bot.domain.people import Who
from bot.domain.rollout import NUDGE, Stage, can_be_nudged, mended_by_choice, next_step
from bot.errors import BotError, NotAnEmployee, SlackRefusesApp, SlackUnavailable, Unreachable
from bot.ports import Clock, Notifier
from bot.services.incidents import Incidents, slack_app
from bot.services.monitoring import zone_of
from bot.services.reminders import LeaseLost, teams_of
from bot.services.tickets import Tickets
from storage import audit, ledger, people, quotas, roster, rounds
from storage.database import Database, Session
from storage.rollout_tables import Invitation
from storage.rounds import Asked
from storage.tables import new_id

log = structlog.get_logger()

BATCH = 10
A_MINUTE = 45
"""Direct messages opened in one workspace: conversations.open is of Slack's tier 3, fifty a minute and more."""
_LEASE = timedelta(minutes=3)
_ALLOWANCE = "slack:"
_LATER, _MINUTE = timedelta(minutes=1), timedelta(minutes=1)


def has_room(session: Session, team_id: str, now: datetime) -> bool:
    """Whether one more direct message may be opened there in this minute; it counts as sent."""
    key = f"{_ALLOWANCE}{team_id}:{now:%Y-%m-%dT%H:%M}"
    return quotas.reserve(session, key, now + _MINUTE, 1, A_MINUTE) == 1


class Invitations:
    """``shown`` draws a round's progress anew."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        tickets: Tickets,
        incidents: Incidents,
        clock: Clock,
        shown: Callable[[str, str], object],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._tickets = tickets
        self._incidents = incidents
        self._clock = clock
        self._shown = shown

    def deliver(self) -> int:
        """Send what is due now, as far as Slack's allowance reaches. How many were dealt with."""
        done = 0
        while claimed := self._claim():
            lease, asked = claimed
            for each in asked:
                self._do(each, lease)
                self._shown(each.round_id, each.team_id)
            done += len(asked)
        return done

    def decline(self, who: Who, message: MessageRef | None) -> None:
        """Not for me: they are not asked again, unless they say so themselves or an admin asks all the same.

        Of somebody who is not known, as strangers are not, nothing is noted: there was nobody to invite.
        """
        now = self._clock.now()
        with self._database.transaction() as session:
            person = people.by_slack(session, who.team_id, who.user_id)
            if person is not None:
                roster.note(session, person.id, declined_at=now)
                rounds.call_off(session, person.id)
                audit.record(
                    session, now=now, team_id=who.team_id, user_id=who.user_id, action="invitation_declined", detail={}
                )
        if message is not None:
            self._notifier.edit(who.team_id, message, DeclinedInvitation())

    # --- one by one -------------------------------------------------------------------------------------------------

    def _claim(self) -> tuple[str, list[Asked]] | None:
        """Some that are due. What the minute's allowance does not reach stays as it is, until the next minute."""
        lease, now = new_id(), self._clock.now()
        broken = self._incidents.open_keys()
        minute = f":{now:%Y-%m-%dT%H:%M}"
        with self._database.transaction() as session:
            full = quotas.used_up(session, _ALLOWANCE, minute, A_MINUTE)
            resting = [*teams_of(broken), *ledger.hushed(session, now), *full]
            asked = rounds.claim(session, now=now, lease=lease, until=now + _LEASE, limit=BATCH, not_teams=resting)
            wanted = Counter(each.team_id for each in asked)
            room = {  # shared by all processes
                team_id: quotas.reserve(session, f"{_ALLOWANCE}{team_id}{minute}", now + _MINUTE, count, A_MINUTE)
                for team_id, count in wanted.items()
            }
            mine = []
            for each in asked:
                if room[each.team_id] > 0:
                    room[each.team_id] -= 1
                    mine.append(each)
            rounds.give_back(session, [each.id for each in asked if each not in mine], lease)
        return (lease, mine) if asked else None

    def _do(self, asked: Asked, lease: str) -> None:
        who, now = Who(asked.team_id, asked.user_id), self._clock.now()
        with self._database.reading() as session:
            resting = ledger.hushed_until(session, asked.team_id, now)
        if resting is not None:  # since this batch was claimed, by another invitation or by the progress
            self._put_off(asked, lease, resting - now, untried=asked.tried_at is None)
            return
        try:
            self._send(asked, lease, who)
        except SlackRefusesApp as refused:
            self._incidents.meet(slack_app(asked.team_id), refused.code, asked.team_id)
            self._put_off(asked, lease, _LATER, untried=asked.tried_at is None)
        except SlackUnavailable as unavailable:
            wait = timedelta(seconds=unavailable.retry_after or 15)
            if unavailable.retry_after:
                with self._database.transaction() as session:
                    ledger.hush(session, asked.team_id, self._clock.now() + wait)
            untried = not unavailable.lost and asked.tried_at is None
            self._put_off(asked, lease, max(wait, _LATER) if unavailable.lost else wait, untried=untried)
        except (Unreachable, NotAnEmployee) as error:
            self._give_up(asked, lease, rounds.UNREACHABLE, type(error).__name__)
        except LeaseLost:
            log.info("lease_lost", invitation=asked.id)
        except BotError as error:
            log.warning("invitation_put_off", invitation=asked.id, error=type(error).__name__)
            self._put_off(asked, lease, _LATER)
        except Exception:
            # one person's row must not keep everybody else's from being sent; its lease runs out by itself
            log.exception("bug", invitation=asked.id)

    def _send(self, asked: Asked, lease: str, who: Who) -> None:
        now = self._clock.now()
        if asked.tried_at is not None:
            found = self._notifier.find(who, asked.id, asked.tried_at - _LATER)
            if found is not None:
                self._sent(asked, found)
                return
            if now < asked.tried_at + _LATER:
                self._put_off(asked, lease, asked.tried_at + _LATER - now)
                return
        stage, cause, account = self._standing(who)
        if asked.step == NUDGE and can_be_nudged(stage, cause):
            nudged = Nudged(stage, asked.started_by, account)
            if mended_by_choice(stage, cause):
                self._told(asked, lease, who, nudged)
                return
            self._enclosed(asked, lease, who, lambda link: replace(nudged, url=link.url, expires_at=link.expires_at))
        elif asked.step and not stage.can_be_asked:
            self._give_up(asked, lease, rounds.SKIPPED, "settled")
        else:
            by, step = asked.started_by, asked.step
            self._enclosed(asked, lease, who, lambda link: Invited(link.url, link.expires_at, by, step, asked.id))

    def _enclosed(self, asked: Asked, lease: str, who: Who, notice: Callable[[ConnectLink], Notice]) -> None:
        self._tickets.enclose(who, lambda link: self._told(asked, lease, who, notice(link)), posted=True)

    def _told(self, asked: Asked, lease: str, who: Who, notice: Notice) -> MessageRef:
        with self._database.transaction() as session:
            is_mine = ledger.trying(session, Invitation, asked.id, lease, self._clock.now())
        if not is_mine:
            raise LeaseLost
        message = self._notifier.tell(who, notice, mark=asked.id)
        self._sent(asked, message)
        return message

    def _sent(self, asked: Asked, message: MessageRef) -> None:
        now = self._clock.now()
        next_at = next_step(asked.step, now, zone_of(asked.time_zone))
        with self._database.transaction() as session:
            rounds.sent(session, asked, message.channel, message.ts, now, next_at)

    def _standing(self, who: Who) -> tuple[Stage, Cause | None, str | None]:
        with self._database.reading() as session:
            known = roster.member(session, who.team_id, who.user_id)
        if known is None:
            return Stage.NOT_INVITED, None, None
        return Stage(known.stage), Cause(known.cause) if known.cause else None, known.account

    def _give_up(self, asked: Asked, lease: str, outcome: str, reason: str) -> None:
        with self._database.transaction() as session:
            rounds.give_up(session, asked.id, lease, outcome, reason)

    def _put_off(self, asked: Asked, lease: str, wait: timedelta, *, untried: bool = False) -> None:
        until = self._clock.now() + wait
        with self._database.transaction() as session:
            ledger.put_off(session, Invitation, asked.id, lease, until, untried=untried)
