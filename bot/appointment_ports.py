"""What appointments need of Google Calendar, and the frozen values they exchange with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.ports import AccessToken


@dataclass(frozen=True)
class EventDraft:
    """An event to be written, under an id of ours. Times are aware."""

    id: str
    title: str
    place: str
    start: datetime
    end: datetime
    attendees: tuple[str, ...]
    """E-mail addresses."""
    video: bool
    """Whether Google Meet is wanted."""
    marks: Mapping[str, str]
    """Private extended properties: bk, gen and inst, by which we know our own."""
    description: str = ""

    def __repr__(self) -> str:
        return f"EventDraft({self.id})"


@dataclass(frozen=True, repr=False)
class Revision:
    """What is to be changed of an event of ours beside its times; None stays as it is."""

    id: str
    """Another one for each; the private property ``op`` tells it from then on, and nothing else about the words."""
    title: str | None = None
    place: str | None = None
    video: bool | None = None
    invited: tuple[str, ...] = ()
    """E-mail addresses that come to those which Google has."""
    uninvited: tuple[str, ...] = ()
    """Those that go."""


@dataclass(frozen=True)
class EventState:
    """An event as it stands at Google, without its title: that is never asked for.

    Times are UTC; of an all-day event they are the midnights of the calendar's zone. Google promises no more than the
    id of a cancelled one.
    """

    id: str
    status: str
    """confirmed, tentative or cancelled."""
    start: datetime | None = None
    end: datetime | None = None
    etag: str = ""
    updated: datetime | None = None
    sequence: int = 0
    transparent: bool = False
    all_day: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)
    video_url: str | None = None
    declined_by_owner: bool = False
    """Whether the owner of the calendar that holds it said no."""
    kind: str = "default"
    """Google's eventType: default, birthday, focusTime, fromGmail, outOfOffice or workingLocation."""
    attendee_responses: Mapping[str, str] = field(default_factory=dict)
    """By e-mail address in lower case: needsAction, declined, tentative or accepted."""


class EventChanges(NamedTuple):
    """What changed in a calendar's events, deletions included, or all that it holds (``whole``)."""

    events: Sequence[EventState]
    sync_token: str | None
    """For the next question; None when the list was too long to be followed."""
    whole: bool


class Events(Protocol):
    """Google Calendar's events with an access token.

    Every method raises GoogleFault; after one that is ``lost`` a write may have been done all the same.
    """

    def insert(self, token: AccessToken, calendar_id: str, draft: EventDraft, *, notify: bool = True) -> EventState:
        """Write the event. One that is there already, or once was, is the fault "duplicate": get and compare."""
        ...

    def get(self, token: AccessToken, calendar_id: str, event_id: str) -> EventState | None:
        """The event, a cancelled one too; None when Google knows none."""
        ...

    def move(
        self,
        token: AccessToken,
        calendar_id: str,
        event_id: str,
        start: datetime,
        end: datetime,
        *,
        etag: str | None,
        notify: bool = True,
        revision: Revision | None = None,
    ) -> EventState:
        """Set its times, and what the revision holds, at once.

        Another etag than Google's is the fault "changed_meanwhile", a deleted event is "gone".
        """
        ...

    def revise(
        self,
        token: AccessToken,
        calendar_id: str,
        event_id: str,
        revision: Revision,
        *,
        etag: str | None,
        notify: bool = True,
    ) -> EventState:
        """The same without its times, which stay as they are."""
        ...

    def delete(self, token: AccessToken, calendar_id: str, event_id: str, *, notify: bool = True) -> None:
        """Remove the event; one that is gone already is no fault."""
        ...

    def within(self, token: AccessToken, calendar_id: str, start: datetime, end: datetime) -> Sequence[EventState]:
        """All that stands in the window, recurring events as their instances. Never half of it."""
        ...

    def changes(
        self, token: AccessToken, calendar_id: str, sync_token: str | None, *, since: datetime | None = None
    ) -> EventChanges:
        """What changed since the sync token; without one, or when Google no longer takes it, everything.

        ``since`` leaves out of "everything" what had ended by then. Recurring events come unexpanded.
        """
        ...

    def marked(
        self, token: AccessToken, calendar_id: str, key: str, value: str, start: datetime, end: datetime
    ) -> Sequence[EventState]:
        """The events in the window that stand and bear this mark. Never half of them."""
        ...
