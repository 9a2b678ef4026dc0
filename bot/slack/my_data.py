"""A person's own data on the Home tab: what is stored, what never is, and the two buttons. Pure."""

from bot.slack.blocks import OPTION_LIMIT, Block, actions, button, confirm, context, header, say, section, short
from bot.slack.messages import Message, message
from bot.slack.summary import disconnected

SEND, ERASE = "my_data_send", "my_data_erase"


def on_home() -> list[Block]:
    """For everybody, connected or not."""
    question = confirm(
        "Delete everything about me?",
        say(
            "The connection to Google Calendar ends, and everything stored about you is deleted: choices, links, "
            "reminders, history. Nobody can undo this. You can connect anew at any time."
        ),
        yes="Delete everything",
        no="Keep it",
    )
    return [
        header("Your data"),
        section(
            say(
                "*What we store*\n"
                "• who you are in Slack, and which messages we sent you about this\n"
                "• the name of your Google account, and an encrypted key to it that only this bot can use\n"
                "• which calendars you chose, with their names\n"
                "• when you connected and disconnected, and what you booked here"
            )
        ),
        section(
            say(
                "*What we never store*\n"
                "• titles, guests, places or notes of your other events\n"
                "• when you are busy\n"
                "• your Google password, which we never see"
            )
        ),
        actions(button("Give me my data", SEND), button("Delete everything about me", ERASE, confirm=question)),
        context(
            say(
                "Your name and address come from Slack, whose list of members is read anew each night. Whoever has "
                "deleted everything is not invited again by itself."
            )
        ),
    ]


def erased(account: str | None, *, revoked: bool) -> Message:
    """After a deletion."""
    done = say("Everything that was stored about you is deleted. If you want to come back: `/calendar connect`.")
    if account is None:
        return message(done)
    ended = disconnected(short(account, 2 * OPTION_LIMIT), revoked=revoked)
    return message(say("{done}\n{ended}", done=done, ended=ended))
