"""API keys: shown once, kept as a hash, counted for all processes together, and made from the command line."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.domain.api_keys import Scope, parsed
from bot.services.api_keys import ApiKeys, Exhausted, KeyUnknown
from bot.settings import Settings
from handlers import cli
from storage import people, schema
from storage.api_tables import ApiKey
from storage.database import Database
from tests.api.remembered import ANA
from tests.api.rig import Api
from tests.edge.asgi import Answer, Caller, run
from tests.sandbox.clock import SandboxClock
from tests.serving.test_settings import COMPLETE
from tests.storage.rows import NOW, at_once


def test_only_the_hash_of_a_key_is_kept_and_no_other_text_opens_it(database: Database) -> None:
    keys = ApiKeys(database, SandboxClock())
    key, text = keys.create("T0ACME", "booking", [Scope.PEOPLE_READ], "U0ADA")
    prefix, secret = parsed(text) or ("", "")
    assert (prefix, len(secret)) == (key.prefix, 43)
    with database.reading() as session:
        row = session.get(ApiKey, key.id)
    assert row is not None
    assert secret not in str(row.model_dump())
    assert keys.admit(text).scopes == {Scope.PEOPLE_READ}
    other, _ = keys.create("T0ACME", "other", list(Scope), "U0ADA")
    for wrong in ("", "cb_", f"cb_{prefix}_", f"cb_{prefix}_{secret[::-1]}", f"cb_{other.prefix}_{secret}", f"{text} "):
        with pytest.raises(KeyUnknown):
            keys.admit(wrong)
    assert keys.listing("T0ACME")[0].last_used_at is not None
    assert not keys.revoke("T0OTHER", prefix, "U0ADA")
    assert [keys.revoke("T0ACME", prefix, "U0ADA") for _ in range(2)] == [True, False]
    with pytest.raises(KeyUnknown):
        keys.admit(text)


def test_twenty_processes_together_get_what_a_minute_has(database: Database) -> None:
    clock = SandboxClock()
    _, text = ApiKeys(database, clock).create("T0ACME", "booking", list(Scope), "cli", per_minute=7)

    def ask(_: int) -> bool:
        try:
            ApiKeys(database, clock).admit(text)
        except Exhausted as exhausted:
            return not 1 <= exhausted.retry_after <= 60
        return True

    assert 7 <= sum(at_once(20, ask)) <= 14, "twice as many if the minute has just ended"
    ApiKeys(database, clock).forget_counts()


def test_a_thousand_at_once_are_turned_away_unasked(api: Api) -> None:
    """The pool has room for 408; nobody hears 503, and nobody behind us is asked more than the minute allows."""
    api.uses(per_minute=20)
    path = f"/api/v1/people/{ANA}/availability?start=2026-03-02T08:00:00Z&end=2026-03-02T18:00:00Z"

    async def flood() -> list[Answer]:
        caller = Caller(api.http)
        return await asyncio.gather(*(caller.ask("GET", path, api.headers) for _ in range(1000)))

    answers = run(flood())
    statuses = Counter(each.status for each in answers)
    assert set(statuses) == {200, 429}
    assert statuses[200] == api.times.asked <= 40
    assert all(int(each.headers["retry-after"]) >= 1 for each in answers if each.status == 429)


@pytest.fixture
def logs_elsewhere_afterwards() -> Iterator[None]:
    """The program has set up its log, on a stream that ends with it."""
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs_elsewhere_afterwards")
def test_keys_and_webhooks_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    url = f"sqlite:///{tmp_path / 'calendar-bot.db'}"
    for name, value in {**COMPLETE, "DATABASE_URL": url, "PUBLIC_URL": "http://127.0.0.1:3000"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    schema.migrate(url)

    def types(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, list(words))
        return done.exit_code, done.output.strip()

    assert types("api-key", "create", "--name", "x")[0] == 1
    database = Database(url)
    with database.transaction() as session:
        people.ensure(session, "T0ACME", "U0ANA", NOW)
    status, said = types("api-key", "create", "--name", "rooms", "--scope", "people:read")
    assert status == 0
    text = said.splitlines()[-1]
    assert ApiKeys(database, SandboxClock()).admit(text).name == "rooms"
    public = "_".join(text.split("_")[:2])
    assert public in types("api-key", "list")[1]
    assert types("api-key", "revoke", public) == (0, "Revoked.")
    assert types("api-key", "revoke", public)[0] == 1
    assert "revoked" in types("api-key", "list")[1]

    assert types("webhooks", "add", "https://10.0.0.1/")[0] == 1
    status, said = types("webhooks", "add", "http://127.0.0.1:9/hook")
    assert (status, said.splitlines()[-1].startswith("whsec_")) == (0, True)
    endpoint = types("webhooks", "list")[1].split()[0]
    status, said = types("webhooks", "test", endpoint)
    assert (status, "not arrived" in said) == (1, True)
    assert types("webhooks", "remove", endpoint) == (0, "Removed.")
    assert types("webhooks", "list") == (0, "")
    database.close()
