"""What is done about connections that broke: `/calendar doctor`, and the buttons on alerts and reminders."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.people import Who
from bot.services.admins import Admins
from bot.services.incidents import Incidents
from bot.services.reminders import Reminders
from bot.slack import answers, troubles
from bot.slack.messages import Message, message
from bot.slack.notifier import SlackNotifier
from bot.slack.operators import RELEASE_MESSAGES
from handlers.desk import Ack, Body, Desk, Request


@dataclass(frozen=True)
class Watched:
    """``look`` has whoever is due looked at, soon."""

    desk: Desk
    admins: Admins
    incidents: Incidents
    reminders: Reminders
    notifier: SlackNotifier
    look: Callable[[], object]

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt."""
        app.action(RELEASE_MESSAGES)(self.release)
        app.action(troubles.REMIND_TOMORROW)(self.snooze)

    def doctor(self, who: Who) -> Message:
        """The answer to `doctor`, typed anywhere."""
        if not self.admins.admit(who, "doctor"):
            return answers.admins_only()
        return answers.checkup(self.incidents.overview(who.team_id))

    def help(self, who: Who) -> Message:
        """The answer to `help`."""
        return answers.help_text(admin=self.admins.seems_one(who))

    def unknown(self, who: Who, words: str) -> Message:
        """The answer to whatever else was typed."""
        return answers.unknown(words, admin=self.admins.seems_one(who))

    async def release(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button "Tell them now". In a channel anybody may press it; who may is asked then."""
        request, incident_id = Request.of_interaction(body), _value(body)
        await self.desk.take(ack, request, lambda: self._released(request.who, incident_id))

    async def snooze(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button "Remind me tomorrow"."""
        request, reminder_id, shown = Request.of_interaction(body), _value(body), body.get("message")
        await self.desk.take(ack, request, lambda: self._snoozed(request, reminder_id, shown))

    def _released(self, who: Who, incident_id: str) -> Message:
        if not self.admins.admit(who, RELEASE_MESSAGES):
            return answers.admins_only()
        if not self.incidents.release(who, incident_id):
            return answers.nothing_waits()
        self.look()
        return answers.released()

    def _snoozed(self, request: Request, reminder_id: str, shown: object) -> Message | None:
        """The message itself says it; where it cannot be changed, a short one does."""

        def show(until: datetime) -> bool:
            told, url = troubles.snoozed(shown, until), request.response_url
            if told is None or url is None:
                return False
            return self.notifier.answer(url, message(told[0], *told[1]), replace_original=True)

        snoozed = self.reminders.snooze(request.who, reminder_id, show)
        if snoozed is None:
            return answers.nothing_to_remind()
        if not snoozed.is_shown:
            self.notifier.send(request.who, answers.snoozed(snoozed.until))
        return None


def _value(body: Body) -> str:
    return str(body["actions"][0].get("value") or "")
