"""From values to pages: Jinja2 with autoescaping, one stylesheet, no script."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.domain.journey import CONNECTED, PENDING, Result, TicketPage
from bot.domain.permissions import REQUESTS
from bot.domain.reasons import reason
from handlers.headers import REFERRER

STYLESHEET = "/static/connect.css"
_TEMPLATES = Path(__file__).parent / "pages"
_ANOTHER_ACCOUNT = "Choose another account"


@dataclass(frozen=True)
class Words:
    """A page that says one thing: what is so, and what to do."""

    title: str
    sentence: str
    what_to_do: str = ""


@dataclass(frozen=True)
class Button:
    """A form with nothing in it but where it posts to."""

    action: str
    label: str


ERRORS: Mapping[int, Words] = {
    400: Words(
        "We cannot continue this sign-in",
        "It was not started in this browser, or it has ended already. Nothing was changed.",
        "Open your link from Slack again.",
    ),
    403: Words(
        "That did not come from our page",
        "To keep you safe, we only act on buttons that you press on our own pages. Nothing was changed.",
        "Open your link from Slack again, and press the button there.",
    ),
    404: Words(
        "There is nothing here",
        "The address may have been cut off on its way.",
        "Open your link from Slack again.",
    ),
    413: Words("That was too much", "The request was larger than anything we take in. Nothing was changed."),
    429: Words(
        "That was very often",
        "This link was started very often in the last minutes.",
        "Please wait ten minutes, then open it again.",
    ),
    500: Words(
        "Something went wrong on our side",
        "It was not you. The people who run the bot can see it.",
        "Please try again in a minute.",
    ),
    503: Words(
        "One moment, please",
        "We could not do that just now, because we are busy or somebody we ask does not answer.",
        "Please open your link from Slack again in a minute.",
    ),
}
_REFUSED = Words("We cannot do that", "The request was not one that we understand. Nothing was changed.")
_BACK_TO_SLACK = Words(
    "Please go back to Slack",
    "This browser has no sign-in with us at the moment.",
    "Your link and your connection are in Slack: type /calendar there.",
)
_DISCONNECTED = Words(
    "Disconnected",
    "That Google account is no longer connected here, and our access to it is gone.",
    "Type /calendar connect in Slack when you want to connect your own.",
)
_INSTALLED = Words(
    "Calendar Bot is in your workspace",
    "Everybody there can connect their calendar now.",
    "Go back to Slack and type /calendar connect.",
)
_NOT_INSTALLED = Words(
    "Nothing was installed",
    "Slack tells us that the installation was not finished.",
    "Open the same address again when somebody who may add apps to the workspace is there.",
)
_PENDING = Words("Still working on it", "Google's answer is here, and we are looking at it.")
_AGAIN: Mapping[str, str] = {
    "permission_missing": "Choose permissions again",
    **dict.fromkeys(
        ("account_taken", "org_internal", "other_account", "other_domain", "unverified_email"), _ANOTHER_ACCOUNT
    ),
}


class Pages:
    """Every page that we can show. What a stranger sent never appears on one."""

    def __init__(self) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._jinja.globals["stylesheet"] = STYLESHEET
        for name in self._jinja.list_templates(extensions=["html"]):
            self._jinja.get_template(name)  # compiled now, so that no visitor waits for it
        self._css = (_TEMPLATES / "connect.css").read_text(encoding="utf-8")

    async def stylesheet(self, _request: Request) -> Response:
        """The one stylesheet."""
        return Response(self._css, media_type="text/css")

    def personal(self, ticket: str, page: TicketPage) -> Response:
        """Whom the link is for, what will be asked for and why, and the button."""
        response = self._page("personal.html", ticket=ticket, page=page, requests=REQUESTS)
        # From a no-referrer page Chromium posts `Origin: null`, and the start could not be told from a stranger's.
        response.headers[REFERRER] = "same-origin"
        return response

    def result(self, result: Result) -> Response:
        """How a flow ended."""
        if result.outcome == CONNECTED:
            return self._page("connected.html", result=result)
        if result.outcome == PENDING:
            return self._page("notice.html", words=_PENDING, link="Look again")
        return self._page("refused.html", result=result, reason=reason(result.outcome), buttons=buttons(result))

    def back_to_slack(self) -> Response:
        """For a browser that we know nothing of."""
        return self._page("notice.html", words=_BACK_TO_SLACK)

    def disconnected(self) -> Response:
        """After "Not you?"."""
        return self._page("notice.html", words=_DISCONNECTED)

    def installed(self) -> Response:
        """After an installation into a workspace."""
        return self._page("notice.html", words=_INSTALLED)

    def not_installed(self) -> Response:
        """After somebody said no to Slack."""
        return self._page("notice.html", words=_NOT_INSTALLED)

    def because(self, key: str, status: int) -> Response:
        """The fixed page of one reason. For a dead link nobody learns whether it was replaced, used or never made."""
        why = reason(key)
        return self._page("notice.html", status, words=Words(why.title, why.sentence, why.what_to_do))

    def error(self, status: int) -> Response:
        """The fixed page of an HTTP error, whatever the request held."""
        fallback = ERRORS[500] if status >= 500 else _REFUSED  # noqa: PLR2004 - where server errors begin
        response = self._page("notice.html", status, words=ERRORS.get(status, fallback))
        if status == 503:  # noqa: PLR2004 - an HTTP status is its own name
            response.headers["Retry-After"] = "30"
        if status == 429:  # noqa: PLR2004 - as above
            response.headers["Retry-After"] = "600"
        return response

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._jinja.get_template(template).render({"link": "", **values}), status)


def buttons(result: Result) -> tuple[Button, ...]:
    """What can be done about a refusal, the likelier one first."""
    again = Button("/connected/again", _AGAIN.get(result.outcome, "Try again"))
    prove = Button("/connected/prove", "Confirm with Slack that it is mine")
    return (*((again,) if result.can_retry else ()), *((prove,) if result.can_prove else ()))
