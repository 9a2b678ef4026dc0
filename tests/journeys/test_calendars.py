"""Picking calendars: in the card, in the modal, on the Home tab; few of them, none, and very many."""

import json

import pytest

from tests.sandbox.world import World

ANA = "ana@acme.example"
BEN = "ben@acme.example"


def test_the_primary_calendar_is_preselected_and_only_writable_ones_can_be_linked(world: World) -> None:
    world.ana.connects_google(ANA)
    card = world.ana.messages()[-1]
    (linked,) = [block["accessory"] for block in card.blocks if block.get("block_id") == "linked"]
    assert linked["initial_option"]["text"]["text"] == ANA
    texts = [option["text"]["text"] for option in linked["options"]]
    assert "Holidays in Portugal" not in texts
    (conflicts,) = [block["accessory"] for block in card.blocks if block.get("block_id") == "conflicts"]
    assert "Holidays in Portugal" in [option["text"]["text"] for option in conflicts["options"]]


def test_calendars_of_one_name_are_told_apart_and_no_id_leaves_the_bot(world: World) -> None:
    world.ana.connects_google(ANA)
    sent = json.dumps([message.blocks for message in world.ana.messages()])
    projects = {text for text in _option_texts(world, "conflicts") if text.startswith("Projects")}
    assert len(projects) == 2
    ids = [entry.id for entry in world.google.calendars(ANA) if entry.id != ANA]
    assert ids
    assert not [each for each in ids if each in sent]


def test_saving_without_touching_a_menu_saves_what_it_shows(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.clicks("Save", on="dm")
    assert world.ana.sees("Linked calendar")
    world.ana.types("/calendar status")
    assert f"Appointments go to {ANA}" in world.ana.answer


def test_the_modal_changes_the_picks_at_any_time(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    world.ana.types("/calendar calendars")
    world.ana.chooses("pick_linked", "Family", on="modal")
    world.ana.chooses("pick_conflicts", "Team", "Holidays in Portugal", on="modal")
    world.ana.submits()
    assert "Saved" in world.ana.modal
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 2 more" in world.ana.answer
    assert "Family" in world.ana.home


def test_the_home_tab_changes_the_picks_too(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.opens_home()
    world.ana.picks("Family", "Team", on="home")
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 1 more" in world.ana.answer


def test_the_linked_calendar_is_never_a_conflict_calendar_as_well(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks("Family", "Family", "Team")
    world.ana.types("/calendar status")
    assert "Appointments go to Family, 1 more" in world.ana.answer


@pytest.mark.parametrize("where", ["dm", "home"])
def test_a_calendar_deleted_meanwhile_is_named_under_its_menu_and_nothing_is_saved(world: World, where: str) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team")
    if where == "dm":
        world.ana.types("calendars")
    else:
        world.ana.opens_home()
    _delete(world, "Family")
    world.ana.picks("Family", on=where)
    shown = world.ana.home if where == "home" else str(world.ana.messages()[-1].blocks)
    assert "Family is no longer in your Google account" in shown
    world.ana.types("/calendar status")
    assert f"Appointments go to {ANA}, 1 more" in world.ana.answer


def test_in_the_modal_the_errors_stand_under_their_fields(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.types("/calendar calendars")
    world.ana.chooses("pick_linked", "Family", on="modal")
    world.ana.chooses("pick_conflicts", "Team", on="modal")
    _delete(world, "Team")
    world.google.set_role(ANA, _calendar(world, "Family"), "reader")
    world.ana.submits()
    errors = world.slack.view_errors(world.ana.user_id)
    assert set(errors) == {"linked", "conflicts"}
    assert "no longer write to it" in errors["linked"]
    assert "Team is no longer" in errors["conflicts"]
    world.ana.types("/calendar status")
    assert "No linked calendar is chosen yet" in world.ana.answer


def test_three_hundred_calendars_are_found_by_typing(world: World) -> None:
    world.ben.connects_google(BEN)
    offered = world.slack.suggest(world.ben.user_id, "pick_conflicts", "oslo", on="dm")
    assert offered
    assert all("oslo" in option["text"]["text"].casefold() for option in offered)
    assert len(world.slack.suggest(world.ben.user_id, "pick_conflicts", "", on="dm")) == 100
    world.ben.picks(BEN, *[option["text"]["text"] for option in offered[:2]])
    world.ben.types("/calendar status")
    assert f"Appointments go to {BEN}, 2 more" in world.ben.answer
    world.ben.types("/calendar calendars")
    assert offered[0]["text"]["text"] in world.ben.modal, "what is chosen is shown although it is not on the first page"


@pytest.mark.parametrize(("more", "kind"), [(0, "static_select"), (99, "static_select"), (100, "external_select")])
def test_up_to_a_hundred_calendars_the_menus_are_static(world: World, more: int, kind: str) -> None:
    world.google.add_account("solo@acme.example", name="Solo", hd="acme.example", owner="U0SOLO")
    world.google.add_calendar("solo@acme.example", "solo@acme.example", calendar_id="solo@acme.example", primary=True)
    for number in range(more):
        world.google.add_calendar("solo@acme.example", f"Calendar {number}")
    world.slack.add_user("T0ACME", "U0SOLO", name="Solo", email="solo@acme.example", tz="UTC")
    solo = world.joined("U0SOLO")
    solo.connects_google("solo@acme.example")
    (linked,) = [block["accessory"] for block in solo.messages()[-1].blocks if block.get("block_id") == "linked"]
    assert linked["type"] == kind
    solo.clicks("Save", on="dm")
    solo.types("/calendar status")
    assert "Appointments go to solo@acme.example" in solo.answer


def test_an_account_without_any_calendar_is_told_what_to_do(world: World) -> None:
    world.google.add_account("bare@acme.example", name="Bare", hd="acme.example", owner="U0BARE")
    world.slack.add_user("T0ACME", "U0BARE", name="Bare", email="bare@acme.example", tz="UTC")
    bare = world.joined("U0BARE")
    bare.connects_google("bare@acme.example")
    assert bare.sees("No calendars found")
    world.google.add_calendar("bare@acme.example", "Mine", primary=True)
    bare.types("/calendar calendars")
    assert "Mine" in bare.modal


def test_the_self_test_says_which_calendar_cannot_be_read_and_keeps_the_picks(world: World) -> None:
    world.ana.connects_google(ANA)
    world.google.break_calendar(_calendar(world, "Team"), "internalError")
    world.ana.picks(ANA, "Team")
    assert world.ana.sees("unknown, never as free")
    world.ana.types("/calendar status")
    assert f"Appointments go to {ANA}, 1 more" in world.ana.answer


def test_the_self_test_leaves_no_event_behind(world: World) -> None:
    world.ana.connects_google(ANA)
    before = world.google.events(ANA)
    world.ana.picks(ANA)
    assert world.google.events(ANA) == before
    written = [call for call in world.google.journal if call.path.endswith("/events") and call.method == "POST"]
    removed = [call for call in world.google.journal if "/events/" in call.path and call.method == "DELETE"]
    assert (len(written), len(removed)) == (1, 1)


def _option_texts(world: World, block_id: str) -> list[str]:
    (menu,) = [block["accessory"] for block in world.ana.messages()[-1].blocks if block.get("block_id") == block_id]
    return [option["text"]["text"] for option in menu["options"]]


def _calendar(world: World, name: str) -> str:
    return next(entry.id for entry in world.google.calendars(ANA) if entry.summary == name)


def _delete(world: World, name: str) -> None:
    world.google.delete_calendar(_calendar(world, name))
