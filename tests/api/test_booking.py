"""The booking API's edge: what goes in, what comes out, and a problem document for everything else."""

from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator

from bot.domain.api_keys import MOST_HOLDS, PER_PERSON, Scope
from handlers.api_problems import refusing
from handlers.limits import BODY_AT_MOST, Limits
from handlers.rendering import Pages
from tests.api.remembered import ANA, BEN, CLEO
from tests.api.rig import URL, Api, read
from tests.edge.asgi import Answer, Caller

WISH = {
    "start": "2026-03-02T10:00:00+01:00",
    "end": "2026-03-02T10:30:00+01:00",
    "people": [ANA, BEN],
    "title": "Salary of the secret person",
}
WINDOW = "start=2026-03-02T08:00:00Z&end=2026-03-02T18:00:00Z"


def problem(answer: Answer, status: int, kind: str) -> dict[str, Any]:
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    found = read(answer)
    assert (found["status"], found["type"]) == (status, f"https://calendar.example.com/api/v1/docs#{kind}")
    assert {"title", "detail"} <= set(found)
    return found


def test_a_booking_system_finds_people_reads_slots_books_moves_and_cancels(api: Api) -> None:
    found = read(api.ask("GET", "/people?email=Ana@acme.example"))["items"]
    assert [(each["id"], each["bookable"]) for each in found] == [(ANA, True)]
    slots = read(api.ask("GET", f"/people/{ANA}/availability?{WINDOW}&length=45"))["slots"]
    assert slots == [{"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T09:45:00Z", "optional": 0}]
    both = read(api.ask("GET", f"/availability?people={ANA},{BEN}&optional={CLEO}&{WINDOW}"))
    assert both["slots"][0]["optional"] == 1

    booked = api.book(WISH)
    made = read(booked)
    assert (booked.status, booked.headers["etag"]) == (201, '"1"')
    assert booked.headers["location"] == f"/api/v1/appointments/{made['id']}"
    assert (made["state"], made["start"], made["title"]) == ("confirmed", "2026-03-02T09:00:00Z", WISH["title"])
    assert [each["role"] for each in made["people"]] == ["host", "required"]
    here = f"/appointments/{made['id']}"
    assert read(api.ask("GET", here)) == made
    problem(api.book(WISH, "another"), 409, "slot-taken")

    moved = api.ask("PATCH", here, {"start": "2026-03-02T15:00:00Z"}, [("if-match", '"1"')])
    assert (moved.status, read(moved)["end"], moved.headers["etag"]) == (200, "2026-03-02T15:30:00Z", '"2"')
    problem(api.ask("PATCH", here, {"start": "2026-03-02T16:00:00Z", "version": 1}), 412, "version-passed")
    problem(api.ask("DELETE", here, headers=[("if-match", '"1"')]), 412, "version-passed")
    assert [api.ask("DELETE", here, headers=[("if-match", tag)]).status for tag in ('"2"', "*")] == [200, 200]
    assert read(api.ask("GET", here))["state"] == "cancelled"


def test_what_google_has_not_got_yet_is_accepted_with_a_place_to_poll(api: Api) -> None:
    api.booking.slow = True
    held = api.book(WISH)
    assert (held.status, read(held)["state"]) == (202, "held")
    here = held.headers["location"].removeprefix("/api/v1")
    moved = api.ask("PATCH", here, {"start": "2026-03-02T15:00:00Z"})
    assert (moved.status, read(moved)["moving_to"]["start"]) == (202, "2026-03-02T15:00:00Z")
    assert (api.ask("DELETE", here).status, read(api.ask("GET", here))["state"]) == (202, "cancelling")


def test_the_same_idempotency_key_is_the_same_appointment_and_no_other(api: Api) -> None:
    first = read(api.book(WISH))
    again = {**WISH, "start": "2026-03-02T09:00:00Z", "place": ""}  # the same wish, spelt in another way
    assert read(api.book(again))["id"] == first["id"]
    problem(api.book({**WISH, "title": "Something else"}), 422, "idempotency-key-reused")
    for key in ([], [("idempotency-key", "")], [("idempotency-key", "x" * 256)], [("idempotency-key", "caf\xe9")]):
        problem(api.ask("POST", "/appointments", WISH, key), 400, "idempotency-key-missing")
    assert len(api.booking.made) == 1


GUESSED: tuple[object, ...] = (
    "2026-03-02T09:00:00",
    "2026-03-02T09:00:00+0100",
    "2026-03-02T09:00:00+24:00",
    "2026-03-02",
    "2026-06-30T23:59:60Z",
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30T09:00:00Z",
    "2026-03-02T24:00:00Z",
    "٢٠٢٦-03-02T09:00:00Z",
    "tomorrow",
    "",
    1_772_442_000,
    True,
    None,
    ["2026-03-02T09:00:00Z"],
)


def test_a_time_that_has_to_be_guessed_is_refused_by_name(api: Api) -> None:
    for time in GUESSED:
        found = problem(api.book({**WISH, "start": time}), 422, "invalid")
        assert [each["field"] for each in found["errors"]] == ["start"], time
    assert api.booking.made == {}


