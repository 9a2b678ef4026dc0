"""Where webhooks go and where they never do, whatever a name leads to by the time it is called."""

import socket
from collections.abc import Iterator, Sequence

import pytest

from bot.outgoing.sender import WebhookSender
from bot.outgoing.targets import Unresolved, target
from tests.sandbox.clock import SandboxClock

_HOSTILE = """
http://example.com/ ftp://example.com/ file:///etc/passwd gopher://example.com/ //example.com/ example.com
javascript:alert(1)
https://user@example.com/ https://user:pass@example.com/ https://example.com@127.0.0.1/ https://@example.com/
https://example.com/#a https://example.com\\@evil.example/ https://exa{mple.com/ https:///path https://%31/
https://[::1 https://example.com:99999/ https://example.com:0/ https://example.com:22/ https://example.com:25/
https://example.com:80/ https://example.com:1023/ https://ex\u00e4mple.com/ https://127.0.0.1\u3002example/
https://127.0.0.1/ https://localhost/ https://0.0.0.0/ https://127.1/ https://2130706433/ https://0x7f000001/
https://0177.0.0.1/ https://127.0.0.1.nip.example/ https://10.0.0.1/ https://172.16.0.1/ https://172.31.255.255/
https://192.168.1.1/ https://169.254.169.254/latest/meta-data/ https://100.64.0.1/ https://100.100.100.200/
https://168.63.129.16/ https://192.0.0.192/ https://198.18.0.1/ https://224.0.0.1/ https://239.255.255.250/
https://240.0.0.1/ https://255.255.255.255/ https://192.0.2.1/ https://203.0.113.9/ https://192.88.99.1/
https://[::1]/ https://[::]/ https://[::ffff:127.0.0.1]/ https://[::ffff:a00:1]/ https://[::ffff:8.8.8.8]/
https://[fe80::1]/ https://[fe80::1%25eth0]/ https://[fc00::1]/ https://[fd00:ec2::254]/ https://[fec0::1]/
https://[ff02::1]/ https://[64:ff9b::7f00:1]/ https://[2002:7f00:1::]/ https://[2001:0:7f00:1::]/ https://[2001:db8::1]/
https://[::127.0.0.1]/ https://metadata.example/ https://both.example/ https://mapped.example/
"""
HOSTILE = _HOSTILE.split()
NAMES = {
    "metadata.example": ["169.254.169.254"],
    "both.example": ["8.8.8.8", "10.0.0.7"],
    "mapped.example": ["::ffff:192.168.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
}
SECRET = "whsec_" + "A" * 44


def resolve(host: str, port: int) -> Sequence[str]:
    """The machine's own reading of numbers in all their spellings; names from the table."""
    if host in NAMES:
        return NAMES[host]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return ["127.0.0.1"] if host == "localhost" else ["8.8.8.8"]
    return [str(each[4][0]) for each in found]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every address that anybody tried to connect to; none is reached."""
    tried = list[object]()

    def refuse(address: object, *_args: object, **_options: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return iter([tried])


def test_no_hostile_address_is_ever_connected_to(called: Iterator[list[object]]) -> None:
    tried, now = next(called), SandboxClock().now()
    assert len(HOSTILE) >= 60
    for loopback in (False, True):
        sender = WebhookSender(loopback=loopback, resolve=resolve)
        ours = {"https://127.0.0.1/", "https://localhost/", "https://[::1]/"} if loopback else set()
        for url in HOSTILE:
            if url not in ours:
                assert sender.check(url), url
                assert sender.send(url, SECRET, "id", "{}", now).trouble == "refused", url
    assert tried == []


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_looked_at(called: Iterator[list[object]]) -> None:
    """DNS rebinding: the second look would lead inside. There is no second look."""
    tried, now = next(called), SandboxClock().now()
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    sender = WebhookSender(resolve=lambda _host, _port: next(answers))
    assert sender.send("https://rebind.example:8443/", SECRET, "id", "{}", now).trouble == "unreachable"
    assert tried == [("8.8.8.8", 8443)]
    assert sender.send("https://rebind.example:8443/", SECRET, "id", "{}", now).trouble == "refused"
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("url", "port", "host"),
    [
        ("https://example.com", 443, "example.com"),
        ("https://Example.com:8443/hook?a=b", 8443, "example.com:8443"),
        ("https://example.com:1024/", 1024, "example.com:1024"),
        ("https://[2606:4700::1111]/", 443, "[2606:4700::1111]"),
        ("https://xn--exmple-cua.com/", 443, "xn--exmple-cua.com"),
    ],
)
def test_what_is_public_is_fine(url: str, port: int, host: str) -> None:
    found = target(url)
    assert (found.port, found.host_header) == (port, host)
    assert WebhookSender(resolve=resolve).check(url) is None


def test_a_name_that_nobody_knows_just_now_is_no_reason_to_refuse_it() -> None:
    def nothing(_host: str, _port: int) -> Sequence[str]:
        raise Unresolved

    sender = WebhookSender(resolve=nothing)
    assert sender.check("https://example.com/") is None
    assert sender.send("https://example.com/", SECRET, "id", "{}", SandboxClock().now()).trouble == "unresolved"
