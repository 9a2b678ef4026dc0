"""The modal and the Home tab, in every variation."""

from dataclasses import replace
from itertools import product

import pytest

from bot.domain.agendas import Agenda
from bot.domain.health import Cause, Health
from bot.domain.notices import Menus, Status, Tick
from bot.domain.picks import Picks
from bot.slack import answers, views
from tests.sandbox.slack.blocks import check_view
from tests.slack.appointment_samples import ANA, HOUR, START, agendas, apart, appointment
from tests.slack.samples import (
    ACCOUNT,
    BROKEN,
    BROKEN_BY,
    CONNECTED,
    COUNTS,
    EDGES,
    HOSTILE,
    NOBODY,
    NOW,
    STATUSES,
    SUSPECT,
    elements,
    menus,
    named,
    offered,
    texts,
)

MEETING = "<https://meet.google.com/abc-defg-hij|Google Meet>"


def _modals(name: str) -> list[views.View]:
    ticks = tuple(Tick(name, problem) for problem in (None, name)) * 60
    return [
        views.loading_view(),
        views.saving_view(),
        views.problem_view(name),
        views.saved_view(named(name), ticks),
        views.saved_view(named(name), testing=True),
        *(views.saved_view(status) for status in STATUSES),
        *(views.calendars_view(menus(count, name, problem=name), named(name)) for count in EDGES),
        *(views.calendars_view(menus(count, name, role="reader"), CONNECTED) for count in EDGES),
    ]


def _homes(name: str) -> list[views.View]:
    shown = [None, *(menus(count, name, problem=name) for count in EDGES), menus(101, role="reader")]
    return [views.home_view(status, each, None) for status, each in product(STATUSES, shown)] + [
        views.home_view(named(name), menus(101, name), name, agenda) for agenda in agendas(name)
    ]


@pytest.mark.parametrize("count", COUNTS)
def test_slack_takes_any_number_of_calendars(count: int) -> None:
    check_view(views.calendars_view(menus(count), CONNECTED), "modal")
    check_view(views.home_view(CONNECTED, menus(count), None), "home")


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_view_and_nothing_hostile_gets_through(name: str) -> None:
    for kind, drawn in (("modal", _modals(name)), ("home", _homes(name))):
        for view in drawn:
            check_view(view, kind)
            ours = [text.replace("<!date^", "").replace(MEETING, "") for text in texts(view)]
            assert not [text for text in ours if "<" in text]


def test_the_modal_has_inputs_so_that_errors_stand_under_its_fields() -> None:
    view = views.calendars_view(menus(3), CONNECTED)
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert inputs.keys() == {"linked", "conflicts"}
    assert (inputs["linked"]["optional"], inputs["conflicts"]["optional"]) == (False, True)
    assert (view["callback_id"], view["submit"]["text"]) == ("calendars", "Save")


def test_with_nothing_to_choose_there_is_nothing_to_save() -> None:
    assert "submit" not in views.calendars_view(menus(0), CONNECTED)


def test_the_home_tab_of_a_connected_person_has_the_menus_and_says_since_when() -> None:
    view = views.home_view(CONNECTED, menus(3), None)
    assert elements(view, "pick_linked")
    assert elements(view, "pick_conflicts")
    assert elements(view, "save_picks")
    assert elements(view, "disconnect")[0]["confirm"]
    assert any("Connected since" in text for text in texts(view))


def test_the_home_tab_shows_the_next_five_appointments_with_their_buttons_and_how_many_more_there_are() -> None:
    past, *ahead = apart(
        appointment("Over", start=NOW - 5 * HOUR),
        *(appointment(f"No. {each}", start=START + each * HOUR) for each in range(7)),
    )
    view = views.home_view(CONNECTED, menus(3), None, Agenda(ANA, (past, *ahead), NOW, None))
    for action in ("appointment_move", "appointment_cancel"):
        assert [each["value"] for each in elements(view, action)] == [each.id for each in ahead[:5]]
    said = " ".join(texts(view))
    assert "*No. 4*" in said
    assert "And 2 more in the next 7 days" in said
    assert not [name for name in ("Over", "No. 5") if name in said]
    everything = Agenda(ANA, tuple(replace(each, start=each.start + 24 * HOUR) for each in ahead), NOW, None)
    most = views.home_view(named("Team"), menus(101, problem="No."), "No.", everything)
    assert len(most["blocks"]) < 60, "Slack takes 100, and an admin's board comes below"
    for nobody in (None, Agenda(ANA, (past,), NOW, "not_connected")):
        assert "Nothing is booked through me" in " ".join(texts(views.home_view(NOBODY, None, None, nobody)))


