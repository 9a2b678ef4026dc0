"""The single faults of faults.md 1.2 and 1.3: what breaks at Google, what its owner reads, and what mends it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.journeys.outages import ANA, GUS, reconnects
from tests.sandbox.faults import Fault
from tests.sandbox.google.errors import google_error
from tests.sandbox.google.model import AccountState
from tests.sandbox.world import World

Act = Callable[[World], object]
FAMILY, TEAM = "c_acme-family@group.calendar.google.com", "c_acme-team@group.calendar.google.com"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
BY_LINK, BY_MENU = ("connect_open", "remind_tomorrow"), ("save_picks", "remind_tomorrow")


@dataclass(frozen=True)
class Single:
    """One fault of Ana's connection, who has linked Family and lets Team block her; or of Gus's."""

    health: str
    cause: str
    reason: str
    """Stands in the message, on the Home tab and in the answer to `/calendar status`."""
    says: tuple[str, ...]
    clicks: tuple[str, ...]
    mended: str
    what: str = ""
    breaks: Act = id
    mends: Act = id
    account: str = ANA
    alert: str = ""
    """What the operators read, where it is theirs as well."""
    alone: bool = False
    """It can only be had for everybody, so there is nobody else."""

    def __str__(self) -> str:
        return self.what


def account_is(state: AccountState) -> Act:
    return lambda world: world.google.set_account_state(ANA, state)


def family_is(role: str) -> Act:
    return lambda world: world.google.set_role(ANA, FAMILY, role)


def reconnect(world: World) -> None:
    reconnects(world.ana, ANA)


GRANT_DEAD = Single(
    "needs_reconnect",
    "grant_dead",
    "Google no longer accepts our access to *ana@acme.example*, and does not tell us why.",
    says=("Reconnect your calendar", "Bookings for you are paused until you reconnect"),
    clicks=BY_LINK,
    mended="*Reconnected*: ana@acme.example. There is nothing to do.",
    mends=reconnect,
)
SESSION_EXPIRED = replace(
    GRANT_DEAD,
    cause="session_expired",
    reason="Google asks for a fresh sign-in to *ana@acme.example*: your organisation limits how long an app stays",
    alert="Google's session control ends our access again and again.",
)
POLICY = Single(
    "blocked",
    "admin_policy_enforced",
    "Google says that your organisation's rules keep us out of *ana@acme.example*.",
    says=("Your Google administrator has to allow this app", "There is nothing for you to do"),
    clicks=(),
    mended="*Google lets us in again*: ana@acme.example. There is nothing to do.",
    alert="The Google Workspace admin does not allow this app.",
)
SERVICE_OFF = replace(
    POLICY,
    cause="calendar_service_off",
    reason="Google says that *ana@acme.example* may not use Google Calendar.",
    says=("Google Calendar is switched off for your account", "There is nothing for you to do"),
    alert="Google Calendar is switched off for somebody.",
)
PERMISSION = Single(
    "needs_permission",
    "permission_missing",
    "Google tells us that we may not do this in *ana@acme.example*: “Write, move and remove appointments”.",
    says=("A Google permission is missing", "Please tick every box on Google's page."),
    clicks=BY_LINK,
    mended="*Allowed again*: everything we need in ana@acme.example. There is nothing to do.",
    mends=reconnect,
)
LINKED_GONE = Single(
    "calendar_gone",
    "calendar_gone",
    "*Family* is no longer among the calendars of *ana@acme.example*.",
    says=("Choose another calendar", "Appointments for you cannot be written until you choose another"),
    clicks=BY_MENU,
    mended="*Your calendars are in order again.* Appointments go to *ana@acme.example* now.",
    mends=lambda world: world.ana.picks(ANA, "Team"),
)
CONFLICT_GONE = replace(
    LINKED_GONE,
    reason="*Team* is no longer among the calendars of *ana@acme.example*.",
    says=("Choose another calendar", "That conflict calendar no longer blocks bookings"),
    mended="*Your calendars are in order again.* Appointments go to *Family* now.",
    mends=lambda world: world.ana.clicks("Save", on="dm"),
)
LOST_WRITE = replace(
    CONFLICT_GONE,
    health="lost_write",
    cause="lost_write",
    reason="Google no longer lets *ana@acme.example* make changes in *Family*: it can only be read now.",
    says=("Choose another calendar", "Appointments for you cannot be written until"),
    mends=family_is("writer"),
)
NOT_TAKEN = Fault(
    "/calendarList",
    status=401,
    body=google_error(401, "authError", "Invalid Credentials", location="Authorization", location_type="header"),
    times=-1,
)

FAULTS = [
    replace(GRANT_DEAD, what="revoked", breaks=lambda world: world.google.revoke(ANA)),
    replace(GRANT_DEAD, what="expired", breaks=lambda world: world.google.expire_grant(ANA)),
    replace(GRANT_DEAD, what="account disabled", breaks=account_is("disabled"), mends=account_is("ok")),
    replace(GRANT_DEAD, what="account deleted", breaks=account_is("deleted"), mends=account_is("ok")),
    replace(
        GRANT_DEAD,
        what="401 with a fresh token",
        breaks=lambda world: world.google.script.add(NOT_TAKEN),
        mends=lambda world: world.google.script.clear(),
        alone=True,
    ),
    replace(SESSION_EXPIRED, what="session length", breaks=lambda world: world.google.end_session(ANA)),
    replace(
        POLICY,
        what="policy for one of several",
        breaks=lambda world: world.google.block_app(email=ANA),
        mends=lambda world: world.google.unblock_app(email=ANA),
    ),
    replace(
        POLICY,
        what="policy for one who is alone in the domain",
        account=GUS,
        reason=POLICY.reason.replace(ANA, GUS),
        mended=POLICY.mended.replace(ANA, GUS),
        breaks=lambda world: world.google.block_app(domain="partner.example"),
        mends=lambda world: world.google.unblock_app(domain="partner.example"),
    ),
    replace(SERVICE_OFF, what="Calendar off", breaks=account_is("not_a_calendar_user"), mends=account_is("ok")),
    replace(
        PERMISSION,
        what="permission taken back",
        breaks=lambda world: world.google.remove_scope(ANA, EVENTS),
    ),
    replace(LINKED_GONE, what="linked calendar deleted", breaks=lambda world: world.google.delete_calendar(FAMILY)),
    replace(CONFLICT_GONE, what="conflict calendar deleted", breaks=lambda world: world.google.delete_calendar(TEAM)),
    replace(
        CONFLICT_GONE,
        what="conflict calendar unshared",
        breaks=lambda world: world.google.unshare(TEAM, ANA),
        mends=lambda world: world.google.share(TEAM, ANA, "writer"),
    ),
    replace(LOST_WRITE, what="linked calendar read only", breaks=family_is("reader")),
    replace(LOST_WRITE, what="linked calendar half writable", breaks=family_is("writerWithoutPrivateAccess")),
]
