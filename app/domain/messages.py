"""Sentences for a customer that the domain chooses and the page translates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Language(StrEnum):
    """A language the service speaks; Spanish unless a customer chose otherwise (docs/decisions/0040)."""

    SPANISH = "es"
    ENGLISH = "en"


class Pesos(int):
    """An amount of whole Colombian pesos, written the Colombian way: `$1.250.000`."""

    def __str__(self) -> str:
        return f"${int(self):,}".replace(",", ".")


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext's extractor looks for
    """Mark a sentence for the translation catalogue without translating it here."""
    return msgid


@dataclass(frozen=True, slots=True)
class Message:
    """An English msgid with `%(name)s` places and their values; a Message among them is translated too."""

    msgid: str
    values: Mapping[str, "str | int | Pesos | Message"] = field(default_factory=lambda: MappingProxyType({}))
