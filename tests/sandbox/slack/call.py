"""One call of a Web API method: its arguments, who calls, and what that caller may do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.slack.people import Installation
from tests.sandbox.slack.refusal import Json, Refused
from tests.sandbox.slack.state import State, Token


@dataclass
class Call:
    state: State
    method: str
    args: Json
    token: Token
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        installation = self.state.teams[self.token.team_id].installation
        if installation is None:
            raise Refused("account_inactive")
        return installation

    def text(self, name: str) -> str | None:
        """An argument as text; what is empty counts as not given."""
        value = self.args.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str):
            raise Refused("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/{name}]"])
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise Refused("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return value in (True, "true", "1", "True")

    def json(self, name: str, error: str) -> Any:
        """An argument that is JSON: as it stands in a JSON body, or as text in a form."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise Refused(error) from None

    def whole(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isdecimal():
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def may(self, scope: str) -> bool:
        return scope in self.token.scopes

    def need(self, scope: str) -> None:
        """Refuse, as Slack does, naming the scope that is missing."""
        if not self.may(scope):
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.token.scopes)))


@dataclass(frozen=True)
class Method:
    run: Callable[[Call], Json]
    scope: str | None = None
    takes_json: bool = True
    """Reading methods take forms only, and overlook a JSON body."""
    tokens: tuple[str, ...] = ("bot",)
    """Which kinds of token may call; none for methods that want client credentials instead."""
