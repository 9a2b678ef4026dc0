"""A row that no version of ours would write stands in the way of nobody but its owner."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from tests.journeys.attacking import rows
from tests.journeys.outages import ANA, CLEO, Letters, health_of, loses_the_grant, reads
from tests.sandbox.world import World


def test_a_strike_that_nobody_understands_keeps_nobody_else_of_the_batch_from_being_told(world: World) -> None:
    for person, account in ((world.ana, ANA), (world.cleo, CLEO)):
        person.connects_google(account)
        person.picks(account)
    file = world.environment()["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "UPDATE connection SET health = 'suspect', strike_cause = 'of another age', strike_at = connected_at "
            "WHERE google_email = ?",
            (ANA,),
        )
    letters = Letters(world.cleo)
    loses_the_grant(world, CLEO)
    reads(letters.only, "Reconnect your calendar")
    assert health_of(world, ANA) == "suspect"
    assert rows(world, "SELECT count(*) FROM probe WHERE lease IS NOT NULL") == [0], "everybody was written back"
    soon = world.clock.now() + timedelta(minutes=30)
    assert rows(world, f"SELECT count(*) FROM probe WHERE probe_at < '{soon:%Y-%m-%d %H:%M:%S}'") == [2]  # noqa: S608 - our words
