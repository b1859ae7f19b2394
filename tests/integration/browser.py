"""A person's browser: keeps cookies, follows redirects, and looks critically at every answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from .html import Element, read_html

LOG_IN = "/personas"
PORTAL = "/personas/portal"
RECOVERY = "/personas/clave"
ALARM = "/personas/clave/no-fui-yo"

BY_HTMX = {"HX-Request": "true"}

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """One answer, as a person and as a machine sees it."""

    response: TestResponse

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @cached_property
    def source(self) -> str:
        """The answer's text."""
        return self.response.get_data(as_text=True)

    @cached_property
    def html(self) -> Element:
        """The answer's elements."""
        return read_html(self.source)

    @property
    def is_fragment(self) -> bool:
        """Whether it is only what htmx swaps."""
        return "<html" not in self.source

    @property
    def step(self) -> str | None:
        """The step that the page says it shows."""
        return self.html.one("section", id="step").attributes.get("data-step")

    @property
    def heading(self) -> str:
        """What it is about."""
        return self.html.one("h1").text

    @property
    def text(self) -> str:
        """What a person reads in the part that changes from step to step."""
        return self.html.one("section", id="step").text

    @property
    def problems(self) -> list[str]:
        """What the summary says must be corrected."""
        return [item.text for box in self.html.all("div", **{"class": "summary"}) for item in box.all("li", "p")]

    @property
    def form(self) -> Element:
        """The form of the step; at an end, the only one there is."""
        forms = list(self.html.one("section", id="step").all("form"))
        return next((form for form in forms if list(form.all("input", name="step"))), forms[0])

    @property
    def hidden(self) -> dict[str, str]:
        """What the form sends without being asked."""
        return {field.attributes["name"]: field.attributes["value"] for field in self.form.all("input", type="hidden")}

    @property
    def address(self) -> str:
        """The path it was found at in the end."""
        return self.response.request.path

    @property
    def leads_to(self) -> str:
        """The path that a redirect names."""
        return urlsplit(self.response.headers["Location"]).path


class Browser:
    """One browser; with `htmx` its forms are sent by htmx, else by the browser itself."""

    def __init__(self, app: Flask, base_url: str, *, htmx: bool = False, headers: Fields | None = None) -> None:
        self.base_url = base_url
        self.client = app.test_client()
        self.headers = dict(headers or {})
        self.htmx = htmx
        self.page: Page

    def visit(self, address: str = RECOVERY, *, by_htmx: bool = False) -> Page:
        """Type an address, or follow a link; `by_htmx` only fetches what would be swapped."""
        return self._ask("GET", address, follow=True, headers=BY_HTMX if by_htmx else {})

    def speak(self, language: str) -> Page:
        """Press the button in the page's header; the page in that language."""
        form = self.page.html.one("form", **{"class": "language"})
        button = form.one("button", value=language)
        hidden = {field.attributes["name"]: field.attributes["value"] for field in form.all("input", type="hidden")}
        fields = hidden | {button.attributes["name"]: language}
        return self._ask("POST", form.attributes["action"], fields, follow=True, headers={})

    def submit(self, **fields: str) -> Page:
        """Fill in the form on the page, send it, and go where that leads."""
        return self.post(self.page.form.attributes["action"], self.page.hidden | fields)

    def start_again(self) -> Page:
        """Press «Empezar de nuevo»."""
        return self.post(f"{RECOVERY}/empezar", {"csrf_token": self.page.hidden["csrf_token"]})

    def send(self, **fields: str) -> Page:
        """The same, up to the very answer: a redirect is not followed."""
        return self.post(self.page.form.attributes["action"], self.page.hidden | fields, follow=False)

    def post(
        self, address: str, fields: Fields | None = None, *, follow: bool = True, headers: Fields | None = None
    ) -> Page:
        """Send exactly this."""
        return self._ask(
            "POST", address, fields, follow=follow, headers={**(BY_HTMX if self.htmx else {}), **(headers or {})}
        )

    def ask(self, method: str, address: str, **headers: str) -> Page:
        """A request of any kind, redirects not followed."""
        return self._ask(method, address, headers=headers)

    def _ask(
        self, method: str, address: str, fields: Fields | None = None, *, follow: bool = False, headers: Fields
    ) -> Page:
        response = self.client.open(
            urlsplit(address)._replace(scheme="", netloc="").geturl(),
            method=method,
            data=fields,
            base_url=self.base_url,
            headers=self.headers | dict(headers),
            follow_redirects=follow,
            buffered=True,
        )
        self.page = Page(response)
        look_at(self.page)
        return self.page

    @property
    def cookie(self) -> str | None:
        """The value of the session's cookie."""
        found = self.client.get_cookie(self.cookie_name, domain=str(urlsplit(self.base_url).hostname))
        return found.value if found else None

    @property
    def cookie_name(self) -> str:
        """The name of the session's cookie."""
        return "__Host-clave" if self.base_url.startswith("https") else "clave"

    def take_cookie(self, value: str) -> None:
        """Go on with the cookie of another browser."""
        self.client.set_cookie(self.cookie_name, value, domain=str(urlsplit(self.base_url).hostname), secure=True)


# --- what holds for every answer ----------------------------------------------------------------------------


def look_at(page: Page) -> None:
    """What must be true of every answer, whatever the test is about."""
    _look_at_headers(page.response)
    if page.response.mimetype == "text/html" and page.source and page.status not in {301, 302, 303, 308}:
        _look_at_elements(page.html)
        if not page.is_fragment:
            _look_at_whole(page.html)


def _look_at_headers(response: TestResponse) -> None:
    headers = response.headers
    csp = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert csp["default-src"] == csp["object-src"] == csp["base-uri"] == csp["frame-ancestors"] == "'none'"
    assert csp["script-src"] == csp["style-src"] == csp["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    if response.request.scheme == "https":
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    if not headers["Cache-Control"].endswith("immutable"):
        assert headers["Cache-Control"] == "no-store"
        assert "HX-Request" in headers["Vary"]


def _look_at_elements(html: Element) -> None:
    ids = Counter(element.attributes["id"] for element in html.all() if "id" in element.attributes)
    assert not [name for name, count in ids.items() if count > 1], "an id stands twice"
    assert len(list(html.all("h1"))) == 1
    assert html.one("title").text.endswith("Banco del Páramo")
    for element in html.all():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
        for name in element.attributes.get("aria-describedby", "").split():
            assert ids[name] == 1, f"nothing has the id {name}"
        for name in ("src", "action", "hx-get", "hx-post"):
            assert element.attributes.get(name, "/").startswith("/"), "something comes from elsewhere"
    labelled = {label.attributes.get("for") for label in html.all("label")}
    for field in html.all("input", "select"):
        if field.attributes.get("type") != "hidden" and field.attributes.get("aria-hidden") != "true":
            assert field.attributes.get("id") in labelled | {None}, "a field has no label"


def _look_at_whole(html: Element) -> None:
    assert html.one("html").attributes["lang"]
    assert not list(html.all("style", "iframe", "base"))
    assert all(script.attributes["src"].startswith("/static/") for script in html.all("script"))
    assert all(link.attributes["href"].startswith("/static/") for link in html.all("link"))
