"""One row of faults.md: what the other side does, and what it must become."""

import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.faults import Blame, GoogleFault, Verdict
from tests.sandbox.faults import Fault

CANARY = "CANARY-BODY"
"""Stands in every faulty answer, and may stand in nothing of ours."""
CERTIFICATE = "proxy.pem"
PROXY_PAGE = f"<html><body>Access denied {CANARY}</body></html>"


@dataclass(frozen=True)
class Row:
    """``says`` is the row's name; the fault's ``where`` is filled in by the table."""

    says: str
    fault: Fault
    blame: Blame
    code: str
    alert: bool = False
    breaker: str | None = None
    retry_after: float | None = None

    def __str__(self) -> str:
        return self.says


def answers(status: int, body: bytes | str | dict[str, object], **headers: str) -> Fault:
    return Fault("", status=status, body=body, headers=headers)


def oauth(status: int, error: str, **more: str) -> Fault:
    return answers(status, {"error": error, "error_description": CANARY, **more})


LINE_ROWS = (
    Row("dropped line", Fault("", kind="drop"), Blame.TRANSIENT, "network"),
    Row("502 HTML", answers(502, PROXY_PAGE), Blame.TRANSIENT, "server_error"),
    Row("503 HTML", answers(503, PROXY_PAGE), Blame.TRANSIENT, "server_error"),
    Row("504 empty", answers(504, ""), Blame.TRANSIENT, "server_error"),
    Row("500 JSON", answers(500, {"error": {"code": 500, "message": CANARY}}), Blame.TRANSIENT, "server_error"),
    Row("429 HTML", answers(429, PROXY_PAGE), Blame.TRANSIENT, "rate_limited"),
    Row("403 HTML of an egress proxy", answers(403, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("404 HTML of a wrong address", answers(404, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("401 HTML of a proxy", answers(401, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("400 HTML of a proxy", answers(400, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("410 HTML of a proxy", answers(410, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("407 of a proxy", answers(407, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 HTML of a captive portal", answers(200, PROXY_PAGE), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 empty", answers(200, ""), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 with a JSON list", answers(200, f'["{CANARY}"]'), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 with a JSON string", answers(200, f'"{CANARY}"'), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 with bytes", answers(200, b"\xff\xfe\x00"), Blame.TRANSIENT, "garbage", alert=True),
    Row("200 nested too deep", answers(200, "[" * 100_000), Blame.TRANSIENT, "garbage", alert=True),
    Row("302 to HTML", answers(302, PROXY_PAGE, location=f"/{CANARY}"), Blame.TRANSIENT, "garbage", alert=True),
    Row(
        "307 that would send it all again", answers(307, "", location="/token"), Blame.TRANSIENT, "garbage", alert=True
    ),
    Row("gzip that is none", answers(200, "not gzip", **{"content-encoding": "gzip"}), Blame.TRANSIENT, "network"),
)
"""What can befall any request."""

WAIT_ROWS = (
    Row(
        "503 that asks for two minutes",
        answers(503, PROXY_PAGE, **{"retry-after": "120"}),
        *(Blame.TRANSIENT, "server_error"),
        retry_after=120.0,
    ),
    Row(
        "429 that asks for a year",
        answers(429, {"error": {"code": 429}}, **{"Retry-After": "31536000"}),
        *(Blame.TRANSIENT, "rate_limited"),
        retry_after=86_400.0,
    ),
    Row(
        "503 until a day that is past",
        answers(503, "", **{"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        *(Blame.TRANSIENT, "server_error"),
        retry_after=0.0,
    ),
    Row(
        "503 that asks for something else",
        answers(503, "", **{"retry-after": f"-1 {CANARY}"}),
        *(Blame.TRANSIENT, "server_error"),
    ),
    Row(
        "403 of a proxy that asks for a minute",
        answers(403, PROXY_PAGE, **{"retry-after": "60"}),
        *(Blame.TRANSIENT, "garbage"),
        alert=True,
        retry_after=60.0,
    ),
)
"""How long to leave Google alone."""


def meets(row: Row, call: Callable[[], object], secrets: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    """``call`` fails as the row says, and says nothing it must not."""
    with caplog.at_level("INFO"), pytest.raises(GoogleFault) as refused:
        call()
    verdict = refused.value.verdict
    assert verdict == Verdict(row.blame, row.code, row.alert, row.breaker, row.retry_after)
    assert_silent(refused.value, secrets)
    for secret in (CANARY, *secrets):
        assert secret not in caplog.text


def assert_silent(fault: GoogleFault, secrets: tuple[str, ...]) -> None:
    assert fault.__context__ is None
    assert fault.__cause__ is None
    said = "".join([str(fault), repr(fault), repr(fault.facts), repr(vars(fault)), *traceback.format_exception(fault)])
    for secret in (CANARY, *secrets):
        assert secret not in said


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def untrusted_server(folder: Path) -> Iterator[str]:
    """Somebody with a certificate that no authority we trust has signed, as an intercepting proxy has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(folder))
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            try:
                context.wrap_socket(line, server_side=True).close()
            except OSError:
                line.close()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proxy.example")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / CERTIFICATE
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
