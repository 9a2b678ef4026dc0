"""What an operator is told about a failure of ours: what is wrong, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Incident:
    """Both sentences end as sentences do."""

    what: str
    mend: str


_CLIENT = (
    "Check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET against the Google Cloud console; "
    "a new secret may stand before the old one, comma-separated."
)

_INCIDENTS = {
    "invalid_client": Incident("Google rejects our client id or secret.", _CLIENT),
    "unauthorized_client": Incident("Google says that our client may not do this.", _CLIENT),
    "deleted_client": Incident(
        "Our Google client was deleted.", "Restore it in the Google Cloud console within 30 days, or make a new one."
    ),
    "disabled_client": Incident("Our Google client is disabled.", "Enable it in the Google Cloud console."),
    "redirect_uri_mismatch": Incident(
        "Google does not know our redirect address.",
        "Add PUBLIC_URL followed by /oauth/google/callback to the client's authorised redirect URIs.",
    ),
    "invalid_request": Incident("Google calls our consent request invalid.", _CLIENT),
    "invalid_scope": Incident(
        "Google does not accept the permissions we ask for.",
        "Add the Calendar scopes to the OAuth consent screen, and enable the Google Calendar API.",
    ),
    "api_disabled": Incident(
        "The Google Calendar API is switched off for our project.", "Enable it in the Google Cloud console."
    ),
    "admin_policy_enforced": Incident(
        "The Google Workspace admin does not allow this app.",
        "In the Google Admin console under Security, API controls, trust our client id for the Calendar scopes.",
    ),
    "session_expired": Incident(
        "Google's session control ends our access again and again.",
        "In the Google Admin console exempt this app from the session length policy, by trusting it.",
    ),
    "calendar_service_off": Incident(
        "Google Calendar is switched off for somebody who tried to connect.",
        "Switch the Calendar service on for them in the Google Admin console.",
    ),
    "quota_exceeded": Incident(
        "Google's Calendar quota is used up.", "Look at the quota page of the project in the Google Cloud console."
    ),
    "certificate": Incident(
        "Something between us and Google presents a certificate that we do not trust.",
        "Look at the proxy on the way out; a company's own authority goes into SSL_CERT_FILE and REQUESTS_CA_BUNDLE.",
    ),
    "garbage": Incident(
        "Something answers in Google's place, with what is no answer of Google's.",
        "Look at the proxy or the captive portal on the way out.",
    ),
    "crypto_key": Incident(
        "A stored grant cannot be decrypted with the keys we were given.",
        "Put the earlier key back into ENCRYPTION_KEYS, after the new one.",
    ),
}


def incident(code: str) -> Incident:
    """The incident for a verdict's code; one nobody foresaw says so."""
    return _INCIDENTS.get(
        code, Incident(f"Google answers in a way we did not foresee ({code}).", "Look at the log around this time.")
    )
