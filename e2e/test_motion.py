"""A new step moves in where motion is welcome, and nobody waits for it (decision 0060)."""

from typing import Final

import pytest
from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import VisitChromium
from e2e.journey import give_document, identify

NOTE: Final = """
const start = document.startViewTransition?.bind(document), seen = window.seen = [];
document.startViewTransition = (update) => start(async () => {
  await update();
  seen.push([document.activeElement.tagName, scrollY, document.activeElement.closest("#step").dataset.step]);
});
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


@pytest.mark.parametrize(("asked", "moved"), [("no-preference", [["H1", 0, "link_sent"]]), ("reduce", [])])
def test_a_step_moves_in_unless_stillness_is_asked_for_and_has_the_focus_before(
    visit_chromium: VisitChromium, bank: Bank, asked: str, moved: list[object]
) -> None:
    visitor = visit_chromium(size="phone")
    visitor.page.emulate_media(reduced_motion="reduce" if asked == "reduce" else "no-preference")
    visitor.context.add_init_script(NOTE)
    identify(visitor, bank.new_customer())
    assert visitor.page.evaluate("window.seen") == moved


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
