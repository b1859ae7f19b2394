"""Sentences for a customer that the domain chooses and the page translates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext's extractor looks for
    """Mark a sentence for the translation catalogue without translating it here."""
    return msgid


@dataclass(frozen=True, slots=True)
class Message:
    """An English msgid with `%(name)s` places and their values; a Message among them is translated too."""

    msgid: str
    values: Mapping[str, "str | int | Message"] = field(default_factory=lambda: MappingProxyType({}))
