"""Reads a page as a visitor would: its step, its forms, and fields by the words beside them. Forgives bad HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

import httpx

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "form": "action"}
_ONE_TIME = re.compile(r'(<input[^>]*name="csrf_token"[^>]*value=")[^"]*(")')


class NoSuchForm(LookupError):
    """The page has no form or field of that name."""


@dataclass(slots=True)
class Element:
    """An element, its attributes, and what is in it: elements and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list["Element | str"] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator["Element"]:
        """Every element below this one with one of these tags, or any."""
        for child in self.inside:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def get(self, name: str) -> str:
        """An attribute, or nothing."""
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.inside:
            yield from child._texts() if isinstance(child, Element) else [child]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in (element.tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


@dataclass(frozen=True, slots=True)
class Group:
    """A question: its legend, the name of its radio buttons, and value and label of each."""

    legend: str
    name: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it goes, what it sends by itself, its fields by label, its questions."""

    action: str
    hidden: dict[str, str]
    fields: dict[str, str]
    groups: tuple[Group, ...]

    def fill(self, by_label: dict[str, str]) -> dict[str, str]:
        """What a browser would send once these fields are typed in."""
        try:
            return self.hidden | {self.fields[label]: value for label, value in by_label.items()}
        except KeyError as label:
            raise NoSuchForm(f"no field is called {label}") from None


@dataclass(frozen=True)
class Page:
    """One answer of the server, read as HTML where it is."""

    response: httpx.Response

    @cached_property
    def html(self) -> Element:
        """The tree of it; empty where it is no HTML."""
        parser = _Parser()
        if "html" in self.response.headers.get("Content-Type", ""):
            parser.feed(self.response.text)
            parser.close()
        return parser.open[0]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def step(self) -> str | None:
        """What the page is marked with as `data-step`."""
        return next((element.get("data-step") for element in self.html.all() if element.get("data-step")), None)

    @property
    def neutral(self) -> str:
        """Its body without the one-time value that every form carries; all else must be the same for everybody."""
        return _ONE_TIME.sub(r"\1…\2", self.response.text)

    def form(self, button: str) -> Form:
        """The form with this button.

        Raises:
            NoSuchForm: there is none.
        """
        for form in self.html.all("form"):
            if button in (found.text for found in form.all("button")):
                return _read_form(form, str(self.response.request.url.path))
        raise NoSuchForm(f"no form has the button «{button}» (step {self.step}, status {self.status})")

    def loaded(self) -> Iterator[str]:
        """Every address that a browser would load or send to by itself."""
        for element in self.html.all(*LOADING):
            if address := element.get(LOADING[element.tag]):
                yield address


def _read_form(form: Element, here: str) -> Form:
    inputs = [field for field in form.all("input") if field.get("name")]
    hidden = {field.get("name"): field.get("value") for field in inputs if field.get("type") == "hidden"}
    names = {field.get("id"): field.get("name") for field in form.all("input", "select") if field.get("id")}
    fields = {label.text: names[label.get("for")] for label in form.all("label") if label.get("for") in names}
    groups = tuple(_read_group(fieldset) for fieldset in form.all("fieldset"))
    return Form(form.get("action") or here, hidden, fields, groups)


def _read_group(fieldset: Element) -> Group:
    radios = [field for field in fieldset.all("input") if field.get("type") == "radio"]
    words = {label.get("for"): label.text for label in fieldset.all("label")}
    options = tuple((radio.get("value"), words.get(radio.get("id"), "")) for radio in radios)
    legend = next((legend.text for legend in fieldset.all("legend")), "")
    return Group(legend, radios[0].get("name") if radios else "", options)
