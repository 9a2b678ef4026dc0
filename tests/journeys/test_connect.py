"""An employee connects: the command, the link, Google, the menus, the Home tab."""

from datetime import timedelta

from tests.sandbox.world import World

ANA = "ana@acme.example"


def test_from_the_command_to_saved_calendars(world_on_either: World) -> None:
    world = world_on_either
    world.ana.types("/calendar connect")
    assert "direct message" in world.ana.answer
    assert world.ana.sees("Connect Google Calendar")
    page = world.ana.connects_google(ANA)
    assert page.address == f"{world.bot_url}/connected"
    assert "Connected" in page.page
    assert ANA in page.page
    assert world.ana.sees("Not you?")
    assert world.ana.sees("pick_linked")
    world.ana.picks(ANA, "Team")
    assert world.ana.sees("Team")
    assert world.ana.sees("The test found everything in order")
    assert "Team" in world.ana.home
    world.ana.types("/calendar status")
    assert f"{ANA} is connected" in world.ana.answer


def test_the_command_works_where_the_bot_is_no_member(world: World) -> None:
    world.ana.types("/calendar connect", channel_id="C0GENERAL")
    assert "direct message" in world.ana.answer
    assert world.ana.link


def test_words_typed_in_the_dm_are_answered_like_the_command(world: World) -> None:
    world.cleo.types("status")
    assert world.cleo.sees("No Google Calendar is connected")
    world.cleo.types("Connect")
    assert world.cleo.link
    world.cleo.types("bananas")
    assert world.cleo.sees("/calendar connect")


def test_a_second_command_replaces_the_first_link(world: World) -> None:
    world.ana.types("/calendar connect")
    old = world.ana.link
    world.ana.types("/calendar connect")
    first, second = world.ana.messages()
    assert "connect_open" not in str(first.blocks), "the old message has lost its button"
    assert "connect_open" in str(second.blocks)
    assert world.ana.browser.opens(old).status == 404
    assert world.ana.opens_link().status == 200


def test_a_link_never_unfurls(world: World) -> None:
    world.ana.types("/calendar connect")
    assert [(message.unfurl_links, message.unfurl_media) for message in world.ana.messages()] == [(False, False)]


def test_preview_bots_do_not_use_the_link_up(world: World) -> None:
    world.ana.types("/calendar connect")
    for number in range(100):
        bot = world.cleo.browser.opens(world.ana.link)
        assert bot.status == 200, number
        assert "flow" not in bot.cookies
    assert "Connected" in world.ana.connects_google(ANA).page


def test_a_link_dies_after_a_week(world: World) -> None:
    world.ana.types("/calendar connect")
    world.time_leaps(timedelta(days=7, hours=-1))
    assert world.ana.opens_link().status == 200
    world.time_leaps(timedelta(hours=2))
    assert world.ana.opens_link().status == 404


def test_a_link_dies_when_it_has_done_its_work(world: World) -> None:
    world.ana.connects_google(ANA)
    (link_message, _) = world.ana.messages()
    assert "done its work" in link_message.text
    assert len(world.google.grants(ANA)) == 1


def test_help_and_unknown_words_are_for_the_asker_alone(world: World) -> None:
    world.ana.types("/calendar help", channel_id="C0GENERAL")
    assert "/calendar disconnect" in world.ana.answer
    world.ana.types("/calendar dance", channel_id="C0GENERAL")
    assert "dance" in world.ana.answer
    assert world.slack.channel("C0GENERAL") == []


def test_the_home_tab_leads_to_the_same_link(world: World) -> None:
    world.ana.opens_home()
    assert "No Google Calendar is connected" in world.ana.home
    world.ana.clicks("connect", on="home")
    assert world.ana.link
    world.ana.connects_google(ANA)
    assert "is connected" in world.ana.home
