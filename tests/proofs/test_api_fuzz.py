"""Whatever is thrown at the booking API: nothing breaks, every status is documented, every answer is as described."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.remembered import ANA, BEN
from tests.api.rig import Api, api_over, read
from tests.edge.asgi import Answer, Caller, run
from tests.proofs.scale import size

AnyCase = Case[Any]
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def sent(api: Api, case: AnyCase) -> tuple[Answer, requests.PreparedRequest]:
    """The case as schemathesis would have sent it, with a good key."""
    wanted = case.as_transport_kwargs(base_url="http://127.0.0.1/api/v1")
    wanted = {name: wanted.get(name) for name in ("method", "url", "params", "headers", "json", "data", "cookies")}
    request = requests.Request(**wanted).prepare()
    request.headers.update(dict(api.headers))
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    pairs = [(name, value) for name, value in request.headers.items() if name.lower() != "content-length"]
    caller = Caller(api.http)
    return run(caller.ask(str(request.method), request.path_url, pairs, bytes(body))), request


def checked(case: AnyCase, answer: Answer, request: requests.PreparedRequest) -> None:
    headers = {name: answer.headers.getlist(name) for name in answer.headers}
    response = Response(answer.status, headers, answer.body, request, elapsed=0.1, verify=False)
    case.validate_response(response, checks=CHECKS)


def made_real(case: AnyCase, known: str, number: int) -> None:
    """Somebody who is there, at a time on the grid: a random one never is."""
    if "person" in case.path_parameters:
        case.path_parameters["person"] = ANA
    if "appointment" in case.path_parameters:
        case.path_parameters["appointment"] = known
    if isinstance(case.body, dict) and "start" in case.body and number % 2:
        start = BEGIN + timedelta(minutes=30 * number)
        case.body["start"] = start.isoformat()
        if "end" in case.body:
            case.body["end"] = (start + timedelta(minutes=30)).isoformat()
        if "people" in case.body:
            case.body.update(people=[ANA, BEN], optional=[])


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_nothing_breaks_and_everything_is_documented(sqlite_database_url: str, mode: GenerationMode) -> None:
    with api_over(sqlite_database_url) as api:
        api.uses(per_minute=1_000_000)
        wish = {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T01:00:00Z", "people": [ANA], "title": "A"}
        known, statuses = read(api.book(wish))["id"], Counter[int]()
        schema = openapi.from_dict(read(api.ask("GET", "/openapi.json")))
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()

            @settings(
                max_examples=size(1000),
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def throw(case: AnyCase) -> None:
                if mode is GenerationMode.POSITIVE:
                    made_real(case, known, sum(statuses.values()))
                answer, request = sent(api, case)
                statuses[answer.status] += 1
                checked(case, answer, request)

            throw()
        met = set(statuses)
        assert met >= ({200, 201, 422} if mode is GenerationMode.POSITIVE else {422}), statuses


def test_the_check_would_notice_a_status_that_nobody_documented(sqlite_database_url: str) -> None:
    """The proof above bites."""
    with api_over(sqlite_database_url) as api:
        schema = openapi.from_dict(read(api.ask("GET", "/openapi.json")))
        case = schema["/people"]["GET"].Case()
        answer, request = sent(api, case)
        checked(case, answer, request)
        with pytest.raises(FailureGroup):
            checked(case, Answer(418, answer.headers, answer.body), request)
