"""T17: ten thousand requests of each kind to `/slack/events` of the whole bot, over HTTP."""

from collections import Counter
from io import StringIO

from bot import telemetry
from tests.proofs.bending import Bender, Wire
from tests.proofs.flood import Ask, flood
from tests.proofs.rows import everything
from tests.proofs.scale import size
from tests.sandbox.slack.delivery import Sent
from tests.sandbox.world import World

ANA, BEN = "ana@acme.example", "ben@acme.example"


def genuine(world: World) -> list[Sent]:
    """One of each kind that Slack really sends, taken from the wire while people use the bot."""
    sent: list[Sent] = []

    def note() -> None:
        if world.slack.last_request:
            sent.append(world.slack.last_request)

    for text in ("connect", "calendars", "status", "disconnect", "help", "nonsense"):
        world.ana.types(f"/calendar {text}")
        note()
    world.ana.types("status")
    note()
    world.ana.connects_google(ANA)
    world.ana.chooses("pick_conflicts", "Team", on="dm")
    note()
    world.ana.clicks("Save", on="dm")
    note()
    world.ana.opens_home()
    note()
    world.ana.clicks("Save", on="home")
    note()
    world.ana.types("/calendar calendars")
    world.ana.submits()
    note()
    world.ben.connects_google(BEN)
    world.slack.suggest("U0BEN", "pick_conflicts", "oslo", on="dm")
    note()
    world.ana.clicks("Disconnect", on="dm")
    note()
    world.ana.clicks("Connect again", on="dm")
    note()
    world.ana.connects_google(ANA)
    return sent


def ask(wire: Wire, proof: dict[str, str]) -> Ask:
    body, kind = wire
    return Ask("POST", "/slack/events", (("Content-Type", kind), *proof.items()), body)


def test_without_proof_nothing_happens(world: World) -> None:
    bender = Bender(17, genuine(world))
    before = everything(world.environment()["DATABASE_URL"])
    asks = []
    for number in range(size(10_000)):
        wire = bender.fresh() if number % 2 else bender.malformed()
        proof = bender.proof(world.slack.signed(wire[0]), world.slack.signed(wire[0] + b" "))
        asks.append(ask(wire, proof))
    statuses = Counter(answer.status for answer in flood(world.bot_url, asks))
    world.settles()
    assert set(statuses) <= {200, 401}, statuses
    assert statuses[200] < statuses[401] / 20, "200 is for Slack's unsigned look at the certificate, which does nothing"
    assert everything(world.environment()["DATABASE_URL"]) == before
    proven = [bender.fresh() for _ in range(20)]
    flood(world.bot_url, [ask(wire, world.slack.signed(wire[0])) for wire in proven])
    world.settles()
    assert everything(world.environment()["DATABASE_URL"]) != before, "what was refused would have changed something"


def test_malformed_with_proof_makes_nothing_stumble(world: World, logged: StringIO) -> None:
    bender, bugs = Bender(18, genuine(world)), telemetry.counted("bug")
    asks = []
    for _ in range(size(10_000)):
        wire = bender.malformed()
        asks.append(ask(wire, world.slack.signed(wire[0])))
    statuses = Counter(answer.status for answer in flood(world.bot_url, asks))
    world.settles()
    assert set(statuses) <= {200, 400, 404}, statuses
    assert statuses[400] > len(asks) / 10, "much of it is malformed indeed"
    assert statuses[200] > len(asks) / 10, "and much of it reaches the listeners"
    assert telemetry.counted("bug") == bugs, [line for line in logged.getvalue().splitlines() if '"bug"' in line][:3]
    world.cleo.connects_google("cleo@acme.example")
    assert world.cleo.sees("Not you?"), "and afterwards it works as before"
