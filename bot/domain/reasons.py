"""Why a consent ended without a connection, in words for Slack and for the web pages.

The sentences claim only what we can prove: Google rarely says who did what.
"""

from dataclasses import dataclass

from bot.domain.faults import Blame


@dataclass(frozen=True)
class Reason:
    """A heading, what happened, what to do now, and whose turn it is. Plain text without any markup."""

    title: str
    sentence: str
    what_to_do: str
    blame: Blame

    @property
    def can_try_again(self) -> bool:
        """Whether another try by the same person can end differently."""
        return self.blame in (Blame.EMPLOYEE, Blame.TRANSIENT)


TRY_AGAIN = Reason(
    "That did not work",
    "We could not finish the connection just now. Nothing was changed.",
    "Please try again in a minute. Your link still works.",
    Blame.TRANSIENT,
)

REASONS: dict[str, Reason] = {
    "try_again": TRY_AGAIN,
    "cancelled": Reason(
        "Nothing was connected",
        "Google tells us that access was not given.",
        "If you cancelled, open your link again whenever you are ready. "
        "If Google showed you an error instead, please tell the people who run the bot.",
        Blame.EMPLOYEE,
    ),
    "code_rejected": Reason(
        "That sign-in is no longer good",
        "Google did not accept it any more. This happens when it took too long, or when a page was loaded twice.",
        "Open your link again and go straight through.",
        Blame.EMPLOYEE,
    ),
    "config_problem": Reason(
        "The bot needs mending",
        "Google does not accept the way this bot is set up. You did nothing wrong.",
        "The people who run the bot have been told. Please try again when they have mended it.",
        Blame.OPERATOR,
    ),
    "admin_policy_enforced": Reason(
        "Your Google administrator has to allow this first",
        "Google says that your organisation's rules keep this app out.",
        "There is nothing for you to do. The people who run the bot have been told.",
        Blame.WORKSPACE_ADMIN,
    ),
    "org_internal": Reason(
        "Please use your company account",
        "Google says that this app is open to the accounts of one organisation, and the account you chose "
        "is not one of them.",
        "Open your link again and choose your company Google account.",
        Blame.EMPLOYEE,
    ),
    "embedded_browser": Reason(
        "Please open the link in your browser",
        "Google does not show its sign-in inside another app.",
        "Copy the link and open it in Safari, Chrome, Firefox or Edge.",
        Blame.EMPLOYEE,
    ),
    "permission_missing": Reason(
        "A permission is missing",
        "Google tells us that not everything was allowed, so nothing was connected.",
        "Try again, and tick every box on Google's page.",
        Blame.EMPLOYEE,
    ),
    "no_refresh_token": Reason(
        "Google gave us short access only",
        "Without lasting access we could not keep your calendar connected, so nothing was connected.",
        "Open myaccount.google.com/connections, remove this app there, then open your link again.",
        Blame.EMPLOYEE,
    ),
    "other_account": Reason(
        "We expected another Google account",
        "The e-mail address of this one is not the one in your Slack profile, so nothing was connected.",
        "Open your link again and choose the Google account with the same e-mail address as in Slack. "
        "If Google does not offer it, pick “Use another account” or sign out at Google first.",
        Blame.EMPLOYEE,
    ),
    "other_domain": Reason(
        "Please use your work account",
        "Only Google accounts of your organisation may be connected here, and this one is not.",
        "Open your link again and choose your work account.",
        Blame.EMPLOYEE,
    ),
    "unverified_email": Reason(
        "Google has not verified that address",
        "The e-mail address of that account is not verified at Google, so we cannot tell that it is yours.",
        "Verify the address in your Google account, or choose another account.",
        Blame.EMPLOYEE,
    ),
    "account_taken": Reason(
        "That account is already connected",
        "Somebody else in this workspace has connected this Google account, and an account belongs to one person.",
        "Open your link again and choose your own account. If this one is yours, please tell the people who run "
        "the bot.",
        Blame.EMPLOYEE,
    ),
    "proof_failed": Reason(
        "This link belongs to somebody else in Slack",
        "We could not confirm that this browser is signed in to Slack as the person this link was sent to, "
        "so nothing was connected.",
        "Sign in to Slack as yourself and open your own link. If somebody passed this link on to you, close it.",
        Blame.EMPLOYEE,
    ),
    "proof_cancelled": Reason(
        "Nothing was connected",
        "Slack tells us that the sign-in was not finished.",
        "Open your link again and sign in with Slack when it asks.",
        Blame.EMPLOYEE,
    ),
    "proof_unavailable": Reason(
        "We cannot check that this account is yours",
        "That takes Sign in with Slack, which is not set up for this bot.",
        "Please ask the people who run the bot to set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
        Blame.OPERATOR,
    ),
    "not_an_employee": Reason(
        "This link is for members of the workspace",
        "Slack says that the person it was sent to is no longer an active member, so nothing was connected.",
        "If that is a mistake, please ask the people who run your Slack workspace.",
        Blame.WORKSPACE_ADMIN,
    ),
    "link_dead": Reason(
        "This link is no longer valid",
        "It was replaced by a newer one, it has done its work, or it is too old.",
        "Type /calendar connect in Slack for a fresh one.",
        Blame.EMPLOYEE,
    ),
}


def reason(key: str) -> Reason:
    """The words for ``key``; one we do not know is worth another try."""
    return REASONS.get(key, TRY_AGAIN)
