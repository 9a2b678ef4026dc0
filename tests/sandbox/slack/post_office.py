"""Events on their way: the first attempt, and the three that follow when nobody answers."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Thread

from tests.sandbox.slack.delivery import Ack, Delivery
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.state import State

RETRY_AFTER = (timedelta(), timedelta(minutes=1), timedelta(minutes=5))
_POLL = 0.1  # seconds; the sandbox's clock can be put forward at any time


@dataclass(frozen=True)
class _Pending:
    due: datetime
    envelope: Json
    number: int
    reason: str
    echo: bool


class PostOffice:
    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery
        self._pending: list[_Pending] = []
        self._wakeup = Condition()
        self._worker: Thread | None = None
        self._closed = False
        self._in_hand = 0
        self.last: Json | None = None

    def envelope(self, team_id: str, event: Json) -> Json:
        """An event in the wrapper Slack puts around it."""
        team = self._state.teams[team_id]
        bot = team.installation.bot_user_id if team.installation else "UBOT"
        enterprise_id = team.enterprise[0] if team.enterprise else None
        return {
            "token": self._state.credentials.verification_token,
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": enterprise_id,
            "api_app_id": self._state.credentials.app_id,
            "event": {"event_ts": self._state.next_ts(), **event},
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._state.seconds()),
            "authorizations": [
                {
                    "enterprise_id": enterprise_id,
                    "team_id": team_id,
                    "user_id": bot,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_urlsafe(24)}",
        }

    def deliver(self, team_id: str, event: Json) -> Ack:
        """Send now and wait for the answer; what is not acknowledged comes again by itself."""
        self.last = self.envelope(team_id, event)
        return self._attempt(_Pending(self._state.clock.now(), self.last, 0, "", echo=False))

    def echo(self, team_id: str, event: Json) -> None:
        """What Slack tells the bot about the bot's own messages: soon, and from another thread."""
        team = self._state.teams[team_id]
        if team.installation is None or "im:history" not in team.installation.scopes or not self._delivery.reachable:
            return
        if event["channel_type"] == "im":
            self._queue(_Pending(self._state.clock.now(), self.envelope(team_id, event), 0, "", echo=True))

    def again(self, envelope: Json, number: int, reason: str) -> Ack:
        """Send an event once more, as Slack does after a failed attempt."""
        return self._delivery.event(envelope, number=number, reason=reason)

    @property
    def pending(self) -> int:
        """How many events still wait to be sent, or sent again."""
        with self._wakeup:
            return len(self._pending)

    def close(self) -> None:
        """Forget what is on its way."""
        with self._wakeup:
            self._closed = True
            self._pending.clear()
            self._wakeup.notify_all()

    def deliver_due(self) -> int:
        """Send what is due by the sandbox's clock; says how many that were."""
        count = 0
        while (pending := self._take()) is not None:
            try:
                self._attempt(pending)
            finally:
                with self._wakeup:
                    self._in_hand -= 1
                    self._wakeup.notify_all()
            count += 1
        return count

    def settle(self, patience: float = 10.0) -> bool:
        """Wait until nothing is under way and nothing is due: then time may pass without outdating a signature."""
        with self._wakeup:
            return self._wakeup.wait_for(self._is_settled, patience)

    def _is_settled(self) -> bool:
        now = self._state.clock.now()
        return self._closed or (self._in_hand == 0 and all(pending.due > now for pending in self._pending))

    def _attempt(self, pending: _Pending) -> Ack:
        ack = self._delivery.event(
            pending.envelope, number=pending.number, reason=pending.reason, fault=not pending.echo
        )
        lost = pending.echo and ack.trouble == "connection_failed"
        if ack.status // 100 == 2 or ack.no_retry or lost:
            return ack
        if pending.number < len(RETRY_AFTER):
            due = self._state.clock.now() + RETRY_AFTER[pending.number]
            reason = ack.trouble or "http_error"
            self._queue(_Pending(due, pending.envelope, pending.number + 1, reason, pending.echo))
        return ack

    def _queue(self, pending: _Pending) -> None:
        with self._wakeup:
            if self._closed:
                return
            self._pending.append(pending)
            if self._worker is None:
                self._worker = Thread(target=self._work, name="slack-post-office", daemon=True)
                self._worker.start()
            self._wakeup.notify_all()

    def _take(self) -> _Pending | None:
        now = self._state.clock.now()
        with self._wakeup:
            for index, pending in enumerate(self._pending):
                if pending.due <= now:
                    self._in_hand += 1
                    return self._pending.pop(index)
        return None

    def _work(self) -> None:
        while True:
            self.deliver_due()
            with self._wakeup:
                if self._closed:
                    return
                self._wakeup.wait(_POLL if self._pending else None)
