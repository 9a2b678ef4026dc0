"""What is done at Google beside calendars: people's permissions, administrators' policies, the operator's console."""

import secrets
from datetime import timedelta
from typing import Any

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.controls import Controls
from tests.sandbox.google.model import AccountState, Client, ClientState, Grant, Policy, ProjectState
from tests.sandbox.google.quota import Quota
from tests.sandbox.google.risc import Risc
from tests.sandbox.google.scopes import long
from tests.sandbox.google.service_accounts import ServiceAccounts

_EVENTS: dict[AccountState, str] = {"disabled": "account-disabled", "deleted": "account-purged"}


class Console(Controls):
    """Switches. What they do to tokens shows when the bot next asks; RISC tells it at once, if it is registered."""

    def __init__(self, clock: SandboxClock) -> None:
        super().__init__(clock)
        self.client = Client("407408718192-sandbox.apps.googleusercontent.com", ["GOCSPX-sandbox-secret"], set())
        self.quota = Quota(self._state, self.client)
        self.risc = Risc(self._state, self.client, self._accounts, self._grants)
        self._service_accounts = ServiceAccounts(self.client)
        self._retired_secrets: list[str] = []
        self.base_url = ""

    # A person's own account

    def grants(self, email: str) -> list[Grant]:
        return self._grants.of(email.casefold())

    def revoke(self, email: str) -> None:
        """The person removes the app at Google: every token is dead."""
        with self._state.changing():
            self.risc.tell("tokens-revoked", email)
            if not self._grants.revoke(email.casefold()):
                raise KeyError(f"{email} has granted nothing")

    def expire_grant(self, email: str) -> None:
        """The time for which access was given is over: the same for whoever holds the tokens, but no event."""
        if not self._grants.revoke(email.casefold()):
            raise KeyError(f"{email} has granted nothing")

    def remove_scope(self, email: str, scope: str) -> None:
        """The person takes back one permission of the app and leaves it the others."""
        self._grants.remove_scope(email.casefold(), long(scope))

    def expire_access_tokens(self) -> None:
        self._grants.expire_access_tokens()

    def set_refresh_lifetime(self, lifetime: timedelta | None, *, email: str | None = None) -> None:
        """Time-based access: consents from now on, or this account's, end after so long, and answers say when."""
        if email is None:
            self._grants.refresh_lifetime = lifetime
        else:
            self._grants.lifetimes[email.casefold()] = lifetime

    def refresh_lifetime(self, email: str) -> timedelta | None:
        return self._grants.lifetimes.get(email.casefold(), self._grants.refresh_lifetime)

    # The administrator of a Workspace

    def set_account_state(self, email: str, state: AccountState) -> None:
        """What state an account is in, until it is set to another; consent changes nothing about it."""
        with self._state.changing():
            account = self._accounts.of(email)
            if state in _EVENTS and account.state != state:
                self.risc.tell(_EVENTS[state], email)
            elif state == "ok" and account.state == "disabled":
                self.risc.tell("account-enabled", email)
            account.state = state

    def block_app(self, *, domain: str | None = None, email: str | None = None) -> None:
        """The administrator of a domain lets nobody, or not this account, use the app: no consent, no refresh."""
        self._set_blocked(domain, email, blocked=True)

    def unblock_app(self, *, domain: str | None = None, email: str | None = None) -> None:
        self._set_blocked(domain, email, blocked=False)

    def _set_blocked(self, domain: str | None, email: str | None, *, blocked: bool) -> None:
        if (domain is None) == (email is None):
            raise ValueError("either a domain or an account")
        with self._state.changing():
            if email is not None:
                self._accounts.of(email).blocked = blocked
            elif domain is not None and blocked:
                self.client.blocked_domains.add(domain)
            elif domain is not None:
                self.client.blocked_domains.discard(domain)

    def end_session(self, email: str) -> None:
        """Session control asks for a fresh sign-in: refreshing answers invalid_rapt until the person consents anew."""
        self._grants.end_session(email.casefold())

    def session_ended(self, email: str) -> bool:
        return self._grants.session_ended(email.casefold())

    def set_session_length(self, domain: str, length: timedelta | None) -> None:
        """How long after consent the people of this domain have to sign in again; None is for ever."""
        with self._state.changing():
            self.client.session_lengths.pop(domain, None)
            if length is not None:
                self.client.session_lengths[domain] = length

    # The client and the project, as the operator set them up

    @property
    def client_id(self) -> str:
        return self.client.client_id

    @property
    def client_secrets(self) -> list[str]:
        """Those that work, the newest first."""
        return self.client.secrets

    @client_secrets.setter
    def client_secrets(self, values: list[str]) -> None:
        self.client.secrets = values

    @property
    def redirect_uris(self) -> set[str]:
        return self.client.redirect_uris

    @redirect_uris.setter
    def redirect_uris(self, addresses: set[str]) -> None:
        self.client.redirect_uris = addresses

    def rotate_client_secret(self, *, keep_old: bool = False) -> str:
        """Make a new secret and return it. The old ones answer invalid_client, unless both are to work for a while."""
        with self._state.changing():
            if not keep_old:
                self._retired_secrets = [*self.client.secrets, *self._retired_secrets]
            made = f"GOCSPX-{secrets.token_urlsafe(21)}"
            self.client.secrets = [made, *(self.client.secrets if keep_old else ())]
            return made

    def restore_client_secret(self) -> None:
        """Let every secret there ever was work again."""
        with self._state.changing():
            self.client.secrets = [*self.client.secrets, *self._retired_secrets]
            self._retired_secrets = []

    @property
    def secret_rotated(self) -> bool:
        """Whether there is a secret that worked once and does not now."""
        return bool(self._retired_secrets)

    def set_client_state(self, state: ClientState) -> None:
        with self._state.changing():
            self.client.state = state

    def set_project_state(self, state: ProjectState) -> None:
        with self._state.changing():
            self.client.project_state = state

    def set_policy(self, policy: Policy | None, *, email: str | None = None, domain: str | None = None) -> None:
        """Keep everybody, or one account, out at the consent screen; ``domain`` is the one org_internal lets in."""
        with self._state.changing():
            if email is None:
                self.client.policy = policy
            else:
                self._accounts.of(email).policy = policy
            self.client.internal_to = domain or self.client.internal_to

    def service_account(self, name: str = "risc-admin", *, admin: bool = True, foreign: bool = False) -> str:
        """The JSON key file of a new service account; without ``admin`` it lacks the role for Cross-Account Protection.

        A ``foreign`` one belongs to a project that has no OAuth client.
        """
        return self._service_accounts.add(name, admin=admin, foreign=foreign, token_uri=f"{self.base_url}/token")

    def send_risc(self, event_type: str, *, email: str | None = None, url: str | None = None, **claims: Any) -> int:
        """Send a security event to the registered receiver, or to ``url``; the status it was answered with.

        Keywords as of ``Risc.claims``; what it does not know goes into the event. Raises NotSent.
        """
        return self.risc.send(event_type, email=email, url=url, **claims)
