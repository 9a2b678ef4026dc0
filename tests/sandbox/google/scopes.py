from tests.sandbox.google.discovery import document

_AUTH = "https://www.googleapis.com/auth/"
LONG = {"email": f"{_AUTH}userinfo.email", "profile": f"{_AUTH}userinfo.profile"}
"""Sign-in scopes have two spellings; whatever was asked for, Google answers with the long one."""

EMAIL, PROFILE, OPENID = LONG["email"], LONG["profile"], "openid"
SIGN_IN = frozenset({OPENID, EMAIL, PROFILE})


def long(scope: str) -> str:
    return LONG.get(scope, scope)


def sentence(scope: str) -> str:
    """What the consent screen says about a scope."""
    known = {
        OPENID: "Associate you with your personal info on Google",
        EMAIL: "See your primary Google Account email address",
        PROFILE: "See your personal info, including any personal info you've made publicly available",
    }
    return known.get(scope) or str(document()["auth"]["oauth2"]["scopes"][scope]["description"])


def known(scope: str) -> bool:
    return long(scope) in SIGN_IN or scope in document()["auth"]["oauth2"]["scopes"]
