"""Workspaces, their members and channels, and how Slack shows them in JSON."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.sandbox.slack.refusal import Json


@dataclass(frozen=True)
class Installation:
    """The app as one workspace has it."""

    token: str
    scopes: frozenset[str]
    bot_user_id: str
    bot_id: str


@dataclass
class Team:
    id: str
    name: str
    domain: str
    enterprise: tuple[str, str] | None = None
    """Id and name of the Grid organisation, if it belongs to one."""
    installation: Installation | None = None
    free: bool = False
    """Without a paid plan, and so without user groups."""

    def enterprise_json(self) -> Json | None:
        return None if self.enterprise is None else {"id": self.enterprise[0], "name": self.enterprise[1]}


@dataclass
class User:
    team_id: str
    id: str
    name: str
    email: str
    tz: str
    admin: bool = False
    owner: bool = False
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    email_confirmed: bool = True
    locale: str = "en-GB"
    bot_id: str | None = None
    display_name: str = ""
    single_channel: bool = False
    """Of a guest: in one channel alone."""
    guest_until: datetime | None = None
    """When a guest's account ends; Slack shows it in the profile."""
    invited_by: str | None = None
    forgotten: bool = False
    """Deactivated, and the profile wiped since."""
    updated: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def handle(self) -> str:
        """The old-style user name: what stands before the @ of the address."""
        return self.email.split("@")[0] if self.email else self.name.lower().replace(" ", "")

    @property
    def im_id(self) -> str:
        """The id of this person's direct messages with the bot."""
        return f"D{self.id[1:]}"

    def to_json(self, now: datetime, *, with_email: bool, with_locale: bool) -> Json:
        """The user object of users.info, its e-mail only for those who may read it."""
        first, _, last = self.name.partition(" ")
        profile: Json = {
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "first_name": first,
            "last_name": last,
            "title": "",
            "phone": "",
            "skype": "",
            "status_text": "",
            "status_emoji": "",
            "status_expiration": 0,
            "avatar_hash": "g0123456789",
            "image_48": f"https://secure.gravatar.com/avatar/{self.id}.jpg?s=48",
            "image_192": f"https://secure.gravatar.com/avatar/{self.id}.jpg?s=192",
            "team": self.team_id,
        }
        if with_email and not self.bot:
            profile["email"] = self.email
        if self.bot_id:
            profile["bot_id"] = self.bot_id
        if self.guest and self.invited_by is not None:
            profile["guest_invited_by"] = self.invited_by
        if self.guest and self.guest_until is not None:
            profile["guest_expiration_ts"] = int(self.guest_until.timestamp())
        body: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": int(self.updated.timestamp()),
        }
        if self.forgotten:
            body["is_forgotten"] = True
        if not self.deleted:  # Slack leaves these out for people who are gone
            body |= self._living(now)
        if with_locale:
            body["locale"] = self.locale
        return body

    def _living(self, now: datetime) -> Json:
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return {
            "color": "9f69e7",
            "real_name": self.name,
            "tz": self.tz,
            "tz_label": self.tz.rpartition("/")[2].replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
            "is_admin": self.admin,
            "is_owner": self.owner,
            "is_primary_owner": self.owner,
            "is_restricted": self.guest,
            "is_ultra_restricted": self.guest and self.single_channel,
            "is_email_confirmed": self.email_confirmed,
            "who_can_share_contact_card": "EVERYONE",
        }


@dataclass
class UserGroup:
    """People called together by one handle, such as @designers."""

    team_id: str
    id: str
    handle: str
    name: str
    members: list[str]
    disabled: bool = False

    def to_json(self, *, with_count: bool, with_users: bool) -> Json:
        """The usergroup object; Slack gives the count as text."""
        body: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": 1_767_225_600,
            "date_update": 1_767_225_600,
            "date_delete": 1_767_312_000 if self.disabled else 0,
            "auto_type": None,
            "created_by": "USLACKBOT",
            "updated_by": "USLACKBOT",
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
        }
        if with_count:
            body["user_count"] = str(len(self.members))
        if with_users:
            body["users"] = list(self.members)
        return body


@dataclass
class Channel:
    team_id: str
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    bot_is_member: bool = False
    im_with: str | None = None
    """The one person of a direct message with the bot."""
    opened: bool = True
    private: bool = False
    archived: bool = False
    _roll: list[str] = field(default_factory=list, repr=False)

    @property
    def kind(self) -> str:
        """As it stands in scopes: "im", "groups" for private channels, "channels"."""
        if self.im_with is not None:
            return "im"
        return "groups" if self.private else "channels"

    def members_from(self, first: str) -> Iterator[str]:
        """The members in the order of their ids, from this one on."""
        if len(self._roll) != len(self.members) or not self.members.issuperset(self._roll):
            self._roll = sorted(self.members)
        for place in range(bisect_left(self._roll, first), len(self._roll)):
            yield self._roll[place]

    def to_json(self, *, with_count: bool = False) -> Json:
        """The conversation object; the number of members only for those who asked."""
        body: Json = {
            "id": self.id,
            "created": 1_767_225_600,
            "is_archived": self.archived,
            "is_im": self.im_with is not None,
            "is_org_shared": False,
            "context_team_id": self.team_id,
        }
        if self.im_with is not None:
            return {**body, "user": self.im_with, "is_user_deleted": False, "priority": 0}
        old_private = self.id.startswith("G")  # private channels made before March 2021 are "groups" still
        if with_count:
            body["num_members"] = len(self.members) + self.bot_is_member
        return {
            **body,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not old_private,
            "is_group": old_private,
            "is_mpim": False,
            "is_private": self.private,
            "is_general": False,
            "is_member": self.bot_is_member,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
