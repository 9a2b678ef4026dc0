"""What Google Calendar's answers hold, read with suspicion: a proxy's page is a normal result to googleapiclient."""

from datetime import UTC, datetime
from typing import Any

from bot.google.answers import failed, word
from bot.ports import Busy, CalendarEntry

ENTRY_FIELDS = "id,deleted,summary,summaryOverride,accessRole,primary,timeZone,dataOwner"
"""All that is read of one entry of the calendar list."""


def held(answer: object, kind: str) -> dict[str, Any]:
    """The answer, held to be an object of this kind. googleapiclient returns a proxy's HTML as a normal result.

    An object that holds nothing is nobody's: taken for a list, it would say that nothing is there.
    """
    if not isinstance(answer, dict) or not answer or answer.get("kind", kind) != kind:
        raise failed("calendar", "garbage")
    return answer


def items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries on one page of a list."""
    found = answer.get("items") or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise failed("calendar", "garbage")
    return found


def entry(item: object) -> CalendarEntry:
    """One entry of the calendar list; of a deleted one only the id means anything."""
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise failed("calendar", "garbage")
    return CalendarEntry(
        id=item["id"],
        name=str(item.get("summaryOverride") or item.get("summary") or item["id"]),
        role=str(item.get("accessRole") or "unknown"),  # what Google does not call writable is not written to
        primary=item.get("primary") is True,
        time_zone=str(item.get("timeZone") or "UTC"),
        owner=str(item["dataOwner"]) if item.get("dataOwner") else None,
    )


def busy(answer: object) -> Busy:
    """One calendar's part of the answer. Errors come inside an HTTP 200, and a calendar with one is never free."""
    if answer is None:
        return Busy(unknown="missing")
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if errors:
        first = errors[0] if isinstance(errors, list) else None
        return Busy(unknown=word(first.get("reason") if isinstance(first, dict) else None))
    try:
        return Busy(tuple((parsed(span["start"]), parsed(span["end"])) for span in answer["busy"]))  # type: ignore[index]  # checked by trying
    except (TypeError, ValueError, LookupError):
        return Busy(unknown="garbage")


def instant(moment: datetime) -> str:
    """The moment as Google is told it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parsed(text: str) -> datetime:
    """The moment Google tells. Raises ValueError or TypeError for what is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.astimezone(UTC)
