"""Consent, exchange, refresh and revocation, through the real libraries against the stand-in."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.faults import Blame, GoogleFault
from bot.domain.permissions import PERMISSIONS, SCOPES, missing
from tests.google.rig import ANA, NONCE, REDIRECT, VERIFIER, Rig
from tests.sandbox.faults import Fault
from tests.sandbox.google.visitor import Visitor


def test_the_url_asks_for_offline_access_with_pkce_and_nothing_more(google: Rig) -> None:
    url = google.url(login_hint=ANA, hosted_domain="acme.example")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    assert url.partition("?")[0] == f"{google.base_url}/o/oauth2/v2/auth"
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": [google.standin.client_id],
        "redirect_uri": [REDIRECT],
        "scope": [" ".join(SCOPES)],
        "state": ["state-1"],
        "nonce": [NONCE],
        "prompt": ["consent"],
        "access_type": ["offline"],
        "code_challenge": [challenge],
        "code_challenge_method": ["S256"],
        "login_hint": [ANA],
        "hd": ["acme.example"],
    }
    assert VERIFIER not in url


def test_a_hint_and_a_domain_are_left_out_when_nobody_knows_them(google: Rig) -> None:
    assert parse_qs(urlsplit(google.url()).query).keys().isdisjoint({"login_hint", "hd"})


def test_a_consent_tells_who_it_was_and_what_was_granted(google: Rig) -> None:
    before = google.clock.now()
    consented = google.connects(ANA)
    assert (consented.email, consented.email_verified, consented.hosted_domain) == (ANA, True, "acme.example")
    assert consented.sub == google.standin.accounts()[0].sub
    assert consented.access.scopes == frozenset(SCOPES)
    assert consented.refresh_token == google.standin.grants(ANA)[0].refresh_token
    assert consented.refresh_expires_at is None
    assert timedelta(minutes=55) < consented.access.expires_at - before < timedelta(minutes=65)


def test_unticked_boxes_are_found_in_what_was_granted(google: Rig) -> None:
    freebusy = next(permission for permission in PERMISSIONS if "freebusy" in permission.scope)
    code = google.code(ANA, scopes=[scope for scope in SCOPES if scope != freebusy.scope])
    consented = google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    assert missing(consented.access.scopes) == (freebusy,)


def test_time_based_access_says_when_it_ends(google: Rig) -> None:
    google.standin.set_refresh_lifetime(timedelta(days=7))
    ends = google.connects(ANA).refresh_expires_at
    assert ends is not None
    assert timedelta(days=6, hours=23) < ends - google.clock.now() <= timedelta(days=7)


def test_an_answer_without_a_refresh_token_is_no_fault(google: Rig) -> None:
    google.connects(ANA)
    url = google.url(login_hint=ANA).replace("prompt=consent", "prompt=select_account")
    assert "prompt=select_account" in url
    back = Visitor().consents(url, ANA)
    assert back is not None
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE).refresh_token is None


def test_a_private_account_has_no_domain_and_an_unverified_address_says_so(google: Rig) -> None:
    google.standin.add_account("ana.lima@gmail.example", name="Ana Lima", verified=False)
    consented = google.connects("ana.lima@gmail.example")
    assert (consented.email_verified, consented.hosted_domain) == (False, None)


def test_a_refresh_gives_a_working_token_with_the_grants_scopes(google: Rig) -> None:
    consented = google.connects(ANA)
    google.standin.expire_access_tokens()
    assert consented.refresh_token is not None
    fresh = google.consent.refresh(consented.refresh_token)
    assert fresh.value != consented.access.value
    assert fresh.scopes == frozenset(SCOPES)
    assert google.calendars.entries(fresh) == []


def test_expiry_goes_by_the_given_clock(google: Rig) -> None:
    consented = google.connects(ANA)
    google.clock.advance(timedelta(hours=6))
    assert consented.refresh_token is not None
    assert google.consent.refresh(consented.refresh_token).expires_at > google.clock.now() + timedelta(minutes=55)


def test_a_new_secret_takes_over_while_the_old_one_still_stands(google: Rig) -> None:
    rotating = google.consent_of(["not-yet-known", *google.standin.client_secrets])
    code = google.code(ANA)
    consented = rotating.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    assert consented.refresh_token is not None
    assert rotating.refresh(consented.refresh_token).value
    rotating.close()


def test_when_no_secret_is_known_it_is_the_operators_turn(google: Rig) -> None:
    lost = google.consent_of(["not-known", "nor-this"])
    with pytest.raises(GoogleFault) as refused:
        lost.refresh("1//0canary")
    assert (refused.value.verdict.blame, refused.value.verdict.code) == (Blame.OPERATOR, "invalid_client")
    lost.close()


def test_another_refusal_is_not_tried_with_the_next_secret(google: Rig) -> None:
    twice = google.consent_of(google.standin.client_secrets * 2)
    with pytest.raises(GoogleFault):
        twice.refresh("1//0canary")
    assert [call.path for call in google.standin.journal] == ["/token"]
    twice.close()


def test_revoking_ends_the_whole_grant_and_a_dead_one_is_no_fault(google: Rig) -> None:
    consented = google.connects(ANA)
    assert consented.refresh_token is not None
    google.consent.revoke(consented.refresh_token)
    assert google.standin.grants(ANA) == []
    google.consent.revoke(consented.refresh_token)


def test_a_revocation_that_nobody_answered_is_a_fault(google: Rig) -> None:
    consented = google.connects(ANA)
    assert consented.refresh_token is not None
    google.script.add(Fault("POST /revoke", status=200, body="<html>Sign in to the guest network</html>"))
    with pytest.raises(GoogleFault) as refused:
        google.consent.revoke(consented.refresh_token)
    assert refused.value.verdict.code == "garbage"
    assert google.standin.grants(ANA)


def test_a_code_works_once_and_only_with_its_verifier(google: Rig) -> None:
    code = google.code(ANA)
    with pytest.raises(GoogleFault) as wrong:
        google.consent.exchange(code=code, verifier=VERIFIER[::-1], nonce=NONCE)
    assert wrong.value.verdict.code == "code_rejected"
    code = google.code(ANA)
    google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    with pytest.raises(GoogleFault) as again:
        google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    assert again.value.verdict.code == "code_rejected"


@pytest.mark.parametrize("code", ["", "\x00", "4/0A é", "x" * 100_000, "a b"])
def test_a_code_google_cannot_have_issued_is_never_sent(google: Rig, code: str) -> None:
    with pytest.raises(GoogleFault) as refused:
        google.consent.exchange(code=code, verifier=VERIFIER, nonce=NONCE)
    assert refused.value.verdict.code == "code_rejected"
    assert google.standin.journal == []
