"""Google failing at a rate, as a script makes it."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.sandbox.faults import OUTAGE, Fault, Script
from tests.standins.google_setting import Setting, opened

CERTS, TOKENS = "GET /certs", "POST /token"


@pytest.fixture(scope="module")
def fresh() -> Iterator[Callable[[], Setting]]:
    with opened() as made:
        yield made


@pytest.fixture
def setting(fresh: Callable[[], Setting]) -> Setting:
    return fresh()


def _met(script: Script, line: str, times: int) -> list[Fault | None]:
    return [script.take(line) for _ in range(times)]


def test_a_share_of_the_requests_fails_and_each_in_its_own_way() -> None:
    script = Script()
    script.at_rate("/certs", 0.3, seed=7)
    met = [fault for fault in _met(script, CERTS, 3000) if fault]
    assert 800 < len(met) < 1000
    ways = Counter((fault.kind, fault.when, fault.status) for fault in met)
    assert set(ways) == {(fault.kind, fault.when, fault.status) for fault in OUTAGE}
    assert min(ways.values()) > 100
    assert _met(script, TOKENS, 100) == [None] * 100


def test_the_same_seed_brings_the_same_failures() -> None:
    first, second, other = Script(), Script(), Script()
    for script, seed in ((first, 1), (second, 1), (other, 2)):
        script.at_rate("GET", 0.5, seed=seed)
    story = _met(first, CERTS, 50)
    assert story == _met(second, CERTS, 50)
    assert story != _met(other, CERTS, 50)


def test_what_is_scripted_comes_first_and_clear_ends_both() -> None:
    script = Script()
    script.at_rate("GET", 1.0, [Fault("", status=503)])
    script.add(Fault("GET", status=418))
    assert [fault.status if fault else 0 for fault in _met(script, CERTS, 2)] == [418, 503]
    script.at_rate("GET", 1.0, [Fault("", status=429)])
    assert [rate.share for rate in script.rates()] == [1.0], "another rate for the same place replaces the first"
    script.clear()
    assert _met(script, CERTS, 1) == [None]
    script.at_rate("GET", 0.4)
    script.at_rate("GET", 0)
    assert script.rates() == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        script.at_rate("GET", 30)


def test_failures_come_over_the_wire_and_are_remembered(setting: Setting) -> None:
    setting.google.script.at_rate("/certs", 1.0, OUTAGE[:1])
    answer = requests.get(f"{setting.url}/certs", timeout=5)
    assert (answer.status_code, answer.json()["error"]["status"]) == (500, "INTERNAL")
    setting.google.script.at_rate("/certs", 1.0, OUTAGE[3:4])
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{setting.url}/certs", timeout=5)
    assert [met.request_line for met in setting.google.script.met] == [CERTS, CERTS]
    assert setting.google.journal == []
    setting.google.script.at_rate("/certs", 1.0, OUTAGE[4:])
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{setting.url}/certs", timeout=5)
    assert [call.path for call in setting.google.journal] == ["/certs"], "this one took effect"
    assert all(met.at for met in setting.google.script.met)
