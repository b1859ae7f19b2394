"""What customers read stays easy to read: every page, e-mail and SMS, in both languages (A7).

The floors are those of the INFLESZ scale: 55 is normal, the level of the news for everybody; 65 is rather easy.
"""

import pytest

from app.domain.messages import Language

from .reading import DOCUMENT, Reading, in_document, readings, syllables, whole, words
from .tour import Tour

EASY_ENOUGH_ANYWHERE = 55
EASY_ENOUGH_IN_ALL = {Language.SPANISH: 70, Language.ENGLISH: 80}
LONGEST = 25


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("contraseña", Language.SPANISH, 4),
        ("día", Language.SPANISH, 2),
        ("ahora", Language.SPANISH, 3),
        ("ciudad", Language.SPANISH, 2),
        ("cliente", Language.SPANISH, 2),
        ("país", Language.SPANISH, 2),
        ("correo", Language.SPANISH, 3),
        ("quien", Language.SPANISH, 1),
        ("siguiente", Language.SPANISH, 3),
        ("antigüedad", Language.SPANISH, 4),
        ("muy", Language.SPANISH, 1),
        ("y", Language.SPANISH, 1),
        ("suyo", Language.SPANISH, 2),
        ("ayuda", Language.SPANISH, 3),
        ("último", Language.SPANISH, 3),
        ("NIT", Language.SPANISH, 1),
        ("SMS", Language.SPANISH, 1),
        ("password", Language.ENGLISH, 2),
        ("e-mail", Language.ENGLISH, 2),
        ("unblock", Language.ENGLISH, 2),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, language: Language, count: int) -> None:
    assert syllables(word, language) == count


def test_the_measure_tells_the_language_of_officials_from_ours() -> None:
    officials = "Se procederá a la inhabilitación de las credenciales previamente suministradas por el titular."
    ours = "Su contraseña ya no sirve. Si no fue usted, llame hoy al banco."
    scores = [Reading(Language.SPANISH, (text,)).score for text in (officials, ours)]
    assert scores[0] < 40 < EASY_ENOUGH_ANYWHERE < scores[1]


def test_every_page_and_message_is_easy_to_read(everything: Tour) -> None:
    read = readings(everything)
    hard = {name: round(reading.score) for name, reading in read.items() if reading.score < EASY_ENOUGH_ANYWHERE}
    assert not hard
    assert whole(read).score >= EASY_ENOUGH_IN_ALL[everything.language]


def test_no_sentence_is_long_when_it_is_read(everything: Tour) -> None:
    assert not {
        one for reading in readings(everything).values() for one in reading.sentences if len(words(one)) > LONGEST
    }


def test_the_document_has_the_numbers_of_today(everything: Tour) -> None:
    column = list(Language).index(everything.language)
    told = {}
    for row in in_document(DOCUMENT.read_text()).splitlines()[2:-1]:
        name, *numbers = [cell.strip() for cell in row.strip("|").split("|")]
        told[name] = tuple(map(int, numbers[2 * column : 2 * column + 2]))
    measured = {
        name: (round(reading.score), len(words(reading.longest))) for name, reading in readings(everything).items()
    }
    drawn = {name for name in measured if name.startswith("questions")}  # which ones, each bank's key decides
    assert {name: told[name] for name in told if name not in drawn} == {
        name: measured[name] for name in measured if name not in drawn
    }, "run `make words`"
    assert all(abs(told[name][0] - measured[name][0]) <= 5 for name in drawn), "run `make words`"