def test_times_in_an_address_are_held_to_the_same(api: Api) -> None:
    lost = api.ask("GET", f"/people/{ANA}/availability?start=2026-03-02T08:00:00+01:00&end=2026-03-03T08:00:00Z")
    found = problem(lost, 422, "invalid")
    assert found["errors"] == [
        {"field": "start", "detail": "lost the + of its offset: in an address it is written %2B"}
    ]
    well = api.ask("GET", f"/people/{ANA}/availability?start=2026-03-02t08:00:00.5%2B01:00&end=2026-03-03T08:00:00z")
    assert (well.status, read(well)["start"]) == (200, "2026-03-02T07:00:00.500000Z")


ODD: tuple[tuple[dict[str, object], str], ...] = (
    ({"color": "red"}, "color"),
    ({"people": []}, "people"),
    ({"people": [ANA, ANA]}, "body"),
    ({"people": ["' OR 1=1"]}, "people.0"),
    ({"title": "a\u0000b"}, "title"),
    ({"title": "   "}, "title"),
    ({"title": "\ud800"}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"title": 7}, "title"),
    ({"video": "yes"}, "video"),
    ({"guests": ["nobody"]}, "guests.0"),
    ({"guests": ["a@b"]}, "guests.0"),
    ({"guests": [".@."]}, "guests.0"),
    ({"guests": ["a..b@c.example"]}, "guests.0"),
    ({"end": WISH["start"]}, "body"),
)


def test_a_body_is_taken_as_it_is_described_or_not_at_all(api: Api) -> None:
    for change, field in ODD:
        found = problem(api.book({**WISH, **change}), 422, "invalid")
        assert [each["field"] for each in found["errors"]] == [field], change
        assert "pattern" not in found["errors"][0]["detail"], change


REFUSED: dict[str, tuple[int, str, Callable[[Api], Answer]]] = {
    "nothing there": (404, "not-found", lambda api: api.ask("GET", "/nowhere/at/all")),
    "no such appointment": (404, "no-such-appointment", lambda api: api.ask("GET", f"/appointments/{ANA}")),
    "an odd id": (422, "invalid", lambda api: api.ask("GET", "/appointments/%00")),
    "an unknown parameter": (422, "invalid", lambda api: api.ask("GET", "/people?mail=ana@acme.example")),
    "a method": (405, "method-not-allowed", lambda api: api.ask("PUT", "/appointments", WISH)),
    "no JSON": (400, "bad-request", lambda api: api.book(b"{")),
    "too deep": (400, "bad-request", lambda api: api.book(b"[" * 100_000)),
    "a form": (
        415,
        "unsupported-media-type",
        lambda api: api.ask("POST", "/appointments", b"a=b", [("content-type", "application/x-www-form-urlencoded")]),
    ),
    "too long a window": (
        422,
        "invalid",
        lambda api: api.ask("GET", f"/availability?people={ANA}&start=2026-03-02T08:00:00Z&end=2027-03-02T08:00:00Z"),
    ),
    "a parameter twice": (422, "invalid", lambda api: api.ask("GET", "/people?email=a@b.example&email=c@d.example")),
    "off the grid": (422, "not-bookable", lambda api: api.book({**WISH, "start": "2026-03-02T10:01:00+01:00"})),
}


def test_every_refusal_is_a_problem_document(api: Api) -> None:
    for status, kind, act in REFUSED.values():
        answer = act(api)
        problem(answer, status, kind)
        if status == 405:
            assert answer.headers["allow"] == "GET, POST"
    assert "nowhere" not in api.log.getvalue(), "an address that somebody made up names no route"


def test_a_key_is_asked_for_and_held_to_its_scopes_before_anything_is_read(api: Api) -> None:
    api.uses(Scope.PEOPLE_READ)
    refused = api.book(b"no json at all")
    assert "missing-scope" in str(problem(refused, 403, "missing-scope")["type"])
    assert 'scope="appointments:write"' in refused.headers["www-authenticate"]
    assert api.ask("GET", "/people").status == 200
    good = api.text
    for text in ("", "cb_", "x" * 5000, good[:-1] + ("A" if good[-1] != "A" else "B"), good + "A", good.upper()):
        api.headers = [("authorization", f"Bearer {text}")]
        answer = api.ask("GET", "/people")
        problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    api.headers = []
    problem(api.book(b"no json at all"), 401, "unauthorized")
    api.headers = [("authorization", f"Bearer {good}")] * 2
    problem(api.ask("GET", "/people"), 401, "unauthorized")
    assert api.key is not None
    assert api.keys.revoke(api.key.team_id, api.key.prefix, "cli")
    api.headers = [("authorization", f"Bearer {good}")]
    problem(api.ask("GET", "/people"), 401, "unauthorized")


