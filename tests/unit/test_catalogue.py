"""The Spanish catalogue is complete, keeps the names that people and tests rely on, and speaks plainly."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "app/translations/es/LC_MESSAGES/messages.po"

EXACT_NAMES = (
    "Tipo de identificación",
    "Número de identificación",
    "Contraseña",
    "Ingresar",
    "¿Olvidó su contraseña?",
    "Continuar",
    "Enviar",
    "Código de 6 dígitos",
    "Nueva contraseña",
    "Confirme la nueva contraseña",
    "Asignar contraseña",
    "Personas",
    "Su contraseña fue asignada",
    "Ninguna de las anteriores",
    "Empezar de nuevo",
    "No fui yo",
)
DOCUMENTS = (
    "Cédula de ciudadanía (CC)",
    "Cédula de extranjería (CE)",
    "Tarjeta de identidad (TI)",
    "Pasaporte (PA)",
    "Permiso por Protección Temporal (PPT)",
    "Número de Identificación Tributaria (NIT)",
    "Registro civil (RC)",
)
PRODUCTS = (
    "cuenta de ahorros",
    "cuenta corriente",
    "crédito hipotecario",
    "crédito personal",
    "crédito de libranza",
    "crédito de vehículo",
    "crédito comercial",
    "microcrédito",
    "tarjeta de crédito",
)

LONGEST_SENTENCE = 25
# Forms of «tú» and «vos». A verb that begins a sentence is an order; elsewhere it may belong to «usted».
FAMILIAR = (
    "tu tus ti tuyo tuya tuyos tuyas contigo tú vos te haz pon eres estás has tienes puedes quieres debes "
    "olvidaste pediste recibiste usaste escribiste hiciste podrás tendrás recibirás tenés podés ingresá"
)
FAMILIAR_ORDERS = (
    "abre acepta busca cambia carga cierra confirma continúa copia corrige elige empieza envía escribe "
    "espera guarda ignora ingresa intenta llama lee mira muestra oprime pega presiona pulsa responde revisa "
    "sigue toca usa vuelve"
)
GLOSSARY = ROOT / "docs" / "glossary.md"
# Who reads this at night is not to blame, and is no machine's user.
BLAME = re.compile(
    r"\b(you failed|your mistake|you must|forbidden|invalid|expired|fatal|"
    r"su error|usted debe|usted falló|prohibid[oa]|inválid[oa]|expirad[oa]|ilegal)\b",
    re.IGNORECASE,
)

_PLACE = re.compile(r"%(?:\(\w+\)s|.?)")
_WORD = re.compile(r"[\w@%()-]+")


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return read_po(file, locale="es")


def _ids(catalogue: Any) -> set[str | tuple[str, ...]]:
    return {tuple(m.id) if m.pluralizable else m.id for m in catalogue if m.id}


def _translations() -> Iterator[tuple[str, str]]:
    """Every Spanish text with the English one it stands for; of plurals both forms, each with the plural."""
    for message in _read(CATALOGUE):
        if not message.id:
            continue
        spanish = message.string if message.pluralizable else (message.string,)
        english = message.id[-1] if message.pluralizable else message.id
        yield from ((english, text) for text in spanish)


def _spanish() -> list[str]:
    return [spanish for _, spanish in _translations()]


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!…])\s+", text)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `make translations` would find in code and templates today."""
    template = tmp_path_factory.mktemp("catalogue") / "messages.pot"
    mapping = str(ROOT / "babel.cfg")
    CommandLineInterface().run(  # type: ignore[no-untyped-call]  # Babel has no types there
        ["pybabel", "--quiet", "extract", "-F", mapping, "-k", "N_", "-o", str(template), str(ROOT)]
    )
    return _read(template)


def test_every_sentence_of_the_service_is_in_the_catalogue(extracted: Any) -> None:
    assert _ids(extracted) - _ids(_read(CATALOGUE)) == set(), "run `make translations` and translate these"


def test_the_catalogue_holds_nothing_that_the_service_no_longer_says(extracted: Any) -> None:
    catalogue = _read(CATALOGUE)
    assert _ids(catalogue) - _ids(extracted) == set(), "run `make translations`"
    assert not catalogue.obsolete


def test_no_translation_is_missing_or_only_guessed() -> None:
    assert [english for english, spanish in _translations() if not spanish.strip()] == []
    assert [message.id for message in _read(CATALOGUE) if message.id and message.fuzzy] == []


def test_a_translation_has_the_same_places_for_values_as_its_original() -> None:
    differing = [
        english
        for english, spanish in _translations()
        if sorted(_PLACE.findall(english)) != sorted(_PLACE.findall(spanish))
    ]
    assert differing == []


def test_a_translation_begins_and_ends_with_the_same_spaces_as_its_original() -> None:
    differing = [
        english
        for english, spanish in _translations()
        if (english[:1].isspace(), english[-1:].isspace()) != (spanish[:1].isspace(), spanish[-1:].isspace())
    ]
    assert differing == []


@pytest.mark.parametrize("name", [*EXACT_NAMES, *DOCUMENTS, *PRODUCTS])
def test_the_names_that_others_rely_on_stand_letter_by_letter(name: str) -> None:
    assert name in _spanish()


def test_pages_and_mails_say_that_they_are_in_colombian_spanish() -> None:
    assert dict(_translations())["en"] == "es-CO"


def test_the_customer_is_always_addressed_as_usted() -> None:
    familiar, orders = set(FAMILIAR.split()), set(FAMILIAR_ORDERS.split())
    sentences = [sentence for text in _spanish() for sentence in _sentences(text)]
    too_familiar = [
        sentence for sentence in sentences if familiar & set(_words(sentence)) or set(_words(sentence)[:1]) & orders
    ]
    assert too_familiar == []


def _never(column: str) -> list[str]:
    """The words that the glossary rules out in one language."""
    head, _, *rows = [line.strip("|").split("|") for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    at = [cell.strip() for cell in head].index(column)
    return [word.strip().lower() for row in rows for word in row[at].split(",") if word.strip()]


def _english() -> list[str]:
    return [one for text in _ids(_read(CATALOGUE)) for one in ([text] if isinstance(text, str) else text)]


@pytest.mark.parametrize(("column", "read"), [("never in Spanish", _spanish), ("never in English", _english)])
def test_one_thing_has_one_name(column: str, read: Callable[[], list[str]]) -> None:
    never = _never(column)
    assert len(never) > 20
    word = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, never))})(?![\w-])")
    assert [text for text in read() if word.search(_PLACE.sub("", text.lower()))] == []


@pytest.mark.parametrize("read", [_spanish, _english])
def test_names_of_buttons_stand_in_one_kind_of_quotation_marks(read: Callable[[], list[str]]) -> None:
    assert [text for text in read() if set(text) & set('«»"')] == []


@pytest.mark.parametrize("read", [_spanish, _english])
def test_nobody_is_blamed(read: Callable[[], list[str]]) -> None:
    assert [text for text in read() if BLAME.search(text)] == []


@pytest.mark.parametrize("read", [_spanish, _english])
def test_no_sentence_is_long(read: Callable[[], list[str]]) -> None:
    sentences = [sentence for text in read() for sentence in _sentences(text)]
    assert [sentence for sentence in sentences if len(sentence.split()) > LONGEST_SENTENCE] == []
