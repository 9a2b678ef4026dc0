"""A certificate authority of our own for the length of a run, trusted beside the public ones."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from requests.utils import DEFAULT_CA_BUNDLE_PATH

HOST = "127.0.0.1"
_DAY = timedelta(days=1)


class Authority:
    """``bundle`` holds the public authorities and ours: to load that many is part of what a fresh connection costs."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Calendar Bot's bench")])
        usage = {"key_cert_sign": True, "crl_sign": True, "digital_signature": True}
        signing = x509.KeyUsage(**usage, **dict.fromkeys(_UNUSED, False))
        own = (
            _begun(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(signing, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.bundle, self.server = folder / "authorities.pem", folder / "server.pem"
        self.bundle.write_bytes(Path(DEFAULT_CA_BUNDLE_PATH).read_bytes() + own.public_bytes(Encoding.PEM))
        self.server.write_bytes(_server(name, key))

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes requests, httplib2 and OpenSSL trust it."""
        return dict.fromkeys(("REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "SSL_CERT_FILE"), str(self.bundle))


_UNUSED = (
    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"),
    "decipher_only",
)


def _server(issuer: x509.Name, signer: ec.EllipticCurvePrivateKey) -> bytes:
    """A key and a certificate for loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), issuer, key)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    today = datetime.now(UTC)  # noqa: TID251 - OpenSSL holds certificates against the machine's clock
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - _DAY)
        .not_valid_after(today + _DAY)
    )
