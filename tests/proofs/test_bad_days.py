"""A Google that answers only some of what it is asked, for hours: nobody hears of it, nobody is the worse for it."""

from io import StringIO

import pytest

from tests.proofs.crowd import gather
from tests.proofs.minutes import TOLD_THERE, alerts, minutes_pass, open_incidents, operators_meet, texts
from tests.proofs.scale import SCALE
from tests.sandbox.world import world_with

PEOPLE = 20
HOURS = 24 if SCALE >= 100 else 4


@pytest.mark.parametrize(("share", "hours"), [(0.3, HOURS), (0.6, HOURS / 4)])
def test_google_fails_at_random(sqlite_database_url: str, share: float, hours: float, logged: StringIO) -> None:
    with world_with(sqlite_database_url, TOLD_THERE) as world:
        operators_meet(world)
        people = gather(world, PEOPLE)
        world.google.script.at_rate("", share, seed=35)
        minutes_pass(world, int(hours * 60), at_a_time=2)
        assert people.unhealthy() == [], "while it lasts, too"
        assert people.told() == {}
        failed, asked = len(world.google.script.met), len(world.google.journal)
        assert failed > 50 * hours, "much has failed indeed"
        assert asked > 50 * hours, "and much has not"

        world.google.script.clear()
        calm = world.clock.now()
        minutes_pass(world, 30)
        assert people.not_answered_since(calm) == 0
        assert people.unhealthy() == []
        assert people.told() == {}
        assert open_incidents(world) == []
        assert all("solved" in text.lower() for text in texts(world))
        assert len(alerts(world)) <= hours, "silence of five minutes may have been told, and its end"
        assert '"health_changed"' not in logged.getvalue()
