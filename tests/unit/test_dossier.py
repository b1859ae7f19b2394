"""The pure parts of the reviewer's dossier: the table of criteria, the trees, the transcripts, the page itself."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from PIL import Image

from e2e.dossier import criteria, incomplete, pictures, report, tree
from e2e.dossier.__main__ import read_whole
from e2e.dossier.findings import Axe, Dossier, Heading, Measure, Page, Picture, Sighting, Stop, Verdict, Walked
from e2e.dossier.transcripts import transcripts
from e2e.pages import ChromiumVisitor
from e2e.states import WALKS

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
LOADS = {"src", "srcset", "href", "action", "formaction", "data", "poster", "background"}


class Markup(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def axe(**said: list[Verdict]) -> Axe:
    return Axe(version="4", passed=["label"], inapplicable=[], **{"violations": [], "incomplete": []} | said)


def sighting(state: str, words: str = "Código", **more: Any) -> Sighting:
    page = Page(
        title=words,
        language="es-CO",
        headings=[Heading(level=1, text=words)],
        landmarks=[f"main «{words}»"],
        axe=axe(incomplete=[Verdict(rule="hidden-content", help=words, targets=[words], why=words)]),
    )
    told: dict[str, Any] = {
        "way": [f"press «{words}»"],
        "page": page,
        "stops": [Stop(role="link", name=words, description=words, place=3)],
        "names_by": "as the engine says",
        "tree": f"link «{words}»",
        "tree_by": "as the engine says",
        "spoken": [words],
        "least": [Measure(kind="text", what=words, found=7.4)],
        "missing": {"dark": words},
        "pictures": [Picture(view="wide", file="code.webp", width=8, height=8)],
    }
    return Sighting(state=state, walk="the code on its way", engine="chromium", address=f"/{words}", **told | more)


def found(*sightings: Sighting, stopped: str = "") -> Dossier:
    return Dossier(
        engines={"chromium": "Chromium 1", "webkit": "WebKitGTK 2"},
        walked=[Walked(walk="the code on its way", engine="chromium", sightings=list(sightings), stopped=stopped)],
        without=["webkit"],
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = tmp_path / "chromium" / "the-code-on-its-way"
    kept.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(kept / "code.webp")
    return tmp_path


def test_the_page_shows_each_state_with_its_picture_and_what_was_found(folder: Path) -> None:
    page = report.render(found(sighting("code"), sighting("code, wrong")), folder)

    for shown in ('id="code-wrong"', "data:image/webp;base64,", "7.40:1", "press «Código»", "4.1.2 Name, Role, Value"):
        assert shown in page
    assert "No fault" in page
    assert "not walked: it holds back an answer of the server, which this engine" in page


def test_the_page_runs_nothing_and_loads_nothing(folder: Path) -> None:
    page = Markup(report.render(found(sighting("code")), folder))

    assert not page.tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    loaded = [value for name, value in page.attributes if name in LOADS]
    assert "#main" in loaded
    assert not [value for value in loaded if not value.startswith(("#", "data:image/webp;base64,"))]


def test_words_of_a_page_stay_words(folder: Path) -> None:
    hostile = sighting("code", HOSTILE, faults=[HOSTILE], failed=[HOSTILE], markup=[HOSTILE])
    page = report.render(found(hostile, stopped=HOSTILE), folder)

    assert "alert(1)" in page
    assert "script" not in Markup(page).tags
    assert not [name for name, _ in Markup(page).attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"faults": ["it scrolls sideways"]},
        {"failed": ["pictures: no window"]},
        {"markup": ["two elements of one id"]},
    ],
)
def test_whatever_is_wrong_is_told_first_with_state_and_engine(wrong: dict[str, Any], folder: Path) -> None:
    ((said,),) = wrong.values()
    wrongly = found(sighting("code", **wrong))

    (fault,) = report.faults(wrongly)

    assert fault.startswith("«code» in Chromium: ")
    assert fault.endswith(said)
    assert fault in report.render(wrongly, folder)


def test_what_axe_cannot_decide_is_a_fault_until_somebody_decided() -> None:
    open_ = Verdict(rule="nobody-knows", help="", targets=["#a"])
    one = sighting("code")
    assert one.page
    assert one.verdicts == []

    undecided = one.page.model_copy(update={"axe": axe(incomplete=[open_])})

    assert "nobody-knows" in one.model_copy(update={"page": undecided}).verdicts[0]


def test_what_was_decided_for_one_element_is_open_for_any_other() -> None:
    (decided,) = incomplete.ONLY_FOR["color-contrast"]

    assert incomplete.is_decided("color-contrast", [decided])
    assert not incomplete.is_decided("color-contrast", [decided, "h1"])
    assert incomplete.is_decided("hidden-content", ["h1"])


def test_a_walk_that_stopped_is_a_fault_and_its_states_say_so(folder: Path) -> None:
    stopped = Walked(walk="the code on its way", engine="webkit", stopped="after its beginning: no window")
    both = found(sighting("code"))
    both = both.model_copy(update={"walked": [*both.walked, stopped]})

    assert report.faults(both) == ["«the code on its way» in WebKitGTK stopped after its beginning: no window"]
    assert "not reached: the walk stopped after its beginning: no window" in report.render(both, folder)


def test_what_was_found_comes_back_from_its_file(tmp_path: Path) -> None:
    walked = found(sighting("code")).walked[0]
    walked.keep(tmp_path / "walk.json")

    assert Walked.read(tmp_path / "walk.json") == walked


@pytest.mark.parametrize(
    "missing", [{"stopped": "after code: no window"}, {"sightings": [sighting("code", failed=["tree: none"])]}]
)
def test_only_a_walk_that_is_whole_and_looked_for_the_same_is_kept(tmp_path: Path, missing: dict[str, Any]) -> None:
    whole, kept = found(sighting("code")).walked[0], tmp_path / "walk.json"
    whole.keep(kept)
    assert read_whole(kept, "") == whole
    assert read_whole(kept, "code, wrong") is None
    assert read_whole(tmp_path / "other.json", "") is None

    whole.model_copy(update=missing).keep(kept)

    assert read_whole(kept, "") is None


# --- the table of criteria ------------------------------------------------------------------------------------------


def test_a_criterion_has_the_clause_that_en_301_549_gives_it() -> None:
    clauses = {one.number: one.clause for one in [*criteria.criteria(), *criteria.requirements()]}

    assert clauses["1.4.10"] == "9.1.4.10"
    assert clauses["2.5.8"] == "none: new in WCAG 2.2"
    assert clauses["2.1.3"] == "none: 9.5 names AAA as going beyond"
    assert clauses["5.2.1"] == "9.6 (5.2.1)"
    assert sum(clause.startswith("none: new") for clause in clauses.values()) == 9
    assert sum(clause.startswith("9.") and "9.6" not in clause for clause in clauses.values()) == 49


@pytest.mark.parametrize("row", ["| 1.1.1 Name | A | Fine | r | e |", "| Name | A | Supports | r | e |"])
def test_a_row_that_is_not_of_the_form_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="not a row"):
        criteria.criteria(row)


# --- trees, transcripts, pictures ---------------------------------------------------------------------------------


def node(number: str, role: str, name: str = "", children: str = "", **more: object) -> tree.Node:
    return {
        "nodeId": number,
        "role": {"value": role},
        "name": {"value": name},
        "childIds": children.split(),
    } | more


def test_a_tree_tells_role_name_and_what_else_is_said_and_leaves_out_what_is_passed_over() -> None:
    invalid = [{"name": "invalid", "value": {"value": "true"}}, {"name": "focused", "value": {"value": False}}]
    nodes = [
        node("1", "RootWebArea", "Código", "2"),
        node("2", "none", "", "3 4", ignored=True),
        node("3", "textbox", "Código", properties=invalid, description={"value": "Seis cifras"}),
        node("4", "button", "Continuar", "5"),
        node("5", "StaticText", "Continuar"),
    ]

    assert tree.drawn(nodes).splitlines() == [
        "RootWebArea «Código»",
        "  textbox «Código» invalid=true description=«Seis cifras»",
        "  button «Continuar»",
    ]


def test_a_transcript_belongs_to_its_step_in_its_browser(tmp_path: Path) -> None:
    for name in ("firefox/07-code.md", "firefox/04-link-sent.md", "firefox/05-reidentify.md", "chromium/07-code.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)

    assert [one.text for one in transcripts("code, wrong", "firefox", tmp_path)] == ["firefox/07-code.md"]
    assert [one.name for one in transcripts("link_sent", "firefox", tmp_path)] == ["firefox/04-link-sent.md"]
    assert transcripts("identify", "firefox", tmp_path) == []
    assert transcripts("code", "webkit", tmp_path) == []
    assert transcripts("code, in English", "firefox", tmp_path) == [], "the voice that is recorded reads Spanish"


def test_a_walk_that_only_playwright_can_make_says_what_it_needs() -> None:
    of_playwright = [name for name, walk in WALKS.items() if get_type_hints(walk.way)["visitor"] is ChromiumVisitor]
    assert of_playwright
    assert [name for name in of_playwright if not WALKS[name].needs] == []


def test_the_stops_of_the_focus_are_numbered_where_they_are(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 100), "white").save(blank)

    kept = pictures.number(blank.read_bytes(), [(100, 50, 60, 20)], tmp_path / "focus.webp")

    drawn = Image.open(tmp_path / kept.file).convert("L")
    assert drawn.getpixel((97, 40)) != 255
    assert drawn.getpixel((20, 20)) == 255
