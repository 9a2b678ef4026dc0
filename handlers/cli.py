"""The command line. `--help` on each command says what it does, in one screen."""

import base64
import gc
import os
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.errors import SettingsInvalid
from handlers import api_cli

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    name="calendar-bot",
    help="Connects every employee's Google Calendar to Slack, and keeps it connected.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
keys = typer.Typer(help="Encryption keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")
risc = typer.Typer(help="Google's security events: a revoked grant is known within a minute.", no_args_is_help=True)
app.add_typer(risc, name="risc")
app.add_typer(api_cli.api_key, name="api-key")
app.add_typer(api_cli.webhooks, name="webhooks")

_WRONG = 1
_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 - Typer parses days without a zone; it is added below


@app.command(short_help="Run the bot.")
def serve() -> None:
    """Run the bot: in HTTP mode, or in Socket Mode when SLACK_APP_TOKEN is set.

    Migrates an SQLite database by itself; on PostgreSQL it refuses to start on a schema that is behind.
    """
    settings = _settings()
    gc.disable()  # importing leaves no garbage worth looking for, and the looking takes a fifth of the time
    from handlers import serving
    from handlers.starting import CannotStart

    gc.enable()

    try:
        serving.serve(settings)
    except CannotStart as error:
        _end(str(error))


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice."""
    settings = _settings()
    from handlers import starting
    from storage import schema

    try:
        starting.migrate(settings.database_url)
    except starting.CannotStart as error:
        _end(str(error))
    typer.echo(f"The schema is at {schema.head_revision()}.")


@app.command(short_help="Check every setting and every outside party.")
def doctor() -> None:
    """Check every setting and every outside party. One line each: ok, or what is wrong and how to mend it.

    The exit status is 1 if anything is wrong.
    """
    settings = _settings()
    from handlers import doctor as examination
    from handlers.app import SystemClock

    wrong = 0
    for finding in examination.examine(settings, SystemClock()):
        typer.echo(finding.line)
        wrong += not finding.ok
    if wrong:
        raise typer.Exit(_WRONG)


@app.command(short_help="Look at one connection now, or at everyone's.")
def probe(
    email: Annotated[
        str | None, typer.Argument(metavar="E-MAIL", help="A Google account's address, or somebody's in Slack")
    ] = None,
) -> None:
    """Look at one person's connection now, or at everyone's, and print a verdict per line.

    It may run beside `serve`, and within the same quotas. What broke or healed is noted.
    Nobody is written to from here: `serve` does that, whenever it runs.

    The exit status is 1 if anything is wrong.
    """
    settings = _settings()
    from handlers import probing
    from handlers.starting import CannotStart

    try:
        all_well = probing.run(settings, email, typer.echo)
    except (CannotStart, probing.Stopped) as error:
        _end(str(error))
    if not all_well:
        raise typer.Exit(_WRONG)


@app.command(short_help="Invite people to connect, each by a personal link.")
def invite(
    *,
    everyone: Annotated[bool, typer.Option("--everyone", help="Everybody in the workspace")] = False,
    group: Annotated[list[str] | None, typer.Option(metavar="S…", help="A user group's members")] = None,
    channel: Annotated[list[str] | None, typer.Option(metavar="C…", help="A channel's members")] = None,
    person: Annotated[list[str] | None, typer.Option(metavar="E-MAIL", help="Somebody, by address")] = None,
    guests: Annotated[bool, typer.Option("--guests", help="Guests too")] = False,
    again: Annotated[bool, typer.Option("--again", help="Whoever was asked or is connected too")] = False,
    team: Annotated[str | None, typer.Option(metavar="T…", help="Which workspace")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Invite people to connect, each by a personal link. Says first how many.

    It may run beside `serve`; nobody is written to twice.
    """
    settings = _settings()
    from handlers import rollout_cli
    from handlers.starting import CannotStart

    wanted = rollout_cli.Wanted(everyone, group or (), channel or (), person or (), guests, again, team)
    try:
        all_reached = rollout_cli.invite(settings, wanted, typer.echo, lambda question: yes or typer.confirm(question))
    except (CannotStart, rollout_cli.Stopped) as error:
        _end(str(error))
    if not all_reached:
        raise typer.Exit(_WRONG)


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everybody's state, for scripts")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The same for a spreadsheet")] = False,
) -> None:
    """Who is connected, who is not yet, and who is broken and why."""
    settings = _settings()
    from handlers import rollout_cli
    from handlers.starting import CannotStart

    try:
        rollout_cli.status(settings, typer.echo, "json" if as_json else "csv" if as_csv else "")
    except CannotStart as error:
        _end(str(error))


@app.command(short_help="Who did what, a line each.")
def audit(
    *,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From this day on, in UTC")] = _BEGINNING,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """Who did what, a line each, the oldest first. It holds nothing of anybody's events."""
    settings = _settings()
    from handlers import rollout_cli
    from handlers.starting import CannotStart

    try:
        rollout_cli.history(settings, typer.echo, since.replace(tzinfo=UTC), as_json=as_json)
    except CannotStart as error:
        _end(str(error))


@app.command(short_help="Print the Slack app manifest, ready to paste.")
def manifest(
    url: Annotated[str, typer.Option(help="Where Slack reaches the bot, for example https://calendar.example.com")],
    *,
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="For SLACK_APP_TOKEN")] = False,
) -> None:
    """Print the Slack app manifest with your address in it, ready to paste into api.slack.com/apps."""
    from bot.settings import public_origin
    from handlers import manifest as shipped

    try:
        url = public_origin(url)
    except ValueError as error:
        _end(f"--url {error}")
    typer.echo(shipped.for_address(url, socket_mode=socket_mode), nl=False)


@keys.command("new")
def new_key() -> None:
    """Print a fresh key for ENCRYPTION_KEYS: 32 random bytes in base64."""
    typer.echo(base64.b64encode(secrets.token_bytes(32)).decode())


@risc.command("register")
def register_risc() -> None:
    """Have Google send its security events here, with the key in GOOGLE_RISC_CREDENTIALS. Safe to run twice."""
    settings = _settings()
    from bot.google.risc_admin import RiscSetupFailed
    from handlers import risc_stream
    from handlers.app import SystemClock

    try:
        for line in risc_stream.register(settings, SystemClock()):
            typer.echo(line)
    except RiscSetupFailed as error:
        _end(str(error))


@risc.command("status")
def risc_status() -> None:
    """Where Google sends its security events, which, and whether at all.

    The exit status is 1 unless they all come here.
    """
    settings = _settings()
    from bot.google.risc_admin import RiscSetupFailed
    from handlers import risc_stream
    from handlers.app import SystemClock

    try:
        findings = list(risc_stream.examine(settings, SystemClock()))
    except RiscSetupFailed as error:
        _end(str(error))
    for finding in findings:
        typer.echo(finding.line)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(_WRONG)


def environment(directory: Path | None = None) -> Mapping[str, str]:
    """The environment, on top of what `.env` says."""
    from dotenv import dotenv_values

    file = (directory or Path.cwd()) / ".env"
    written = dotenv_values(file) if file.is_file() else {}
    # An empty variable is an unset one, and does not hide what the file says.
    return {name: value for source in (written, os.environ) for name, value in source.items() if value}


def _settings() -> "Settings":
    from bot.settings import Settings

    try:
        return Settings.read(environment())
    except SettingsInvalid as error:
        _end("\n".join(["The settings have problems:", *(f"  - {problem}" for problem in error.problems)]))


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(_WRONG)


def main() -> None:
    """The console script."""
    app()
