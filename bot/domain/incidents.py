"""What an operator is told about a failure of ours: what is wrong, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Incident:
    """Both sentences end as sentences do."""

    what: str
    mend: str


_UNTOUCHED = "Until then people's connections stay as they are, and nobody is written to."

_CLIENT = (
    "Check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET against the Google Cloud console; "
    f"a new secret may stand before the old one, comma-separated. {_UNTOUCHED}"
)

_GOOGLE = {
    "invalid_client": Incident("Google rejects our client id or secret.", _CLIENT),
    "unauthorized_client": Incident("Google says that our client may not do this.", _CLIENT),
    "deleted_client": Incident(
        "Our Google client was deleted.",
        f"Restore it in the Google Cloud console within 30 days, or make a new one. {_UNTOUCHED}",
    ),
    "disabled_client": Incident(
        "Our Google client is disabled.", f"Enable it in the Google Cloud console. {_UNTOUCHED}"
    ),
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
        "The Google Calendar API is switched off for our project.",
        "Enable it in the Google Cloud console, under APIs and services; if it is on there, look at the project's "
        f"billing. {_UNTOUCHED}",
    ),
    "quota_exceeded": Incident(
        "Google's Calendar quota is used up.",
        "Look at the quota page of the project in the Google Cloud console. No connection is lost by it.",
    ),
}

_ORGANISATION = {
    "admin_policy_enforced": Incident(
        "The Google Workspace admin does not allow this app.",
        "In the Google Admin console under Security, API controls, trust our client id for the Calendar scopes.",
    ),
    "session_expired": Incident(
        "Google's session control ends our access again and again.",
        "In the Google Admin console exempt this app from the session length policy, by trusting it.",
    ),
    "calendar_service_off": Incident(
        "Google Calendar is switched off for somebody.",
        "Switch the Calendar service on for them in the Google Admin console.",
    ),
    "consent_screen": Incident(
        "Several people were refused at Google's consent page, and nobody got through.",
        "See whether the OAuth app is still in Testing, where only listed test users may pass: publish it, or make it "
        "Internal. See also whether the Google Admin console blocks it under Security, API controls. Nobody who is "
        "connected is touched.",
    ),
    "testing_mode": Incident(
        "Connections end seven days after they were made, as they do while the OAuth app is in Testing.",
        "In the Google Cloud console, on the OAuth app's Audience page, publish the app or make it Internal. Nobody is "
        "written to about this meanwhile; whoever lost the connection has to connect again after that.",
    ),
    "mass": Incident(
        "Many connections failed within 15 minutes, which looks like a fault of ours or of Google's.",
        "Messages to people are frozen, and the first five connections are tried again after 30 minutes: if they work "
        "then, nothing is left to do. Otherwise look at the other incidents, at the log and at Google's status page. "
        "When you are sure that these people really have to reconnect, let them be told.",
    ),
}

_AROUND_US = {
    "egress": Incident(
        "Nobody has had an answer from Google for five minutes.",
        "Look at the network, the name server and the proxy on the way out to oauth2.googleapis.com and "
        f"www.googleapis.com, and at Google's status page. {_UNTOUCHED}",
    ),
    "certificate": Incident(
        "Something between us and Google presents a certificate that we do not trust.",
        "Look at the proxy on the way out; a company's own authority goes into SSL_CERT_FILE and REQUESTS_CA_BUNDLE. "
        f"{_UNTOUCHED}",
    ),
    "garbage": Incident(
        "Something answers in Google's place, with what is no answer of Google's.",
        f"Look at the proxy or the captive portal on the way out. {_UNTOUCHED}",
    ),
    "crypto_key": Incident(
        "Stored grants cannot be decrypted with the keys we were given: none of them.",
        f"Put the earlier key back into ENCRYPTION_KEYS, after the new one, and start again. {_UNTOUCHED}",
    ),
    "crypto_row": Incident(
        "A stored grant cannot be decrypted, though others can.",
        "If a key was taken out of ENCRYPTION_KEYS, put it back after the new one. If not, that row was damaged: its "
        "owner can connect again with /calendar connect.",
    ),
    "webhook_off": Incident(
        "A webhook has been switched off: its address says that it is gone (410), or nothing has arrived there for "
        "three days.",
        "See with `calendar-bot webhooks list` which one it is; remove it, and add it anew once it answers.",
    ),
    "clock_skew": Incident(
        "Slack's requests are signed well and look too old or too new, so our clock is wrong, and we refuse them.",
        "Set this machine's clock, and let NTP keep it. Until then no command and no click gets through.",
    ),
}

_REINSTALL = (
    "Install the app again: open PUBLIC_URL followed by /slack/install, or put the new Bot User OAuth Token into "
    "SLACK_BOT_TOKEN. Until then nobody there can be written to, and people's connections stay as they are."
)
_REFUSED_TOKEN = Incident("Slack no longer takes our token for this workspace.", _REINSTALL)
_MISSING_SCOPE = Incident(
    "Slack says that our token lacks a permission.",
    "Compare the app's scopes with manifest.yml (calendar-bot manifest prints it), then install the app again.",
)
_FORBIDDEN = Incident(
    "A setting of this Slack workspace forbids what the bot does.",
    "Ask the workspace's owners to allow the app, under Manage apps and in the permissions for posting.",
)
_SLACK_CLIENT = Incident(
    "Slack rejects our client id, client secret or redirect address.",
    "Check SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and PUBLIC_URL against the app's pages at api.slack.com.",
)
_MIGRATING = Incident(
    "This Slack workspace is moving into an organisation.",
    "Wait until the move is over; if it lasts, have the organisation's admins approve the app and install it again.",
)

_SLACK = {
    **dict.fromkeys(
        ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "team_access_not_granted"),
        _REFUSED_TOKEN,
    ),
    **dict.fromkeys(("missing_scope", "no_permission", "not_allowed_token_type"), _MISSING_SCOPE),
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "app_access_restricted",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "restricted_action",
        ),
        _FORBIDDEN,
    ),
    **dict.fromkeys(("bad_client_secret", "bad_redirect_uri", "invalid_client_id"), _SLACK_CLIENT),
    **dict.fromkeys(("external_channel_migrating", "org_login_required", "team_added_to_org"), _MIGRATING),
    "messages_tab_disabled": Incident(
        "People cannot be written to: the bot's Messages tab is off in Slack.",
        "At api.slack.com open the app's App Home page and switch the Messages Tab on.",
    ),
    "not_enabled": Incident(
        "The bot's Home tab is off in Slack.",
        "At api.slack.com open the app's App Home page and switch the Home Tab on.",
    ),
    "app_missing_action_url": Incident(
        "Buttons do not work: the app has no address for them in Slack.",
        "At api.slack.com open the app's Interactivity page and enter PUBLIC_URL followed by /slack/events.",
    ),
}

_INCIDENTS = {**_GOOGLE, **_ORGANISATION, **_AROUND_US, **_SLACK}
_RESTRICTED = "restricted_action"
"""Slack adds what is restricted, as in restricted_action_read_only_channel."""


def incident(code: str) -> Incident:
    """The incident for a verdict's code, or Slack's name for an error; one nobody foresaw says so."""
    if code.startswith(_RESTRICTED):
        return _FORBIDDEN
    return _INCIDENTS.get(
        code, Incident(f"Google answers in a way we did not foresee ({code}).", "Look at the log around this time.")
    )
