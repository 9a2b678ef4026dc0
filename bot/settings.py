"""The settings of contract.md, read once from a mapping. Secrets are never printed; all problems come at once."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.identity import AccountMatch
from bot.errors import SettingsInvalid

_KEY_BYTES = 32
_DAY = 86400
_MOST_DAYS = 3650
_DATABASES = ("sqlite:///", "sqlite+pysqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _comma_separated(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    seconds = int(value) if value.isascii() and value.isdecimal() and len(value) <= len(str(_DAY)) else 0
    if not 1 <= seconds <= _DAY:
        raise ValueError(f"must be a whole number of seconds between 1 and {_DAY}")
    return timedelta(seconds=seconds)


def _days(value: object) -> object:
    if not isinstance(value, str):
        return value
    days = int(value) if value.isascii() and value.isdecimal() and len(value) <= len(str(_MOST_DAYS)) else 0
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"must be a whole number of days between 1 and {_MOST_DAYS}")
    return timedelta(days=days)


def _blank_is_unset(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_comma_separated)]
Seconds = Annotated[timedelta, BeforeValidator(_seconds)]
Days = Annotated[timedelta, BeforeValidator(_days)]
Optional = Annotated[str | None, BeforeValidator(_blank_is_unset)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]


class Settings(BaseSettings):
    """Everything the bot is told from outside. Field names are the variables' names in lower case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=None, hide_input_in_errors=True)

    public_url: str
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    database_url: str = Field(default="sqlite:///calendar-bot.db", repr=False)  # it may hold a password
    encryption_keys: Secrets
    slack_bot_token: Secret = None
    slack_signing_secret: Secret = None
    slack_app_token: Secret = None
    slack_client_id: Optional = None
    slack_client_secret: Secret = None
    slack_api_url: str = "https://slack.com/api/"
    google_client_id: str
    google_client_secret: Secrets
    google_auth_uri: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_revoke_uri: str = "https://oauth2.googleapis.com/revoke"
    google_userinfo_uri: str = "https://openidconnect.googleapis.com/v1/userinfo"
    google_calendar_url: str = "https://www.googleapis.com/calendar/v3/"
    google_risc_config_url: str = "https://accounts.google.com/.well-known/risc-configuration"
    google_risc_api_url: str = "https://risc.googleapis.com/v1beta/"
    google_risc_credentials: Optional = None
    google_domains: Words = ()
    account_match: AccountMatch = AccountMatch.EMAIL
    admins: Words = ()
    operator_channel: Optional = None
    probe_every: Seconds = timedelta(minutes=10)
    confirm_after: Seconds = timedelta(minutes=10)
    booking_max_pending: Seconds = timedelta(minutes=15)
    google_daily_calls: int = Field(default=900_000, ge=1)
    metrics_token: Secret = None
    invite_on_join: bool = False
    retain_flows_days: Days = timedelta(days=30)
    retain_messages_days: Days = timedelta(days=90)
    retain_audit_days: Days = timedelta(days=365)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``read`` was given: the environment is read in one place, the command line."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings found in ``environment``. Raises SettingsInvalid naming every problem."""
        given = {name: environment.get(name.upper(), "").strip() for name in cls.model_fields}
        known = {name: value for name, value in given.items() if value}
        problems = _contradictions(known)
        settings = None
        try:
            settings = cls(**known)  # type: ignore[arg-type]  # strings in, validated types out
        except ValidationError as error:
            problems = [_sentence(dict(problem)) for problem in error.errors()] + problems
        if problems or settings is None:
            raise SettingsInvalid(problems)
        return settings

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        return public_origin(value)

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: str) -> str:
        # Only how it begins: the rest is for the database's own libraries to judge, when it is opened.
        if not value.startswith(_DATABASES):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator(
        "slack_api_url",
        "google_auth_uri",
        "google_token_uri",
        "google_revoke_uri",
        "google_userinfo_uri",
        "google_calendar_url",
        "google_risc_config_url",
        "google_risc_api_url",
    )
    @classmethod
    def _an_address(cls, value: str) -> str:
        return outside_address(value)

    @field_validator("slack_api_url", "google_calendar_url", "google_risc_api_url")
    @classmethod
    def _ends_in_a_slash(cls, value: str) -> str:
        return value if value.endswith("/") else f"{value}/"

    @field_validator("encryption_keys", "google_client_secret")
    @classmethod
    def _at_least_one(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not value:
            raise ValueError("must hold at least one value")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _real_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, key in enumerate(value, 1):
            if len(_decoded(key.get_secret_value())) != _KEY_BYTES:
                raise ValueError(f"key {number} is not 32 random bytes in base64; `calendar-bot keys new` prints one")
        return value

    @cached_property
    def raw_encryption_keys(self) -> tuple[bytes, ...]:
        """The key ring, 32 bytes each; the first encrypts."""
        return tuple(_decoded(key.get_secret_value()) for key in self.encryption_keys)

    def secrets(self) -> list[str]:
        """Every secret in plain text: for the log's redaction alone."""
        single = (
            self.slack_bot_token,
            self.slack_signing_secret,
            self.slack_app_token,
            self.slack_client_secret,
            self.metrics_token,
        )
        found = [*self.encryption_keys, *self.google_client_secret, *(each for each in single if each)]
        return [*(secret.get_secret_value() for secret in found), *self._database_password()]

    def _database_password(self) -> list[str]:
        try:
            password = urlsplit(self.database_url).password
        except ValueError:
            return []
        return [password, unquote(password)] if password else []

    @property
    def public_is_loopback(self) -> bool:
        """Whether PUBLIC_URL is plain http on this machine, where browsers drop Secure cookies."""
        return urlsplit(self.public_url).scheme == "http"

    @property
    def uses_plain_http(self) -> bool:
        """Whether any address is http (loopback only), which oauthlib must then be told."""
        return any(
            address.startswith("http://") for address in (self.public_url, self.google_token_uri, self.google_auth_uri)
        )

    @property
    def slack_web_url(self) -> str:
        """Slack's address for browsers: SLACK_API_URL less its final `api/`."""
        return self.slack_api_url.removesuffix("api/")


def public_origin(value: str) -> str:
    """The address without a slash at its end. Raises ValueError for what cannot be a PUBLIC_URL."""
    parts = _address(value)
    if parts.path.strip("/") or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("must be an address without a path, like https://calendar.example.com")
    _check_scheme(parts)
    return value.rstrip("/")


def outside_address(value: str) -> str:
    """The address as it is. Raises ValueError for what we do not call: anything but https, loopback left aside."""
    _check_scheme(_address(value))
    return value


LINK_LIVES = timedelta(days=7)
CONSENT_LIVES = timedelta(minutes=10)
COOKIE_LIVES = timedelta(hours=1)


def _contradictions(known: Mapping[str, str]) -> list[str]:
    """What is wrong between settings; looked for in the raw texts, so that it is told together with the rest."""
    problems = []
    signs_in = "slack_client_id" in known and "slack_client_secret" in known
    if "slack_bot_token" not in known and not signs_in:
        problems.append(
            "SLACK_BOT_TOKEN is missing (or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, for several workspaces)"
        )
    if ("slack_client_id" in known) != ("slack_client_secret" in known):
        problems.append("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: one of them is missing")
    if "slack_signing_secret" not in known and "slack_app_token" not in known:
        problems.append("SLACK_SIGNING_SECRET is missing (only Socket Mode, with SLACK_APP_TOKEN, does without)")
    match = known.get("account_match")
    if match in (AccountMatch.DOMAIN, AccountMatch.STRICT) and not signs_in:
        problems.append(f"ACCOUNT_MATCH={match} needs Sign in with Slack: set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET")
    if match == AccountMatch.DOMAIN and not _comma_separated(known.get("google_domains", "")):
        problems.append("ACCOUNT_MATCH=domain needs GOOGLE_DOMAINS, the domains whose accounts are allowed")
    return problems


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key.replace("-", "+").replace("_", "/") + "=" * (-len(key) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _address(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - a port out of range raises when it is looked at
    except ValueError:
        raise ValueError("is not an address that can be read") from None
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be plain ASCII without spaces")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a name or a password")
    return parts


def _check_scheme(parts: SplitResult) -> None:
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return
    raise ValueError("must be an https:// address (http:// is for loopback only)")


def _sentence(problem: Mapping[str, object]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    location = problem["loc"]
    if not isinstance(location, tuple) or not location:
        return message
    name = str(location[0]).upper()
    return f"{name} is missing" if problem["type"] == "missing" else f"{name}: {message}"


def plain(secret: SecretStr | None) -> str | None:
    """The secret itself, for whoever has to send or check it."""
    return secret.get_secret_value() if secret else None
