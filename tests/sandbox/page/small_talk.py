"""What colleagues have said in their channels, so that there are messages of people to do something with."""

from tests.sandbox.personas import ADA, BEN, CLEO, GENERAL, GUS, PARTNERS
from tests.sandbox.slack.standin import SlackStandIn

_SAID = (
    (GENERAL, BEN, "The launch plan is in the folder. Who has half an hour to go through it with me?"),
    (GENERAL, CLEO, "Morning from Seoul! The Atlas demo works again. I can show it to anybody who wants to see it."),
    (GENERAL, ADA, "Calendar Bot is installed. Type */calendar connect* to connect your calendar."),
    (PARTNERS, GUS, "Could somebody take me through the new contract next week?"),
)


def begin(slack: SlackStandIn, team_id: str) -> None:
    """Each of them speaks where nobody has spoken yet."""
    channels = slack.state.channels
    silent = {each.id for each in channels.values() if each.team_id == team_id and not slack.channel(each.id)}
    for channel_id, user_id, text in _SAID:
        if channel_id in silent:
            slack.writes(user_id, channel_id, text)
