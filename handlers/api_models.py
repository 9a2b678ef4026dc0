"""What goes into the booking API, as JSON. Unknown fields are refused: no typo goes unnoticed."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.domain import changes
from bot.domain.appointments import (
    ADDRESS,
    LONGEST,
    LONGEST_ADDRESS,
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_GUESTS,
    MOST_PEOPLE,
    SHORTEST,
)
from bot.domain.webhooks import instant
from handlers.api_times import Instant

PAGE, MOST_OF_A_PAGE = 50, 200
LONGEST_WINDOW = timedelta(days=31)
ID = r"^[0-9a-f]{32}$"
_MINUTE = timedelta(minutes=1)
_IDS = rf"^[0-9a-f]{{32}}(,[0-9a-f]{{32}}){{0,{MOST_PEOPLE - 1}}}$"
# Control characters break calendars and terminals, and PostgreSQL takes no NUL.
_TEXT = r"^[^\x00-\x1f\x7f]*$"
_CURSOR = r"^[A-Za-z0-9_.~=-]{1,500}$"
_AN_ID = "an id is 32 of the characters 0-9 and a-f"
PLAINLY = {
    ID: _AN_ID,
    _IDS: f"is ids, comma-separated, at most {MOST_PEOPLE}; {_AN_ID}",
    ADDRESS: "is no e-mail address; one looks like kim@customer.example",
    _TEXT: "must not hold control characters, such as line breaks",
    _CURSOR: "is no cursor of ours: give back the `next_cursor` of the page before",
}
"""What a pattern asks for, for whoever has not met it."""


def _saying_something(value: str) -> str:
    if not value.strip():
        raise ValueError("must say something")
    return value


PersonId = Annotated[str, Field(pattern=ID, description="A person's id, as `GET people` tells it")]
Email = Annotated[str, Field(pattern=ADDRESS, max_length=LONGEST_ADDRESS)]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, pattern=_TEXT), AfterValidator(_saying_something)]
Place = Annotated[str, Field(max_length=LONGEST_PLACE, pattern=_TEXT)]
Optional = Annotated[list[PersonId], Field(max_length=MOST_PEOPLE, description="Are invited and do not block")]
Guests = Annotated[list[Email], Field(max_length=MOST_GUESTS, description="Addresses of people outside")]
Video = Annotated[bool, Field(description="Whether Google Meet is wanted")]
Cursor = Annotated[str, Field(pattern=_CURSOR, description="`next_cursor` of the page before")]
Limit = Annotated[int, Field(ge=1, le=MOST_OF_A_PAGE)]
Minutes = Annotated[
    int,
    Field(ge=SHORTEST // _MINUTE, le=LONGEST // _MINUTE, multiple_of=SHORTEST // _MINUTE, description="Minutes"),
]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Page(_Query):
    """Which part of a list."""

    cursor: Cursor | None = None
    limit: Limit = PAGE


class PeoplePage(Page):
    """Which people."""

    email: Annotated[Email | None, Field(description="Only the person with this address in Slack")] = None


class Window(_Query):
    """When, and for how long."""

    start: Instant
    end: Instant
    length: Minutes = 30

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_backwards(self.start, self.end)
        if self.end - self.start > LONGEST_WINDOW:
            raise ValueError("end lies more than 31 days after start")
        return self

    @property
    def takes(self) -> timedelta:
        """How long the appointment is to be."""
        return self.length * _MINUTE


class CommonWindow(Window):
    """When, and who has to come."""

    people: Annotated[str, Field(pattern=_IDS, description="Ids of all who must come, comma-separated; at most 20")]
    optional: Annotated[
        str | None, Field(pattern=_IDS, description="Ids of those who may come; slots say how many of them can")
    ] = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        _refuse_twice([*self.required, *self.may_come])
        return self

    @property
    def required(self) -> list[str]:
        """Who must come."""
        return self.people.split(",")

    @property
    def may_come(self) -> list[str]:
        """Who may come."""
        return self.optional.split(",") if self.optional else []


class NewAppointment(_Body):
    """What is to be booked."""

    start: Instant
    end: Instant
    people: Annotated[
        list[PersonId],
        Field(min_length=1, max_length=MOST_PEOPLE, description="All who must come; the first one is the host"),
    ]
    title: Title
    optional: Optional = []
    guests: Guests = []
    place: Place = ""
    video: Video = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _refuse_backwards(self.start, self.end)
        _refuse_twice([*self.people, *self.optional])
        return self


class Change(_Body):
    """What is to be changed: at least one field. What is left out stays as it is; a list is given as a whole."""

    start: Annotated[Instant | None, Field(description="Left out: when it was")] = None
    end: Annotated[Instant | None, Field(description="Left out: as long as it was")] = None
    # Made by a factory, their defaults stand in no schema: what is left out is no empty title.
    title: Title = Field(default_factory=str)
    optional: Optional = Field(default_factory=list)
    guests: Guests = Field(default_factory=list)
    place: Place = Field(default_factory=str)
    video: Video = Field(default_factory=bool)
    version: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="The version you know; If-Match says the same")
    ] = None

    @field_validator("optional")
    @classmethod
    def _once_each(cls, value: list[str]) -> list[str]:
        _refuse_twice(value)
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start is not None and self.end is not None:
            _refuse_backwards(self.start, self.end)
        if not self.asked.named:
            raise ValueError("names nothing that is to be changed")
        return self

    @property
    def asked(self) -> changes.Change:
        """As the services know it: what was left out is None."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set - {"version"}}
        for name in given.keys() & {"optional", "guests"}:
            given[name] = tuple(given[name])
        return changes.Change(**given)


def canonical(wish: NewAppointment) -> dict[str, object]:
    """What was asked for, however it was spelt: the same wish is the same request."""
    return {**wish.model_dump(exclude={"start", "end"}), "start": instant(wish.start), "end": instant(wish.end)}


def _refuse_backwards(start: datetime, end: datetime) -> None:
    if end <= start:
        raise ValueError("end has to lie after start")


def _refuse_twice(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise ValueError("nobody can be named twice among people and optional")
