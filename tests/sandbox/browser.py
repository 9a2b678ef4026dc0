"""A browser without JavaScript: it keeps cookies, follows redirects, fills in forms and presses their buttons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


@dataclass
class Button:
    """A submit button: what it says, and what it sends."""

    name: str = ""
    value: str = ""
    text: str = ""


@dataclass
class Form:
    """A form as it stands on the page."""

    action: str
    method: str
    hidden: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str, bool]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._button: Button | None = None
        self._quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._quiet += 1
        elif tag == "form":
            self._form = Form(facts.get("action", ""), facts.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "input" and self._form:
            if facts.get("type") == "checkbox":
                self._form.boxes.append((facts["name"], facts.get("value", "on"), "checked" in facts))
            elif facts.get("name"):
                self._form.hidden.append((facts["name"], facts.get("value", "")))
        elif tag == "button" and self._form and facts.get("type", "submit") == "submit":
            self._button = Button(facts.get("name", ""), facts.get("value", ""), facts.get("aria-label", ""))
            self._form.buttons.append(self._button)
        elif tag == "a" and "href" in facts:
            self.links.append((facts["href"], ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._quiet -= 1
        elif tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        self.text.append(data)
        if self._button is not None:
            self._button.text = " ".join(f"{self._button.text} {data}".split())


class Browser:
    """One person's browser. ``page`` is what it shows; every address it was at stands in ``visited``."""

    def __init__(self, person: str) -> None:
        self._session = requests.Session()
        self._session.cookies.set("sandbox_person", person, domain="127.0.0.1", path="/")
        self.response: requests.Response | None = None
        self.visited: list[str] = []
        self.stops_before: str | None = None
        """Where a redirect is not followed: the address stands in ``stopped_at``."""
        self.stopped_at = ""

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._session.cookies}

    @property
    def address(self) -> str:
        return self._shown.url

    @property
    def status(self) -> int:
        return self._shown.status_code

    @property
    def page(self) -> str:
        """The text on the page, on one line."""
        return " ".join(" ".join(self._read().text).split())

    @property
    def html(self) -> str:
        return self._shown.text

    def opens(self, url: str) -> "Browser":
        return self._go("GET", url, None)

    def buttons(self) -> list[str]:
        return [button.text for form in self._read().forms for button in form.buttons]

    def presses(self, text: str, *, untick: Iterable[str] = (), tick_all: bool = True) -> "Browser":
        """Press the first button that has ``text`` in it. Boxes are ticked, but for those that hold an ``untick``."""
        unwanted = tuple(untick)
        for form in self._read().forms:
            for button in form.buttons:
                if text.casefold() in f"{button.text} {button.value}".casefold():
                    ticked = [
                        (name, value)
                        for name, value, checked in form.boxes
                        if (checked or tick_all) and not any(part in value for part in unwanted)
                    ]
                    sent = [*form.hidden, *ticked, *([(button.name, button.value)] if button.name else [])]
                    return self._go(form.method.upper(), urljoin(self.address, form.action), sent)
        raise AssertionError(f"no button {text!r} on {self.address}: {self.buttons()} — {self.page[:300]}")

    def close(self) -> None:
        self._session.close()

    def _go(self, method: str, url: str, form: list[tuple[str, str]] | None) -> "Browser":
        headers = {}
        if method == "POST" and self.response is not None:
            parts = urlsplit(self.address)
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        for _ in range(12):
            data, query = (form, None) if method == "POST" else (None, form)
            answer = self._session.request(
                method, url, data=data, params=query, headers=headers, allow_redirects=False, timeout=30
            )
            self.visited.append(answer.url)
            self.response = answer
            if not answer.is_redirect:
                return self
            url, method, form, headers = urljoin(answer.url, answer.headers["location"]), "GET", None, {}
            if self.stops_before and url.startswith(self.stops_before):
                self.stopped_at = url
                return self
        raise AssertionError("redirected in circles")

    @property
    def _shown(self) -> requests.Response:
        if self.response is None:
            raise AssertionError("nothing was opened yet")
        return self.response

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self._shown.text)
        return reader
