"""What a person sees at Google: accounts, calendars, and one calendar's week."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.google.scopes import sentence
from tests.sandbox.google.standin import GoogleStandIn

Json = dict[str, Any]


def week_of(now: datetime, zone: ZoneInfo, weeks: int) -> list[date]:
    """Monday to Sunday, ``weeks`` after the current week."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return [monday + timedelta(days=day) for day in range(7)]


def accounts(google: GoogleStandIn, owner: str, days: list[date], zone: ZoneInfo) -> list[Json]:
    """Each account with its calendars and their events of these days, as its role on them shows them."""
    start = datetime.combine(days[0], time(), zone)
    end = datetime.combine(days[-1] + timedelta(days=1), time(), zone)
    found = []
    for account in google.accounts(owner):
        grants = google.grants(account.email)
        scopes = sorted({scope for grant in grants for scope in grant.scopes})
        ends = [grant.expires_at.isoformat() for grant in grants if grant.expires_at]
        lifetime = google.refresh_lifetime(account.email)
        found.append(
            {
                **google.snapshot(account.email, start, end),
                "access": [{"scope": scope, "says": sentence(scope)} for scope in scopes] if grants else None,
                "ends": ends[0] if ends else None,
                "days": lifetime.days if lifetime else 0,
                "session_ended": google.session_ended(account.email),
                "blocked": account.blocked,
                "state": account.state,
            }
        )
    return found


def week(shown: list[Json], days: list[date], email: str | None, calendar_id: str | None) -> Json | None:
    """The events of the calendar that is open: the one asked for, else the account's primary or first one."""
    account = next((each for each in shown if each["email"] == email), shown[0] if shown else None)
    if account is None or not account["calendars"]:
        return None
    calendars = account["calendars"]
    wanted = (each for each in calendars if each["id"] == calendar_id)
    primary = (each for each in calendars if each["primary"])
    calendar = next(wanted, None) or next(primary, calendars[0])
    return {
        "account": account["email"],
        "calendar": calendar["id"],
        "days": [day.isoformat() for day in days],
        "events": [_event(event) for event in calendar["events"]],
    }


def without_events(shown: list[Json]) -> list[Json]:
    """The accounts and their calendars alone: of somebody's 300 calendars, one is open."""

    def bare(calendar: Json) -> Json:
        return {key: value for key, value in calendar.items() if key != "events"}

    return [{**account, "calendars": [bare(each) for each in account["calendars"]]} for account in shown]


def _event(event: Json) -> Json:
    all_day = "date" in event["start"]
    key = "date" if all_day else "dateTime"
    return {
        "id": event["id"],
        "summary": event.get("summary"),
        "start": event["start"][key],
        "end": event["end"][key],
        "all_day": all_day,
        "free": event.get("transparency") == "transparent",
        "private": event.get("visibility") in ("private", "confidential"),
    }
