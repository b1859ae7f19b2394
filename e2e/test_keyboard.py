"""The whole way without a mouse, in every engine: each stop of the focus can be seen, and nothing is a trap (A5)."""

from typing import Final

from e2e.bank import NEW_PASSWORD, Bank, Customer
from e2e.conftest import Visit
from e2e.journey import wait_for_code
from e2e.pages import HEADING, Visitor, button, field, group, link, option
from e2e.ways import with_scripts
from e2e.windows import Target

FARTHEST: Final = 60
# What has the focus: its place in the document, the ring around it, whether the window is in front and the stop on top.
STOP: Final = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const {outlineStyle, outlineWidth} = getComputedStyle(one);
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    place: [...document.querySelectorAll("*")].indexOf(one),
    ring: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
    inFront: document.hasFocus(),
    onTop: one.contains(top) || top?.contains(one) || Boolean(one.labels?.length && top),
    words: `${one.tagName} ${one.id} ${one.textContent.trim().slice(0, 40)}`,
  };
}"""


def tab(visitor: Visitor, key: str = "Tab") -> int:
    """Press Tab; whatever has the focus then can be seen to have it. Its place in the document.

    Debian's WebKitGTK has a screen without a window manager: its window gets the keys, but is never the one in front
    and draws no ring.
    """
    visitor.window.press_key(key)
    stop = visitor.window.run(STOP)
    if stop["inFront"]:
        assert stop["ring"] >= 2, stop
        assert stop["onTop"], stop
    return int(stop["place"])


def tab_to(visitor: Visitor, target: Target, key: str = "Tab") -> list[int]:
    """Press Tab until the target has the focus; the places on the way."""
    places: list[int] = []
    while not any(seen.focused for seen in visitor.look(target)):
        assert len(places) < FARTHEST, f"{key} does not reach {target}"
        places.append(tab(visitor, key))
    return places


def press(visitor: Visitor, target: Target, key: str = "Enter") -> None:
    """Go there and press a key."""
    tab_to(visitor, target)
    visitor.window.press_key(key)


def type_into(visitor: Visitor, label: str, text: str) -> None:
    """Go to a field and type, key by key."""
    tab_to(visitor, field(label))
    for letter in text:
        visitor.window.press_key("Space" if letter == " " else letter)
    visitor.sees_filled(label, text)


def give_document(visitor: Visitor, customer: Customer) -> None:
    tab_to(visitor, field("Tipo de identificación"))
    type_into(visitor, "Número de identificación", customer.id_number)
    press(visitor, button("Continuar"))


def pick(visitor: Visitor, question: str, wanted: str) -> None:
    """Into the group with Tab, along it with the arrows."""
    tab_to(visitor, Target(role="radio", within=group(question)))
    visitor.window.press_key("Space")
    for _ in range(FARTHEST):
        if any(seen.checked for seen in visitor.look(option(question, wanted))):
            return
        visitor.window.press_key("ArrowDown")
    raise AssertionError(f"the arrows do not reach {wanted}")


def arrive(visitor: Visitor, step: str) -> None:
    """Wait until the step is there and the focus has moved to it."""
    visitor.stands_at(step)
    visitor.sees_focus_on(HEADING)


@with_scripts
def test_the_whole_journey_works_by_keyboard_alone(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    visitor.go("/personas")
    press(visitor, link("¿Olvidó su contraseña?"))
    visitor.stands_at("identify")
    give_document(visitor, alicia)
    arrive(visitor, "link_sent")
    visitor.go(bank.link(alicia))
    visitor.stands_at("reidentify")
    give_document(visitor, alicia)
    arrive(visitor, "contacts")
    press(visitor, button("Enviar"), "Space")
    arrive(visitor, "code")
    wait_for_code(visitor)
    type_into(visitor, "Código de 6 dígitos", bank.code(alicia))
    visitor.window.press_key("Enter")
    arrive(visitor, "questions")
    for known in bank.answers(alicia):
        pick(visitor, known.question, known.right)
    press(visitor, button("Continuar"))
    arrive(visitor, "password")
    type_into(visitor, "Nueva contraseña", NEW_PASSWORD)
    type_into(visitor, "Confirme la nueva contraseña", NEW_PASSWORD)
    press(visitor, button("Asignar contraseña"))
    arrive(visitor, "done")
    press(visitor, link("Ingresar con la nueva contraseña"))
    visitor.sees_heading("Banca por internet")


@with_scripts
def test_tab_goes_down_the_page_and_back_up_and_is_caught_nowhere(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave")
    down = tab_to(visitor, link("Oficinas y horarios"))
    up = tab_to(visitor, link("Saltar al contenido"), "Shift+Tab")
    assert len(down) >= 10
    assert down == sorted(down)
    assert up == down[-2::-1]


@with_scripts
def test_a_list_is_chosen_from_with_the_arrows(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave")
    tab_to(visitor, field("Tipo de identificación"))
    visitor.window.press_key("ArrowDown")
    visitor.sees_filled("Tipo de identificación", "CE")


@with_scripts
def test_the_first_tab_offers_to_skip_to_the_content(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/personas/clave")
    press(visitor, link("Saltar al contenido"))
    tab(visitor)
    visitor.sees_focus_on(field("Tipo de identificación"))
