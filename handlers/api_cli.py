"""`calendar-bot api-key` and `calendar-bot webhooks`, beside `serve` or without it. Nobody outside is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.domain.api_keys import PER_MINUTE, Scope

if TYPE_CHECKING:
    from bot.services.api_keys import ApiKeys
    from bot.services.webhooks import Webhooks
    from bot.settings import Settings
    from storage.database import Database

api_key = typer.Typer(help="Keys of the booking API.", no_args_is_help=True)
webhooks = typer.Typer(help="Addresses that are told what happens to appointments.", no_args_is_help=True)

Team = Annotated[str | None, typer.Option("--team", metavar="T…", help="Which workspace, if there are several")]
_BY = "cli"


class Stopped(Exception):
    """Why it ends here, and what to do."""


@api_key.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What it is for")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do, several times; everything if left out")
    ] = None,
    per_minute: Annotated[int, typer.Option(min=1, max=100_000, help="Requests in a minute")] = PER_MINUTE,
    team: Team = None,
) -> None:
    """Make a key and print it. It is shown this once: only its hash is kept."""
    with _keys(team) as (keys, team_id):
        key, text = keys.create(team_id, name, scope or list(Scope), _BY, per_minute)
    typer.echo(f"{key.name}: {', '.join(sorted(key.scopes))}; {key.per_minute:,} requests a minute.", err=True)
    typer.echo(text)


@api_key.command("list")
def list_keys(team: Team = None) -> None:
    """Every key by its public part: what it is for, what it may do, when it was last used."""
    with _keys(team) as (keys, team_id):
        for key in keys.listing(team_id):
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
            gone = "  revoked" if key.revoked_at else ""
            typer.echo(f"cb_{key.prefix}  {key.name}  {','.join(sorted(key.scopes))}  {used}{gone}")


@api_key.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its public part, cb_…, as `list` prints it")],
    team: Team = None,
) -> None:
    """From this moment the key opens nothing."""
    with _keys(team) as (keys, team_id):
        prefix = key.removeprefix("cb_").partition("_")[0]
        if not keys.revoke(team_id, prefix, _BY):
            raise Stopped("There is no such key in this workspace, or it was revoked before.")
    typer.echo("Revoked.")


@webhooks.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(metavar="URL", help="https://…, on the public internet")], team: Team = None
) -> None:
    """Tell this address from now on, and print the secret that signatures are checked with. It is shown this once."""
    with _webhooks(team) as (service, team_id):
        endpoint, secret = service.add(team_id, url, _BY)
    typer.echo(f"Webhook {endpoint.id} is told from now on. Its secret:", err=True)
    typer.echo(secret)


@webhooks.command("list")
def list_webhooks(team: Team = None) -> None:
    """Every address, and whether it works."""
    with _webhooks(team) as (service, team_id):
        for each in service.listing(team_id):
            state = "works"
            if each.failing_since:
                state = f"failing since {each.failing_since:%Y-%m-%d %H:%M} UTC"
            if each.disabled_at:
                state = f"disabled since {each.disabled_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{each.id}  {each.url}  {state}")


@webhooks.command("remove")
def remove_webhook(
    webhook: Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it")], team: Team = None
) -> None:
    """Tell this address nothing more; what it is owed is forgotten."""
    with _webhooks(team) as (service, team_id):
        service.remove(team_id, webhook, _BY)
    typer.echo("Removed.")


@webhooks.command("test")
def try_webhook(
    webhook: Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it")], team: Team = None
) -> None:
    """Send a signed `webhook.test` now, and print what came of it. The exit status is 1 if it has not arrived."""
    from bot.domain.webhooks import Outcome

    with _webhooks(team) as (service, team_id):
        answer = service.test(team_id, webhook)
        if answer.outcome is not Outcome.ARRIVED:
            raise Stopped(f"It has not arrived: {answer.code or answer.trouble}.")
    typer.echo(f"It has arrived: {answer.code}.")


def team_of(known: Sequence[str], wanted: str | None) -> str:
    """The workspace that is meant. Raises Stopped when that is not clear."""
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is not None and wanted in known:
        return wanted
    said = ", ".join(known) or "none yet: somebody has to have met the bot in Slack first"
    raise Stopped(f"Say which workspace with --team. Those we know: {said}.")


@contextmanager
def _keys(team: str | None) -> "Iterator[tuple[ApiKeys, str]]":
    from bot.services.api_keys import ApiKeys
    from handlers.app import SystemClock

    with _opened() as (_, database):
        yield ApiKeys(database, SystemClock()), _team(database, team)


@contextmanager
def _webhooks(team: str | None) -> "Iterator[tuple[Webhooks, str]]":
    from bot.outgoing.sender import WebhookSender
    from bot.services.webhooks import Webhooks
    from handlers.app import SystemClock
    from storage.crypto import Sealer

    with _opened() as (settings, database):
        sender = WebhookSender(loopback=settings.public_is_loopback)
        service = Webhooks(database, Sealer(settings.raw_encryption_keys), sender, SystemClock())
        yield service, _team(database, team)


def _team(database: "Database", wanted: str | None) -> str:
    from storage import people, workspaces

    with database.reading() as session:
        known = {*people.teams(session), *(each.team_id for each in workspaces.all(session))}
    return team_of(sorted(known), wanted)


@contextmanager
def _opened() -> "Iterator[tuple[Settings, Database]]":
    from bot import telemetry
    from bot.errors import BotError
    from bot.settings import Settings
    from handlers import cli, starting
    from storage.crypto import Unreadable
    from storage.database import Database

    try:
        settings = Settings.read(cli.environment())
        telemetry.configure(hide=settings.secrets())
        starting.prepare(settings.database_url)
        database = Database(settings.database_url)
        try:
            yield settings, database
        finally:
            database.close()
    except (Stopped, BotError, starting.CannotStart) as error:
        _end(str(error))
    except Unreadable:
        _end(
            "ENCRYPTION_KEYS does not hold the key that this was sealed with. Put the earlier one back, after the new."
        )


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
