"""What the screen reader said: how it is taken down, and that the kept transcripts are of the pages as they are now."""

import re
from pathlib import Path

import pytest

from app.domain.journey import Step
from e2e import snapshots
from e2e.aloud.sounds import Heard, Sound, heard, heard_while_typing
from e2e.aloud.transcript import NAMES, RENEW, Chapter, Moment, page, path_of, write
from e2e.aloud.walk import CHAPTERS

VERSIONS = "Orca 43.1, Firefox 153"
SPOKEN_NAME = re.compile(r'- (?:heading|textbox|combobox|checkbox|button) "([^"]+)"|- group:(?:\n +- text:)? (.+)')


def said(at: float, text: str) -> Sound:
    return Sound(at, "speak", text)


def silence(at: float) -> Sound:
    return Sound(at, "cancel", "")


def chapter(*moments: Moment, **masks: str) -> Chapter:
    made = Chapter("07-code", "The code", list(moments))
    made.masks.update(masks)
    return made


# --- taking down --------------------------------------------------------------------------------------------------


def test_the_name_of_the_key_itself_is_not_taken_down() -> None:
    assert heard([silence(0), said(0, "tab "), said(0.1, "Continuar botón.")]) == [Heard("Continuar botón.")]


def test_what_a_key_cut_off_was_heard_before_it() -> None:
    assert heard([silence(0), said(0.1, "Continuar botón.")]) == [Heard("Continuar botón.")]


def test_what_was_cut_off_unasked_is_marked() -> None:
    words = "Enviamos el código a su correo. Sirve 2 minutos desde el envío."
    sounds = [silence(0), said(0.1, "Escriba el código"), said(0.1, words), silence(0.9), said(1, "Error")]
    assert heard(sounds) == [Heard("Escriba el código"), Heard(words, cut=True), Heard("Error")]


def test_while_typing_the_same_sound_of_every_letter_is_taken_down_once() -> None:
    sounds = [silence(0), said(0, "viñeta"), silence(0.1), said(0.1, "viñeta")]
    assert heard_while_typing(sounds) == [Heard("viñeta")]


# --- writing ------------------------------------------------------------------------------------------------------


def test_a_transcript_tells_what_was_pressed_and_what_was_heard() -> None:
    moments = Moment("Presses Tab", [Heard("Código"), Heard("entrada", cut=True)]), Moment("Types the code", [])
    assert page(chapter(*moments), "firefox", VERSIONS) == (
        "# The code, in Firefox\n\nOrca 43.1, Firefox 153. [How to read this](../README.md)\n\n"
        "**Presses Tab**\n\n- Código\n- ~~entrada~~ (cut off)\n\n"
        "**Types the code**\n\n- (silence)\n"
    )


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("http://127.0.0.1:41234/personas/clave", "«address»"),
        ("Tiempo restante: 1:59", "Tiempo restante: «time»"),
        ("24 de noviembre de 2026, 8:45 a. m.", "«date»"),
        ("2 formularios, 1 enlace visitado, 7 enlaces no visitados.", "2 formularios, «number» enlaces."),
        ("Ingresar enlace visitado.", "Ingresar enlace."),
        ("Código 482913", "Código «code»"),
        ("01 8000 555 0142", "01 8000 555 0142"),
    ],
)
def test_what_differs_from_run_to_run_is_masked(words: str, written: str) -> None:
    masks = {r"\b482913\b": "«code»"}
    assert f"\n- {written}\n" in page(chapter(Moment("Waits", [Heard(words)]), **masks), "chromium", VERSIONS)


def test_what_is_said_only_on_a_slow_machine_is_left_out() -> None:
    moment = Moment("Waits", [Heard("Un momento…"), Heard("Cargando. Por favor, espere."), Heard("Listo")])
    assert page(chapter(moment), "chromium", VERSIONS).endswith("**Waits**\n\n- Listo\n")


def test_a_renewed_transcript_leaves_nothing_of_a_former_one(tmp_path: Path) -> None:
    write([Chapter("01-former", "Former")], "firefox", VERSIONS, tmp_path)
    write([Chapter("01-now", "Now")], "firefox", VERSIONS, tmp_path)
    assert [kept.name for kept in (tmp_path / "firefox").iterdir()] == ["01-now.md"]


# --- what is kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("browser", NAMES)
@pytest.mark.parametrize("step", Step)
def test_the_screen_reader_read_every_step_as_it_is_now(step: Step, browser: str) -> None:
    transcript = path_of(CHAPTERS[step], browser)
    assert transcript.exists(), f"nobody has heard the step {step} in {NAMES[browser]}: {RENEW}"
    heard_there = transcript.read_text(encoding="utf-8")
    missing = [name for name in names_on_the_page(step) if name not in heard_there]
    assert not missing, f"{transcript} is older than the page, says no {missing}: {RENEW} (a quarter of an hour)"


def names_on_the_page(step: Step) -> list[str]:
    """Headings, fields, buttons and what can be opened, as Chromium gave them when the snapshots were made."""
    state = "refused, not eligible" if step is Step.REFUSED else step
    return ["".join(found) for found in SPOKEN_NAME.findall(snapshots.path_of(state).read_text(encoding="utf-8"))]
