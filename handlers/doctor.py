"""`calendar-bot doctor`: every setting and every outside party, one finding each."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.errors import BotError
from bot.ports import Clock
from bot.services.workspaces import Workspaces
from bot.settings import Settings
from handlers import doctor_google, doctor_slack
from handlers.doctor_google import answered
from handlers.findings import Finding
from storage import canary, engines, schema
from storage.crypto import Sealer, Unreadable
from storage.database import Database, DatabaseUnavailable

_OK = 200
_REACHES = "start `calendar-bot serve`, then check the name, the proxy and its certificate"


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every finding, good ones too, in the order an operator would mend them. Writes nothing anywhere."""
    yield Finding("settings: complete and well-formed")
    tokens: dict[str, str] = {}
    yield from _database(settings, clock, tokens)
    yield from doctor_slack.examine(settings, tokens)
    yield from doctor_google.examine(settings, clock)
    yield _public(settings)


class _NothingIsKept(Exception):
    """Ends a transaction of which nothing is to stay."""


def _database(settings: Settings, clock: Clock, tokens: dict[str, str]) -> Iterator[Finding]:
    """What stands in the database, and into ``tokens`` the tokens of workspaces that were installed."""
    url = settings.database_url
    try:
        if _is_not_made_yet(url):
            yield Finding("database: an SQLite file that `calendar-bot serve` will make")
            return
        database = Database(url)
    except engines.DatabaseUrlInvalid as error:
        yield Finding("database", str(error))
        return
    try:
        database.check()
        yield Finding("database: answers")
        if schema.is_behind(url):
            yield _behind(url)
            return
        yield Finding("database: schema is current")
        _try_keys(database, settings, clock)
        yield Finding("encryption keys: open what is stored")
        tokens |= _stored_tokens(database, settings, clock)
    except DatabaseUnavailable:
        yield Finding("database", "it does not answer; check DATABASE_URL, and that the server runs and lets us in")
    except Unreadable:
        yield Finding(
            "encryption keys", "they do not open what is stored; put the earlier key back into ENCRYPTION_KEYS"
        )
    finally:
        database.close()


def _is_not_made_yet(url: str) -> bool:
    parsed = engines.parse(url)
    return parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists()


def _behind(url: str) -> Finding:
    if engines.parse(url).get_backend_name() == "sqlite":
        return Finding("database: schema is older; `calendar-bot serve` brings it up to date")
    return Finding("database: schema", "it is not the one this version needs; run `calendar-bot migrate`")


def _try_keys(database: Database, settings: Settings, clock: Clock) -> None:
    sealer = Sealer(settings.raw_encryption_keys)
    with suppress(_NothingIsKept), database.transaction() as session:
        canary.check(session, sealer, clock.now())
        raise _NothingIsKept


def _stored_tokens(database: Database, settings: Settings, clock: Clock) -> dict[str, str]:
    workspaces = Workspaces(database, Sealer(settings.raw_encryption_keys), clock, home=str, lone_token=None)
    found = {}
    for team_id in workspaces.installed():
        with suppress(BotError):  # one that does not open has been seen with the keys
            found[team_id] = workspaces.token_for(team_id)
    return found


def _public(settings: Settings) -> Finding:
    what = f"public address {settings.public_url}"
    response = answered("GET", f"{settings.public_url}/healthz")
    if response is not None and response.status_code == _OK and response.text.strip() == "ok":
        return Finding(f"{what}: reaches the bot")
    return Finding(what, f"it does not reach a running bot; {_REACHES}")
