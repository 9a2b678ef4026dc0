"""The way out: proxies and certificate authorities come from the environment, as requests takes them."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.domain.faults import GoogleFault
from bot.google.transport import Transport, trusted
from tests.faults.rows import CERTIFICATE, untrusted_server
from tests.google.rig import NONCE, VERIFIER, Rig
from tests.sandbox.server import Served

ELSEWHERE = "http://calendar.example/calendar/v3/x?y=1"


class Proxy:
    """Answers for everybody with a cookie, and remembers who was meant and what was shown."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.shown: list[set[str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            self.asked.append((request.headers["host"], request.headers.get("proxy-authorization")))
            self.shown.append({name for name in ("authorization", "cookie") if name in request.headers})
            answer = PlainTextResponse("from the proxy", headers={"set-cookie": "seen=1; Path=/"})
            await answer(scope, receive, send)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Proxy, str]]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    asked = Proxy()
    served = Served(asked)
    yield asked, f"127.0.0.1:{served.port}"
    served.stop()


def test_a_proxy_of_the_environment_is_used(proxy: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, address = proxy
    monkeypatch.setenv("HTTP_PROXY", f"http://user:p%40ss@{address}")
    transport = Transport()
    assert transport.request(ELSEWHERE)[1] == b"from the proxy"
    assert asked.asked == [("calendar.example", "Basic dXNlcjpwQHNz")]
    transport.close()


def test_whom_no_proxy_names_is_asked_directly(proxy: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, address = proxy
    monkeypatch.setenv("HTTP_PROXY", f"http://{address}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    transport = Transport()
    transport.request(f"http://{address}/x")
    assert asked.asked == [(address, None)]
    transport.close()


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "http://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_breaks_the_line(
    proxy: tuple[Proxy, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    transport = Transport()
    with pytest.raises(ConnectionError):
        transport.request(ELSEWHERE)
    transport.close()
    assert proxy[0].asked == []


def test_after_closing_it_can_be_used_again(proxy: tuple[Proxy, str]) -> None:
    asked, address = proxy
    transport = Transport()
    for _ in range(2):
        transport.request(f"http://{address}/x")
        transport.close()
    assert len(asked.asked) == 2


def test_an_authority_of_the_companys_own_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it the handshake succeeds; the server there then hangs up without an answer."""
    with untrusted_server(tmp_path) as address:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / CERTIFICATE))
        transport = Transport()
        with pytest.raises(ConnectionError):
            transport.request(address)
        transport.close()


def test_a_folder_of_authorities_may_be_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert isinstance(trusted(), ssl.SSLContext)


def test_nothing_of_netrc_and_no_cookie_is_shown(
    google: Rig, proxy: tuple[Proxy, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, address = proxy
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    consent = google.consent_of(["secret"], token_uri=f"http://{address}/token")
    for _ in range(2):
        with pytest.raises(GoogleFault):
            consent.exchange(code="4/0Acode", verifier=VERIFIER, nonce=NONCE)
        with pytest.raises(GoogleFault):
            consent.refresh("1//0canary")
    assert asked.shown == [set(), set(), set(), set()]