def test_another_workspaces_key_sees_nothing_of_this_one(api: Api) -> None:
    made = read(api.book(WISH))
    api.uses(team="T0OTHER")
    problem(api.ask("GET", f"/appointments/{made['id']}"), 404, "no-such-appointment")
    problem(api.ask("DELETE", f"/appointments/{made['id']}"), 404, "no-such-appointment")
    assert read(api.ask("GET", "/appointments"))["items"] == []


def test_unknown_is_not_free_and_nobody_reads_which_calendar_it_was(api: Api) -> None:
    api.times.unsure = frozenset({ANA})
    refused = api.ask("GET", f"/availability?people={ANA},{BEN}&{WINDOW}")
    found = problem(refused, 503, "availability-unknown")
    assert found["errors"] == [{"field": ANA, "detail": "forbidden"}]
    assert int(refused.headers["retry-after"]) > 0
    answer = api.ask("GET", f"/availability?people={BEN}&optional={ANA}&{WINDOW}")
    assert read(answer)["unsure"] == [{"person": ANA, "reason": "forbidden"}]
    assert "secret calendar" not in refused.text + answer.text
    api.times.unsure, api.times.problems = frozenset(), {ANA: "not_connected", BEN: "broken"}
    assert (
        problem(api.ask("GET", f"/people/{ANA}/availability?{WINDOW}"), 422, "not-bookable")["code"] == "not_connected"
    )
    assert (
        problem(api.ask("GET", f"/people/{BEN}/availability?{WINDOW}"), 503, "availability-unknown")["code"] == "broken"
    )


def test_lists_are_paged_by_cursor_without_a_gap_or_a_repetition(api: Api) -> None:
    for hour in range(7):
        api.book({**WISH, "start": f"2026-03-02T1{hour}:00:00Z", "end": f"2026-03-02T1{hour}:30:00Z"}, f"key {hour}")
    for path, count in (("/appointments", 7), ("/people", 4)):
        seen, cursor = list[str](), "limit=3"
        while cursor:
            page = read(api.ask("GET", f"{path}?{cursor}"))
            seen += [each["id"] for each in page["items"]]
            cursor = f"limit=3&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        assert len(seen) == len(set(seen)) == count


def test_a_flood_is_turned_away_before_anything_is_asked(api: Api) -> None:
    api.uses(per_minute=20)
    answers = [api.ask("GET", f"/availability?people={ANA}&{WINDOW}") for _ in range(100)]
    good = [each for each in answers if each.status == 200]
    # The minute may end while they are asked.
    assert len(good) == api.times.asked
    assert len(good) <= 40
    refused = next(each for each in answers if each.status == 429)
    problem(refused, 429, "too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_one_persons_time_cannot_be_watched_and_holds_cannot_pile_up(api: Api) -> None:
    statuses = [api.ask("GET", f"/people/{ANA}/availability?{WINDOW}").status for _ in range(2 * PER_PERSON + 1)]
    assert set(statuses) == {200, 429}
    assert api.ask("GET", f"/people/{BEN}/availability?{WINDOW}").status == 200
    assert api.key is not None
    api.held[api.key.id] = MOST_HOLDS
    problem(api.book(WISH), 429, "too-many-requests")
    assert api.booking.made == {}


def test_nothing_that_is_confidential_is_logged_or_quoted(api: Api) -> None:
    answers = [api.book(WISH), api.book(WISH, "two"), api.book({**WISH, "start": 1}), api.ask("GET", "/oh/Salary")]
    written = api.log.getvalue()
    assert written
    for secret in ("Salary", api.text, api.text.rpartition("_")[2]):
        assert secret not in written
        assert all(secret not in each.text for each in answers[1:])


def test_every_example_is_what_the_schemas_say(api: Api) -> None:
    document = read(Caller(api.http).get("/api/v1/openapi.json"))
    found = [
        (schema, each) for schema in document["components"]["schemas"].values() for each in schema.get("examples", ())
    ]
    for operations in document["paths"].values():
        for reply in (reply for operation in operations.values() for reply in operation["responses"].values()):
            for content in reply["content"].values():
                told = [content["example"]] if "example" in content else []
                told += [each["value"] for each in content.get("examples", {}).values()]
                found += [(content["schema"], each) for each in told]
    assert any(None in each.values() for _, each in found), "what may be null is shown"
    for schema, example in found:
        Draft202012Validator({**schema, "components": document["components"]}).validate(example)


def test_the_reference_page_needs_nothing_from_elsewhere(api: Api) -> None:
    page = Caller(api.http).get("/api/v1/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "slot-taken" in page.text
    assert "/appointments/{appointment}" in page.text
    for path in ("/api/v1/docs.css", "/api/v1/openapi.json"):
        assert path in page.text
        assert Caller(api.http).get(path).status == 200


def test_what_is_refused_unread_is_a_problem_here_and_a_page_elsewhere(api: Api) -> None:
    front = Limits(api.http, refuse=refusing(Pages().error, URL))
    huge = [("content-length", str(2 * BODY_AT_MOST))]
    problem(Caller(front).get("/api/v1/appointments", huge, "POST"), 413, "too-large")
    assert Caller(front).get("/connect/x", huge, "POST").headers["content-type"].startswith("text/html")
