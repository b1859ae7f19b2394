"""The looks of the audit see what they are for: each finds its fault in a page that has it, and none in one without."""

from typing import Final

import pytest

from e2e.audit import SEE, axe
from e2e.conftest import VisitChromium

PAGE: Final = """<!doctype html><html lang="es-CO"><title>Paso – Banco del Páramo</title>
<style>body {{ background: #fff; color: #000; font: 18px sans-serif }}
  button {{ min-height: 44px; min-width: 44px; border: 2px solid #555; background: #fff; color: #000 }}
  :focus-visible {{ outline: 3px solid #00f }}</style>
<body><main id="step"><h1>Paso</h1>{}</main></body>"""
FAULTS: Final = {
    "contrast of text": ("contrast", '<p style="color: #666">Letra</p>'),
    "contrast of text on what shines through": (
        "contrast",
        '<div style="background: rgb(0 0 0 / 50%)"><p style="color: #222">Letra</p></div>',
    ),
    "contrast of an edge": ("contrast", '<label>A <input style="border: 1px solid #ddd"></label>'),
    "contrast of an icon": (
        "contrast",
        '<svg class="icon" width="9" height="9" fill="#ccc"><path d="M0 0h9v9z"/></svg>',
    ),
    "nothing to see of a button": ("forced", '<button style="border: 0">Ya</button>'),
    "target": ("targets", '<button style="min-height: 0; height: 40px">Ya</button>'),
    "target of an option": ("targets", '<label class="option"><input type="radio">Una</label>'),
    "sideways": ("room", '<p style="width: 2000px">Ancho</p>'),
    "cut off": ("room", '<p style="height: 10px; overflow: hidden">Uno<br>dos<br>tres</p>'),
    "one upon the other": ("room", '<p>Uno</p><p style="margin-top: -38px">Dos</p>'),
    "no ring": ("focus", '<button style="outline: 0">Ya</button>'),
    "a thin ring": ("focus", '<button style="outline-width: 1px">Ya</button>'),
    "a pale ring": ("focus", '<button style="outline-color: #ddd">Ya</button>'),
    "covered": ("focus", '<button>Ya</button><div style="position: fixed; inset: 0; background: #fff">Encima</div>'),
    "out of order": (
        "focus",
        '<div style="display: flex; flex-direction: column-reverse"><button>2</button><button>1</button></div>',
    ),
    "a tabindex": ("focus", '<button tabindex="3">Ya</button>'),
    "a transition": ("motion", '<p style="transition: color 1s">Letra</p>'),
    "a second heading": ("structure", "<h1>Otro</h1>"),
    "an id twice": ("structure", '<p id="a">A</p><p id="a">B</p>'),
    "an error that the title does not tell": ("structure", '<div class="summary">Mal</div>'),
    "an error without an icon": (
        "structure",
        '<div hidden class="summary"><a href="#n">N</a></div><p class="error" id="e">Mal</p>'
        '<label>N <input id="n" aria-invalid="true" aria-describedby="e"></label>',
    ),
    "an error tied to no field": ("structure", '<p class="error" id="e">Mal</p>'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_look_finds_its_fault(visit_chromium: VisitChromium, fault: str) -> None:
    look, markup = FAULTS[fault]
    page = visit_chromium().page
    page.set_content(PAGE.format("<button>Ya</button>"))
    assert page.evaluate(SEE, [look]) == []
    page.set_content(PAGE.format(markup))
    assert page.evaluate(SEE, [look])


def test_axe_finds_what_only_a_rule_of_level_aaa_forbids(visit_chromium: VisitChromium) -> None:
    visitor = visit_chromium()
    visitor.page.set_content(PAGE.format('<p style="color: #666">Letra</p>'))
    assert [fault.partition(":")[0] for fault in axe(visitor.window)] == ["color-contrast-enhanced"]
