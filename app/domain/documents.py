"""Identity documents: one canonical form, for look-up, limits and logs alike."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stdnum.co import nit


class IdType(StrEnum):
    """The kinds of identity document a Colombian bank accepts."""

    CC = "CC"
    CE = "CE"
    TI = "TI"
    PA = "PA"
    PPT = "PPT"
    NIT = "NIT"
    RC = "RC"


class InvalidDocument(ValueError):
    """The number cannot belong to a document of that type, whoever its owner is."""


FORMATS: Final[dict[IdType, re.Pattern[str]]] = {
    IdType.CC: re.compile(r"[0-9]{3,10}"),
    IdType.CE: re.compile(r"[0-9]{6,12}"),
    IdType.TI: re.compile(r"[0-9]{10,11}"),
    IdType.PA: re.compile(r"[A-Z0-9]{6,14}"),
    IdType.PPT: re.compile(r"[0-9]{7,15}"),
    IdType.NIT: re.compile(r"[0-9]{9,10}"),
    IdType.RC: re.compile(r"[0-9]{8,11}"),
}

_SEPARATORS = re.compile(r"[\s.\-\u00ad\u2010-\u2015\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document in canonical form. Build it with `parse`; two equal documents are the same person."""

    type: IdType
    number: str

    @classmethod
    def parse(cls, id_type: str, number: str) -> "IdentityDocument":
        """Canonicalise what a person typed: separators dropped, ASCII only, letters upper-case.

        The number stays text: leading zeros count (ASVS 5.0 V1.1.1, V2.2). A NIT carries its check digit.

        Raises:
            InvalidDocument: the type is unknown or the number has not its form.
        """
        try:
            kind = IdType(id_type)
        except ValueError:
            raise InvalidDocument("unknown type") from None
        typed = _SEPARATORS.sub("", number)
        canonical = typed.upper()
        if not (typed.isascii() and FORMATS[kind].fullmatch(canonical)):
            raise InvalidDocument("wrong format")
        if kind is IdType.NIT and not nit.is_valid(canonical):
            raise InvalidDocument("wrong check digit")
        return cls(kind, canonical)

    def __repr__(self) -> str:
        return f"IdentityDocument({self.type}, …)"

    def __str__(self) -> str:
        return f"{self.type} {self.number}"
