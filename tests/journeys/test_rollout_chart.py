"""The board's chart and its download: brought to Slack once, missed by nobody while it is not there, and for admins."""

import csv
import json
from datetime import timedelta
from typing import Any

from tests.journeys.attacking import rows
from tests.sandbox.faults import Fault
from tests.sandbox.slack.files import File
from tests.sandbox.world import TEAM, World

DAY = timedelta(days=1)
NOT_YET, LATER = "From the second day on a chart stands here.", "The chart is not there yet."


def two_days(world: World) -> None:
    """Everybody is invited, and a day goes by."""
    world.ada.types("/calendar invite")
    world.ada.submits()
    world.ada.submits()
    world.slack.closes("U0ADA")
    world.jobs_run()
    world.bot.rolling.tallies.run()
    world.time_leaps(DAY)
    world.bot.rolling.tallies.run()


def pictures(world: World) -> list[dict[str, Any]]:
    """What the board shows."""
    return [block for block in world.slack.modals("U0ADA")[-1]["blocks"] if block["type"] == "image"]


def files(world: World, ending: str) -> list[File]:
    return [file for file in world.slack.files if file.name.endswith(ending)]


def test_from_the_second_day_on_there_is_a_chart_which_is_brought_to_slack_once(world: World) -> None:
    world.ada.types("/calendar team")
    assert NOT_YET in world.ada.modal
    two_days(world)
    for _ in range(3):
        world.ada.types("/calendar team")
    (picture,) = pictures(world)
    assert "invited stayed at 4" in picture["alt_text"]
    shown = world.slack.picture(TEAM, picture["slack_file"])
    assert shown is not None
    assert shown[0].kind == "png"
    assert len(files(world, ".png")) == 1
    world.ada.chooses("team_filter", "Invited (4)")
    assert pictures(world) == [], "it is about everybody"
    world.time_leaps(DAY)
    world.bot.rolling.tallies.run()
    world.ada.types("/calendar team")
    assert len(files(world, ".png")) == 2


def test_the_board_is_shown_without_a_chart_that_slack_does_not_show_yet_or_any_more(world: World) -> None:
    two_days(world)
    world.slack.files.delay = timedelta(seconds=30)
    world.ada.types("/calendar team")
    assert LATER in world.ada.modal
    assert "Ben Okafor" in world.ada.modal
    world.time_leaps(timedelta(minutes=1))
    world.ada.clicks("Draw anew", on="modal")
    assert len(pictures(world)) == 1
    assert len(files(world, ".png")) == 1, "it was only not ready"
    world.slack.files.delay = timedelta()
    files(world, ".png")[0].team_id = "T0GONE"
    world.time_leaps(timedelta(minutes=10))
    for expected in (0, 1):
        world.ada.types("/calendar team")
        assert len(pictures(world)) == expected
        assert "Ben Okafor" in world.ada.modal


def test_the_board_is_shown_when_slack_takes_no_files(world: World) -> None:
    two_days(world)
    world.slack.files.refused = "file_uploads_disabled"
    world.ada.types("/calendar team")
    assert LATER in world.ada.modal
    world.slack.files.refused = None
    world.slack.script.add(Fault("/upload/v1/", status=503))
    world.ada.types("/calendar team")
    assert LATER in world.ada.modal
    world.ada.types("/calendar team")
    assert len(pictures(world)) == 1


def test_what_a_click_draws_names_the_view_that_was_clicked(world: World) -> None:
    """So that Slack refuses a drawing of a board that another click has changed since."""
    world.ada.types("/calendar team")
    before = world.slack.modals("U0ADA")[-1]["hash"]
    world.ada.clicks("Draw anew", on="modal")
    drawn = [call.args for call in world.slack.journal if call.method == "views.update"]
    assert drawn[-1]["hash"] == before
    assert "hash" not in drawn[-2], "nobody could click while it was loading"


def test_an_admin_downloads_everybody_harmless_for_spreadsheets_and_it_is_noted(world: World) -> None:
    world.slack.changes("U0BEN", name='=HYPERLINK("evil"), José')
    world.bot.rolling.roster.read(TEAM)
    world.ada.types("/calendar team")
    world.ada.clicks("Download CSV", on="modal")
    assert "The file is in your direct messages with me." in world.ada.modal
    (file,) = files(world, ".csv")
    message = world.ada.messages()[-1]
    assert [each["id"] for each in message.files] == [file.id]
    assert "Everybody of this workspace, as of" in message.text
    assert file.body is not None
    people = {row["user"]: row for row in csv.DictReader(file.body.decode("utf-8-sig").splitlines())}
    assert people["U0BEN"]["name"] == '\'=HYPERLINK("evil"), José'
    assert {row["team"] for row in people.values()} == {TEAM}
    noted = "SELECT user_id || detail FROM audit WHERE action = 'board_downloaded'"
    assert rows(world, noted) == ["U0ADA" + json.dumps({"people": str(len(people))})]


def test_whoever_is_no_admin_any_more_gets_no_file(world: World) -> None:
    world.ada.types("/calendar team")
    world.slack.makes_member("U0ADA")
    world.ada.clicks("Download CSV", on="modal")
    assert "for the people who run the bot" in world.ada.modal
    assert files(world, ".csv") == []
    assert rows(world, "SELECT id FROM audit WHERE action = 'board_downloaded'") == []