def test_the_home_tab_of_somebody_who_has_still_to_choose_begins_with_that() -> None:
    agenda = Agenda(ANA, (), NOW, "no_linked")
    for status, first in ((replace(CONNECTED, linked=None), "Calendars"), (CONNECTED, "Appointments")):
        view = views.home_view(status, menus(3), None, agenda)
        assert [each["text"]["text"] for each in view["blocks"] if each["type"] == "header"][1] == first


def test_the_home_tab_of_a_broken_connection_offers_to_reconnect_and_keeps_the_choices_in_sight() -> None:
    view = views.home_view(BROKEN, menus(3), None)
    assert elements(view, "connect")[0]["style"] == "primary"
    assert not elements(view, "save_picks")
    assert elements(view, "disconnect")
    assert any("*Ana Lima*" in text for text in texts(view))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("count", [None, 3])
def test_the_home_tab_agrees_with_the_answer_to_status(status: Status, count: int | None) -> None:
    """Word for word, the button aside: the Home tab has the menus themselves."""
    home = views.home_view(status, None if count is None else menus(count), None)
    said, shown = texts(answers.status(status).blocks[0]["text"]), texts(home["blocks"][1]["text"])
    assert said == shown
    assert bool(elements(home, "disconnect")) == (status.health is not Health.DISCONNECTED)
    since = [text for text in texts(home) if text.startswith(("Since", "Connected since", "Google refused"))]
    assert since == [text for text in texts(answers.status(status).blocks[1:]) if text in since]


@pytest.mark.parametrize("status", STATUSES)
def test_no_home_tab_offers_to_choose_what_google_does_not_list(status: Status) -> None:
    lists = status.health in (
        *(Health.CONNECTED, Health.SUSPECT, Health.EXPIRING),
        *(Health.CALENDAR_GONE, Health.LOST_WRITE),
    )
    assert bool(elements(views.home_view(status, menus(3), None), "save_picks")) == lists


@pytest.mark.parametrize("cause", [Cause.CALENDAR_GONE, Cause.LOST_WRITE])
def test_where_another_calendar_mends_it_the_menus_or_a_button_are_there(cause: Cause) -> None:
    with_menus, without = (views.home_view(BROKEN_BY[cause], each, None) for each in (menus(3), None))
    assert elements(with_menus, "save_picks")
    assert not elements(with_menus, "change_calendars")
    assert elements(without, "change_calendars")


def test_calendars_that_are_gone_are_named_however_many_there_are() -> None:
    gone = BROKEN_BY[Cause.CALENDAR_GONE]
    many = replace(gone, conflicts=tuple(replace(gone.conflicts[0], name=f"Team {number}") for number in range(9)))
    for view in (views.home_view(many, menus(3), None), views.calendars_view(menus(3), many)):
        assert "• *Team 8*" in " ".join(texts(view))


def test_one_refusal_is_no_alarm() -> None:
    view = views.home_view(SUSPECT, menus(3), None)
    said = " ".join(texts(view))
    assert "*ana@acme.example* is connected" in said
    assert "Google refused us once just now; I am checking again." in said
    assert ":warning:" not in said
    assert elements(view, "save_picks")


def test_the_home_tab_of_somebody_new_offers_to_connect() -> None:
    view = views.home_view(NOBODY, None, None)
    assert elements(view, "connect")[0]["text"]["text"] == "Connect"
    assert not elements(view, "disconnect")


@pytest.mark.parametrize("status", [CONNECTED, BROKEN, NOBODY])
def test_the_home_tab_always_says_what_is_stored_and_what_never_is(status: Status) -> None:
    said = " ".join(texts(views.home_view(status, None, None)))
    assert "*What we store*" in said
    assert "*What we never store*\n• titles, guests, places or notes of your other events" in said


def test_without_the_menus_the_home_tab_says_why_and_shows_what_is_saved() -> None:
    view = views.home_view(CONNECTED, None, "Google did not answer properly just now.")
    assert ":warning: Google did not answer properly just now." in texts(view)
    assert any("*Ana Lima*" in text for text in texts(view))


def test_the_modal_names_the_account() -> None:
    view = views.calendars_view(Menus(offered(1), Picks(), {}), CONNECTED)
    assert f"Calendars of *{ACCOUNT}*" in texts(view)
