"""Service accounts of the project, and the bearer tokens they sign for themselves."""

import json
from dataclasses import dataclass
from datetime import datetime

from tests.sandbox.google import jws
from tests.sandbox.google.model import Client, Json

AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
_LONGEST = 3600
_SKEW = 300


@dataclass(frozen=True)
class ServiceAccount:
    email: str
    key: jws.Key
    admin: bool
    """Whether it has the role roles/riscconfigs.admin."""
    foreign: bool
    """Of another project, one without an OAuth client."""


class ServiceAccounts:
    """All there are, by e-mail."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._accounts: dict[str, ServiceAccount] = {}

    def add(self, name: str, *, admin: bool, foreign: bool, token_uri: str) -> str:
        """Make one with a key; returns the JSON file that the console would let one download."""
        project = "another-project" if foreign else f"sandbox-{self._client.project_number}"
        email = f"{name}@{project}.iam.gserviceaccount.com"
        key = jws.key(f"service account {email}")
        self._accounts[email] = ServiceAccount(email, key, admin, foreign)
        content: Json = {
            "type": "service_account",
            "project_id": project,
            "private_key_id": key.kid,
            "private_key": key.private_pem,
            "client_email": email,
            "client_id": "117226417894152047395",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": f"https://www.googleapis.com/robot/v1/metadata/x509/{email.replace('@', '%40')}",
            "universe_domain": "googleapis.com",
        }
        return json.dumps(content, indent=2)

    def signer(self, token: str, now: datetime) -> ServiceAccount | None:
        """Who made this bearer token for the RISC API; None unless all of it is as it has to be."""
        found = jws.parts(token)
        if found is None:
            return None
        header, claims = found
        account = self._accounts.get(str(claims.get("iss")))
        if account is None or (header.get("alg"), header.get("kid")) != ("RS256", account.key.kid):
            return None
        if (claims.get("sub"), claims.get("aud")) != (account.email, AUDIENCE) or not _timely(claims, now.timestamp()):
            return None
        return account if jws.signed_by(token, account.key) else None


def _timely(claims: Json, now: float) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        return False
    return issued <= now + _SKEW and now < expires and 0 < expires - issued <= _LONGEST
