"""T18: ten thousand requests to the pages by people who hold no link and no cookie of their own."""

from collections import Counter
from io import StringIO
from urllib.parse import urlsplit

import requests

from bot import telemetry
from handlers.rendering import ERRORS, Pages
from tests.proofs.flood import Answer, flood
from tests.proofs.rows import everything
from tests.proofs.scale import size
from tests.proofs.strangers import Stolen, Strangers, stolen
from tests.sandbox.world import World

ANA, CLEO = "ana@acme.example", "cleo@acme.example"


def fixed_pages(world: World, real: Stolen) -> set[bytes]:
    """Every page that a stranger may see: rendered from nothing they sent."""
    pages = Pages()
    notices = [pages.back_to_slack(), pages.disconnected(), pages.installed(), pages.because("link_dead", 404)]
    personal = requests.get(f"{world.bot_url}/connect/{real.ticket}", timeout=5).content
    return {b"", personal, *(bytes(page.body) for page in (*notices, *map(pages.error, (*ERRORS, 405))))}


def test_strangers_change_nothing_and_see_the_same_few_pages(world: World, logged: StringIO) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team")
    real = stolen(world)
    pages, bugs = fixed_pages(world, real), telemetry.counted("bug")
    before = everything(world.environment()["DATABASE_URL"])
    calls = len(world.google.journal)
    strangers = Strangers(18, real, world.bot_url)
    answers = flood(world.bot_url, [strangers.request() for _ in range(size(10_000))])
    world.settles()

    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) <= {200, 303, 400, 401, 403, 404, 405}, statuses
    assert telemetry.counted("bug") == bugs, logged.getvalue()[-3000:]
    assert [answer for answer in answers if answer.body not in pages] == []
    assert everything(world.environment()["DATABASE_URL"]) == before
    assert len(world.google.journal) == calls, "Google was not even asked"
    assert {elsewhere(answer) for answer in answers} <= {None, world.slack.base_url}, "only to install, at Slack"
    for answer in answers:
        cookie = answer.header("set-cookie")
        assert cookie is None or (cookie.startswith("install=") and answer.ask.target.startswith("/slack/install?"))

    page = world.cleo.browser.opens(f"{world.bot_url}/oauth/google/callback?state={real.state}&code={real.code}")
    assert "Connected" in page.page, "nobody burnt the trip that was under way"


def elsewhere(answer: Answer) -> str | None:
    """The origin a browser would be sent to."""
    location = answer.header("location")
    parts = urlsplit(location or "")
    return f"{parts.scheme}://{parts.netloc}" if location else None


def test_the_set_of_pages_would_notice_an_echo(world: World) -> None:
    """The proof above bites: one character more or less is no fixed page."""
    pages = fixed_pages(world, stolen(world))
    page = bytes(Pages().error(400).body)
    assert page in pages
    assert page.replace(b"</h1>", b"<script></h1>") not in pages
