"""Who somebody is in Slack."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Who:
    """A Slack person's key. Ids are unique in a team only, so the two always go together."""

    team_id: str
    user_id: str


@dataclass(frozen=True)
class Profile:
    """What Slack says about a person. ``home_team_id`` differs from ``who.team_id`` for Slack Connect strangers."""

    who: Who
    name: str
    email: str | None
    email_confirmed: bool
    time_zone: str
    locale: str
    is_guest: bool
    is_admin: bool
    is_bot: bool
    deleted: bool
    home_team_id: str
