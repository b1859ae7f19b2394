"""The reviewer's dossier of two states: whole, and itself as accessible as what it reports on (`make dossier`)."""

from collections.abc import Iterator
from pathlib import Path

from e2e.audit import PHONE, SEE, axe
from e2e.bank import Bank
from e2e.browsers import CHROMIUM
from e2e.conftest import VisitChromium
from e2e.dossier import report
from e2e.dossier.collect import Collector
from e2e.dossier.findings import VIEWS, Dossier
from e2e.engines import Engines
from e2e.house import House
from e2e.pages import Visitor
from e2e.states import Walk

UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


def identifying(visitor: Visitor, _bank: Bank) -> Iterator[str]:
    visitor.go("/personas/clave")
    yield "identify"
    visitor.press("Continuar")
    visitor.sees_error("")
    yield "identify, nothing filled in"


def test_the_dossier_has_all_of_a_state_and_is_accessible_itself(
    browsers: Engines, visit_chromium: VisitChromium, house: House, tmp_path: Path
) -> None:
    told: list[str] = []
    collector = Collector(browsers, CHROMIUM, tmp_path / "chromium", told.append)
    walked = collector.walk("identifying", Walk(identifying), house.server.url, house.bank)
    _, wrong = walked.sightings

    assert told == ["identify", "identify, nothing filled in"]
    assert not walked.stopped
    assert not walked.troubles
    assert not wrong.verdicts
    assert wrong.way == ["press «Continuar»"]
    assert wrong.page
    assert wrong.page.title.startswith("Error: ")
    assert {picture.view for picture in wrong.pictures} == set(VIEWS)
    assert wrong.stops[0].name == "Saltar al contenido"
    assert ("textbox", "Número de identificación") in [(stop.role, stop.name) for stop in wrong.stops]
    assert "→ Hay algo por corregir" in wrong.spoken
    assert "textbox «Número de identificación» invalid=true" in wrong.tree
    assert {one.kind for one in wrong.least} == {"text", "part", "target"}

    visitor = visit_chromium()
    page = report.render(Dossier(engines={"chromium": "Chromium"}, walked=[walked]), tmp_path)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.set_content(page)
        visitor.page.evaluate(UNFOLD)
        assert axe(visitor.window) == []
    visitor.page.set_viewport_size(PHONE)
    assert "sideways" not in str(visitor.page.evaluate(SEE, ["room"]))
