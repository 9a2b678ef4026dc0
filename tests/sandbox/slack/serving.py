"""The stand-in listening on loopback, with the workspace everybody knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.sandbox.clock import SandboxClock
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.standin import SlackStandIn

SCOPES = ("chat:write", "commands", "im:history", "im:read", "im:write", "team:read", "users:read", "users:read.email")


@contextmanager
def slack_served(clock: SandboxClock | None = None) -> Iterator[SlackStandIn]:
    """A SlackStandIn with an address, nobody in it yet."""
    standin = SlackStandIn(clock or SandboxClock())
    served = Served(Faulty(standin.app, standin.script))
    standin.base_url = served.url
    try:
        yield standin
    finally:
        standin.close()
        served.stop()


def add_acme(standin: SlackStandIn, team_id: str = "T0ACME") -> None:
    """The workspace Acme with its five members and a channel the bot is not in."""
    standin.add_team(team_id, "Acme", "acme")
    standin.add_user(
        team_id, "U0ADA", name="Ada Admin", email="ada@acme.example", tz="Europe/London", admin=True, owner=True
    )
    standin.add_user(team_id, "U0ANA", name="Ana Lima", email="ana@acme.example", tz="Europe/Lisbon")
    standin.add_user(team_id, "U0BEN", name="Ben Okafor", email="ben@acme.example", tz="America/New_York")
    standin.add_user(team_id, "U0CLEO", name="Cleo Park", email="cleo@acme.example", tz="Asia/Seoul")
    standin.add_user(team_id, "U0GUS", name="Gus Guest", email="gus@partner.example", tz="Europe/Berlin", guest=True)
    standin.add_channel(team_id, "C0GENERAL", "general", ["U0ADA", "U0ANA", "U0BEN", "U0CLEO", "U0GUS"])
