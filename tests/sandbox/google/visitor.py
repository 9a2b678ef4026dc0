"""A person in a browser without a screen: reads Google's forms and presses their buttons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


@dataclass
class Form:
    """A form as it stands on the page."""

    action: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given["action"]))
        elif tag == "button":
            self.found[-1].buttons.append((given["name"], given["value"]))
        elif tag == "input" and given["type"] == "checkbox":
            self.found[-1].boxes.append(given["value"])
            self.found[-1].ticked.extend([given["value"]] if "checked" in given else [])
        elif tag == "input":
            self.found[-1].fields.append((given["name"], given["value"]))


class Visitor:
    """``person`` is whose browser it is; without one it is signed in to every account."""

    def __init__(self, person: str | None = None) -> None:
        self._cookies = {} if person is None else {"sandbox_person": person}
        self.page: requests.Response | None = None
        """The last page that was shown."""

    def consents(
        self, url: str, email: str | None = None, *, scopes: Iterable[str] | None = None, decision: str = "allow"
    ) -> str | None:
        """Walk from the authorization address to the address Google sends the browser back to.

        ``scopes`` are the boxes to tick, all of them by default. None comes back where Google shows an error page.
        """
        back = self.opens(url)
        while back is None and (form := self.form()) is not None:
            if form.action.endswith("accountchooser"):
                back = self._chooses(form, email)
            else:
                ticks = form.boxes if scopes is None else [scope for scope in form.boxes if scope in set(scopes)]
                back = self.submits(form, [("scope", scope) for scope in ticks], ("decision", decision))
        return back

    def _chooses(self, form: Form, email: str | None) -> str | None:
        if ("account", email or "") in form.buttons:
            return self.submits(form, [], ("account", email or ""))
        if ("another", "1") not in form.buttons:
            raise LookupError(f"the account chooser does not offer {email}")
        return self.submits(form, [], ("another", "1"))

    def opens(self, url: str) -> str | None:
        return self._follow(self._asks("GET", url))

    def submits(self, form: Form, more: list[tuple[str, str]], button: tuple[str, str]) -> str | None:
        if button not in form.buttons:
            raise LookupError(f"there is no button {button}")
        target = urljoin(self._shown().url, form.action)
        return self._follow(self._asks("POST", target, [*form.fields, *more, button]))

    def _asks(self, method: str, url: str, sent: list[tuple[str, str]] | None = None) -> requests.Response:
        return requests.request(method, url, data=sent, cookies=self._cookies, allow_redirects=False, timeout=10)

    def form(self) -> Form | None:
        forms = _Forms()
        forms.feed(self._shown().text)
        return forms.found[0] if forms.found else None

    def _shown(self) -> requests.Response:
        if self.page is None:
            raise LookupError("no page was opened yet")
        return self.page

    def _follow(self, answer: requests.Response) -> str | None:
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["location"])
            if urlsplit(target).netloc != urlsplit(answer.url).netloc:
                return target
            answer = self._asks("GET", target)
        self.page = answer
        return None
