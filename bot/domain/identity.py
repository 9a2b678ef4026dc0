"""Is the Google account the Slack person's own? Against cross-user OAuth session fixation."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class AccountMatch(StrEnum):
    """The operator's rule, `ACCOUNT_MATCH`."""

    EMAIL = "email"
    DOMAIN = "domain"
    STRICT = "strict"


class Ruling(StrEnum):
    """What the same-person check says."""

    SAME_PERSON = "same_person"
    PROOF_NEEDED = "proof_needed"
    OTHER_DOMAIN = "other_domain"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class SlackSide:
    """What Slack vouches for. Only an explicit ``is_email_confirmed: false`` counts as unconfirmed."""

    email: str | None
    email_confirmed: bool
    is_guest: bool


@dataclass(frozen=True)
class GoogleSide:
    """What Google vouches for; ``hosted_domain`` is the `hd` claim, None for private accounts."""

    email: str
    email_verified: bool
    hosted_domain: str | None


def proof_comes_first(rule: AccountMatch, slack: SlackSide) -> bool:
    """Whether Sign in with Slack must come before Google, because no e-mail could settle it afterwards."""
    return rule is not AccountMatch.EMAIL or not _email_speaks(slack)


def judge(
    rule: AccountMatch, slack: SlackSide, google: GoogleSide, *, proven: bool, domains: Collection[str]
) -> Ruling:
    """The ruling on one consent. ``proven`` means Sign in with Slack happened in this very browser first."""
    if not google.email_verified:
        return Ruling.UNVERIFIED
    if domains and not any(_same(google.hosted_domain, domain) for domain in domains):
        return Ruling.OTHER_DOMAIN
    if proven:
        return Ruling.SAME_PERSON
    if rule is AccountMatch.EMAIL and _email_speaks(slack) and _same(slack.email, google.email):
        return Ruling.SAME_PERSON
    return Ruling.PROOF_NEEDED


def _email_speaks(slack: SlackSide) -> bool:
    return bool(slack.email) and slack.email_confirmed and not slack.is_guest


def _same(left: str | None, right: str) -> bool:
    """Alike but for the case of ASCII letters: Unicode folds the Kelvin sign to k and ß to ss: two people as one."""
    return (left or "").strip().encode().lower() == right.strip().encode().lower()
