"""Structured logs, their redaction, and metrics counted from the same ``event`` that is logged."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_NAMES = (
    r"(?:\w*token|code|state|nonce|client_secret|signing_secret|code_verifier|verifier|assertion|password|authorization"
    r"|cookie|set-cookie|(?:__Host-)?flow)"
)
# Each alternative hides what follows its named group: the group itself says what it was and may stay.
_SECRET = re.compile(
    rf"""
      \bxox[a-z](?:\.xox[a-z])?-[\w.-]+                           # Slack tokens
    | \bxapp-[\w-]+                                               # Slack app-level tokens
    | \bya29\.[\w.-]+                                             # Google access tokens
    | (?<![\w.])1(?://|%2F%2F)[\w-]+                              # Google refresh tokens
    | (?<![\w.])4(?:/|%2F)[\w-]{{8,}}                             # Google authorisation codes
    | \bGOCSPX-[\w-]+                                             # Google client secrets
    | \beyJ[\w-]{{8,}}\.[\w-]+(?:\.[\w-]*)?                       # signed tokens
    | (?P<hook>https?://hooks\.slack\.com/)[^\s"'<>]+             # whoever holds a response_url may speak for us
    | (?P<scheme>\b(?:Bearer|Basic)\s+)[^\s"',]+
    | (?P<ticket>/connect/)(?!\{{)[^/\s?\#"'<>]+
    | (?P<param>\b{_NAMES}=)[^&\s"'<>;,)]+
    | (?P<pair>\\?["']{_NAMES}\\?["']\s*[:,]\s*b?\\?["'])[^"'\\]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SECRET_KEY = re.compile(rf"^(?:{_NAMES}|secret|ticket|body|payload|headers)$", re.IGNORECASE)
# A verdict's code and a flow's state are plain words; Google's codes and our states never are.
_PLAIN_WORD = re.compile(r"^[a-z_]{1,40}$")
_OURS = frozenset({"level", "timestamp"})
_LABEL = re.compile(r"^[a-z0-9_]{0,60}$")
# The least serious thing we want to hear of, by a logger's first name; libraries reset their own levels.
_HEARD_FROM = {
    **dict.fromkeys(
        (
            *("aiohttp", "alembic", "apscheduler", "asyncio", "google", "googleapiclient", "httplib2", "multipart"),
            *("oauthlib", "python_multipart", "requests_oauthlib", "sqlalchemy", "urllib3"),
        ),
        logging.WARNING,
    ),
    # What it does not handle it warns of with parts of the payload; http_slack.py says the same without them.
    "slack_bolt": logging.ERROR,
    # An answer that is no JSON it calls an error, and quotes; bot/slack/faults.py names the failure without the answer.
    "slack_sdk": logging.CRITICAL,
}

_registry = CollectorRegistry()
_events = Counter(
    "calendar_bot_events", "Things that happened, by their name in the log.", ["event", "outcome"], registry=_registry
)
_requests = Histogram(
    "calendar_bot_http_request_seconds", "Requests answered.", ["method", "route", "status"], registry=_registry
)
_inside = Gauge("calendar_bot_background_calls", "Calls running or waiting in a pool.", ["pool"], registry=_registry)


def configure(stream: TextIO | None = None, hide: Iterable[str] = ()) -> None:
    """Send every log line, ours and the libraries', through one chain to ``stream`` (standard error).

    JSON lines, or key=value when somebody is looking. ``hide`` are exact secrets that must never appear.
    """
    out = stream or sys.stderr
    watching = out.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if watching
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if watching else "iso", utc=not watching),
            structlog.processors.format_exc_info,
            Redaction(hide),
            _counted,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _IntoStructlog)]:
        root.removeHandler(handler)
    root.addHandler(_IntoStructlog())
    root.setLevel(logging.INFO)
    for name, least in _HEARD_FROM.items():
        logging.getLogger(name).setLevel(least)
    # Our own access line knows the route's template; uvicorn's would carry tickets, codes and states.
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.INFO)


class Redaction:
    """The processor that replaces whatever looks like a secret, in every value of a line and however deep."""

    def __init__(self, hide: Iterable[str] = ()) -> None:
        exact = sorted({each for each in hide if len(each) >= 6}, key=len, reverse=True)  # noqa: PLR2004 - shorter is no secret
        self._exact = re.compile("|".join(map(re.escape, exact))) if exact else None

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        """The line without secrets."""
        return {key: value if key in _OURS else self._cleaned(value, key) for key, value in line.items()}

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        if self._exact:
            text = self._exact.sub(HIDDEN, text)
        return text if _PLAIN_WORD.match(text) else _SECRET.sub(_hide, text)

    def _cleaned(self, value: Any, key: str = "") -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if _names_a_secret(key) and not (isinstance(value, str) and _PLAIN_WORD.match(value)):
            return HIDDEN
        if isinstance(value, Mapping):
            return {self.text(str(name)): self._cleaned(each, str(name)) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._cleaned(each) for each in value]
        return self.text(value if isinstance(value, str) else str(value))


@lru_cache(maxsize=1024)
def _names_a_secret(key: str) -> bool:
    return _SECRET_KEY.match(key) is not None


def _hide(found: re.Match[str]) -> str:
    return (found.group(found.lastgroup) if found.lastgroup else "") + HIDDEN


class _IntoStructlog(logging.Handler):
    """Brings the standard library's records into our chain, under one event name."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < _HEARD_FROM.get(record.name.partition(".")[0], logging.NOTSET):
            return
        level = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        write = getattr(structlog.get_logger(), level, structlog.get_logger().info)
        write("library", logger=record.name, message=record.getMessage(), exc_info=record.exc_info or None)


def _counted(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    count(str(line.get("event", "")), str(line.get("outcome", "")))
    return line


def count(event: str, outcome: str = "") -> None:
    """Count something without a log line. A name that is no plain word is counted as "other"."""
    _counter(event, outcome).inc()


@lru_cache(maxsize=1024)
def _counter(event: str, outcome: str) -> Counter:
    return _events.labels(*(each if _LABEL.match(each) else "other" for each in (event, outcome)))


def counted(event: str, outcome: str = "") -> float:
    """How often it happened so far."""
    return _registry.get_sample_value("calendar_bot_events_total", {"event": event, "outcome": outcome}) or 0.0


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Measure one answered request. ``route`` is the template, never the address."""
    _histogram(method, route, status).observe(seconds)


@lru_cache(maxsize=1024)
def _histogram(method: str, route: str, status: int) -> Histogram:
    return _requests.labels(method, route, str(status))


def watch(pool: str, inside: Callable[[], float]) -> None:
    """Show how full a pool is."""
    _inside.labels(pool).set_function(inside)


def metrics_text() -> str:
    """Everything counted, in Prometheus' text format."""
    return generate_latest(_registry).decode()
