import hashlib

from tests.sandbox.google.model import Account
from tests.sandbox.google.state import State


class Accounts:
    """Every Google account there is, and whose browser is signed in to which."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._by_email: dict[str, Account] = {}

    def add(self, account: Account) -> Account:
        with self._state.changing():
            key = account.email.casefold()
            if key in self._by_email:
                raise ValueError(f"there is a Google account {account.email} already")
            self._by_email[key] = account
        return account

    def find(self, hint: str) -> Account | None:
        """By e-mail address or by ``sub``, as login_hint may hold either."""
        with self._state.lock:
            found = self._by_email.get(hint.casefold())
            return found or next((account for account in self._by_email.values() if account.sub == hint), None)

    def of(self, email: str) -> Account:
        account = self.find(email)
        if account is None:
            raise KeyError(f"no Google account {email}")
        return account

    def everyone(self) -> list[Account]:
        with self._state.lock:
            return list(self._by_email.values())

    def signed_in(self, person: str | None) -> list[Account]:
        """The accounts of this browser; a browser that does not say whose it is has them all."""
        everyone = self.everyone()
        return everyone if person is None else [account for account in everyone if account.owner == person]


def sub_of(email: str) -> str:
    """A stable account id of 21 digits, as Google's are."""
    number = int.from_bytes(hashlib.sha256(email.casefold().encode()).digest()[:12])
    return str(10**20 + number % (9 * 10**19))
