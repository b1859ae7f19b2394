"""A new step moves in where motion is welcome, and nobody waits for it (decision 0060)."""

from typing import Final

import pytest
from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import VisitChromium
from e2e.journey import give_document, identify

HELD: Final = """
const start = document.startViewTransition?.bind(document);
window.begun = window.ended = 0;
document.startViewTransition = (update) => {
  const transition = start(update);
  window.begun += 1;
  transition.ready.then(() => document.getAnimations().forEach((motion) => motion.pause()));
  transition.finished.then(() => { window.ended += 1; });
  return transition;
};
"""
LONG_MOTION: Final = """
const start = document.startViewTransition?.bind(document);
document.startViewTransition = (update) => {
  const { updateCallbackDone } = start(update);
  return { finished: updateCallbackDone.then(() => new Promise((done) => { window.endMotion = done; })) };
};
"""
SLOW_AT_WILL: Final = """
const [later, forget] = [setTimeout, clearTimeout];
window.setTimeout = (what, wait, ...rest) => (wait === 800 ? ((window.slow = what), -1) : later(what, wait, ...rest));
window.clearTimeout = (id) => (id === -1 ? (window.slow = undefined) : forget(id));
"""


@pytest.mark.parametrize("stillness", [False, True])
def test_a_step_moves_in_unless_stillness_is_asked_for_and_has_title_and_focus_before_the_motion_ends(
    visit_chromium: VisitChromium, bank: Bank, stillness: bool
) -> None:
    visitor = visit_chromium(size="phone")
    visitor.page.emulate_media(reduced_motion="reduce" if stillness else "no-preference")
    visitor.context.add_init_script(HELD)
    identify(visitor, bank.new_customer())
    expect(visitor.page.locator("[data-step=link_sent] h1")).to_be_focused()
    assert visitor.page.evaluate("[begun, ended, scrollY]") == [0 if stillness else 1, 0, 0]
    assert visitor.page.title() == "Revise sus mensajes – Banco del Páramo"


def test_the_word_that_the_bank_takes_its_time_ends_with_the_step_that_it_is_about(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    visitor = visit_chromium()
    visitor.page.emulate_media(reduced_motion="no-preference")
    visitor.context.add_init_script(LONG_MOTION + SLOW_AT_WILL)
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.button("Continuar").click()
    expect(visitor.page.locator("[data-step=link_sent]")).to_be_visible()
    visitor.page.evaluate("window.slow?.()")
    assert not visitor.page.get_by_role("status").text_content()
    visitor.page.evaluate("window.endMotion()")
