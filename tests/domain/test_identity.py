"""The same-person check, over every combination there is."""

from itertools import product

import pytest

from bot.domain.identity import AccountMatch, GoogleSide, Ruling, SlackSide, judge, proof_comes_first

ANA = "ana@acme.example"
ADDRESSES = (None, "", ANA, " Ana@ACME.example ", "eve@acme.example")
SLACK_SIDES = [
    SlackSide(email, email_confirmed=confirmed, is_guest=guest)
    for email in ADDRESSES
    for confirmed in (True, False)
    for guest in (True, False)
]
GOOGLE_SIDES = [
    GoogleSide(email, verified, domain)
    for email, verified, domain in product(
        (ANA, "ANA@acme.EXAMPLE"), (True, False), (None, "acme.example", "other.example")
    )
]
DOMAINS: tuple[tuple[str, ...], ...] = ((), ("ACME.example",), ("third.example", "other.example"))
EVERYTHING = list(product(AccountMatch, SLACK_SIDES, GOOGLE_SIDES, (True, False), DOMAINS))


def vouched(slack: SlackSide) -> bool:
    """Whether Slack itself stands for this address."""
    return bool(slack.email) and slack.email_confirmed and not slack.is_guest


@pytest.mark.parametrize("rule", AccountMatch)
def test_every_combination_is_ruled_as_the_contract_says(rule: AccountMatch) -> None:
    seen = set()
    for each, slack, google, proven, domains in EVERYTHING:
        if each is not rule:
            continue
        ruling = judge(rule, slack, google, proven=proven, domains=domains)
        seen.add(ruling)
        in_domain = not domains or (google.hosted_domain or "") in {domain.lower() for domain in domains}
        same_address = vouched(slack) and (slack.email or "").strip().lower() == google.email.lower()
        case = (slack, google, proven, domains)
        if not google.email_verified:
            assert ruling is Ruling.UNVERIFIED, case
        elif not in_domain:
            assert ruling is Ruling.OTHER_DOMAIN, case
        elif proven or (rule is AccountMatch.EMAIL and same_address):
            assert ruling is Ruling.SAME_PERSON, case
        else:
            assert ruling is Ruling.PROOF_NEEDED, case
    assert seen == set(Ruling)


def test_without_proof_only_a_vouched_address_under_the_email_rule_is_believed() -> None:
    believed = [
        (rule, slack, google)
        for rule, slack, google, proven, domains in EVERYTHING
        if not proven and judge(rule, slack, google, proven=False, domains=domains) is Ruling.SAME_PERSON
    ]
    assert believed
    for rule, slack, google in believed:
        assert rule is AccountMatch.EMAIL
        assert vouched(slack)
        assert (slack.email or "").strip().casefold() == google.email.casefold()


@pytest.mark.parametrize("rule", AccountMatch)
@pytest.mark.parametrize("slack", SLACK_SIDES, ids=str)
def test_the_proof_comes_first_exactly_where_nothing_else_could_settle_it(rule: AccountMatch, slack: SlackSide) -> None:
    address = (slack.email or "nobody@acme.example").strip()
    could_settle = judge(rule, slack, GoogleSide(address, True, "acme.example"), proven=False, domains=())
    assert proof_comes_first(rule, slack) == (could_settle is not Ruling.SAME_PERSON)


def test_an_address_of_google_without_any_is_nobodys() -> None:
    nobody = SlackSide(None, True, False)
    assert (
        judge(AccountMatch.EMAIL, nobody, GoogleSide("", True, None), proven=False, domains=()) is Ruling.PROOF_NEEDED
    )
