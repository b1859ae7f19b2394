"""Looks at all of a customers file before anything of it is loaded, and tells which of its lines say something new."""

import codecs
import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, pairwise
from typing import Any, BinaryIO, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlmodel import col, select

from app.adapters.sql import SqlStore
from app.adapters.sql.tables import CustomerRow
from app.customers_file.entry import CustomerEntry
from app.domain.documents import IdentityDocument
from app.domain.proofs import KeySource, document_key

LISTED: Final = 20
LONGEST_LINE: Final = 2**20
BATCH: Final = 1000

Progress = Callable[[int], None]
"""Is told every now and then how many bytes of the file are done."""


class BadFile(ValueError):
    """The file cannot be loaded. One problem a line, in the file's order: where and why, never a value."""


_ENTRY: Final = TypeAdapter(CustomerEntry)
_IN_OTHER_WORDS: Final = {
    "extra_forbidden": "unknown field",
    "missing": "is missing",
    "string_pattern_mismatch": "should begin and end with a visible character and hold no control character",
    "timezone_aware": "should carry an offset, such as -05:00",
}


def _reason(error: Any) -> str:
    """One of pydantic's errors in a few words; the name of a field, made fit to print, but never its value."""
    text = _IN_OTHER_WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    place = "".join(char if char.isprintable() else "?" for char in place[:80])
    return f"{place}: {text}" if place else str(text)


@dataclass(slots=True)
class _Problems:
    """The first of the bad lines, in words, and how many there are."""

    listed: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, reasons: Iterable[str]) -> None:
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append((line, "; ".join(islice(reasons, 3))))

    def raise_if_any(self) -> None:
        if not self.count:
            return
        lines = [f"line {line}: {reasons}" for line, reasons in sorted(self.listed)]
        if rest := self.count - len(lines):
            lines.append(f"… and {rest:,} more bad lines")
        raise BadFile("\n".join(lines))


def _digest(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())


class _Documents:
    """Which line names which document: 16 bytes a line.

    Eight bytes of a digest stand for a document; that two among a million share them has a chance of 3 in 10⁸.
    """

    def __init__(self) -> None:
        self._digests = array("Q")
        self._lines = array("Q")

    def add(self, document: IdentityDocument, line: int) -> None:
        self._digests.append(_digest(f"{document.type}|{document.number}".encode()))
        self._lines.append(line)

    def repeated(self) -> list[tuple[int, int]]:
        """Pairs of lines with the same document: the earlier one, the later one; by the later one."""
        by_digest = sorted(range(len(self._digests)), key=self._digests.__getitem__)
        same = ((a, b) for a, b in pairwise(by_digest) if self._digests[a] == self._digests[b])
        return sorted(((self._lines[a], self._lines[b]) for a, b in same), key=lambda pair: pair[1])


class CustomersFile:
    """An open file of customers: all of it is checked, then what is new in it is read again to be loaded."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._new_lines = array("Q")
        self._new_digests = array("Q")

    def check(self, store: SqlStore, keys: KeySource, progress: Progress) -> int:
        """Look at every line, and compare it with what is stored; how many customers say nothing new.

        Raises:
            BadFile: the first bad lines, each by number and reason, and how many more there are.
        """
        problems, good = _Problems(), 0
        lines = self._good_lines(store.clock(), problems, progress)
        while batch := list(islice(lines, BATCH)):
            good += len(batch)
            known = _digests(store, [document_key(line.entry.document, keys) for line in batch])
            for line in batch:
                if line.entry.password is not None or line.entry.digest() not in known:
                    self._new_lines.append(line.start)
                    self._new_digests.append(_digest(line.text))
        problems.raise_if_any()
        return good - len(self._new_lines)

    def news(self, progress: Progress) -> Iterator[CustomerEntry]:
        """The customers whose lines say something new.

        Raises:
            BadFile: a line is not the one that was checked.
        """
        for start, digest in zip(self._new_lines, self._new_digests, strict=True):
            self._file.seek(start)
            line = self._file.readline(LONGEST_LINE)
            if _digest(line) != digest:
                raise BadFile("the file changed while it was being loaded")
            yield _ENTRY.validate_json(line.removeprefix(codecs.BOM_UTF8))
            progress(start + len(line))

    def _good_lines(self, now: datetime, problems: _Problems, progress: Progress) -> Iterator["_Line"]:
        documents = _Documents()
        for number, start, text in self._lines(progress):
            try:
                entry = _ENTRY.validate_json(text.removeprefix(codecs.BOM_UTF8))
            except ValidationError as error:
                problems.add(number, map(_reason, error.errors(include_url=False, include_input=False)))
                continue
            if faults := list(entry.faults(now)):
                problems.add(number, faults)
                continue
            documents.add(entry.document, number)
            yield _Line(start, text, entry)
        for earlier, later in documents.repeated():
            problems.add(later, [f"the same document as line {earlier}"])

    def _lines(self, progress: Progress) -> Iterator[tuple[int, int, bytes]]:
        """Number, place and text of each line. Blank lines are left out, but count."""
        number, done = 0, 0
        while text := self._file.readline(LONGEST_LINE):
            number, start, done = number + 1, done, done + len(text)
            if len(text) == LONGEST_LINE:
                raise BadFile(f"line {number}: is longer than {LONGEST_LINE:,} bytes; a customer takes one line")
            if not text.isspace():
                yield number, start, text
            progress(done)


class _Line(NamedTuple):
    """A good line: where it begins, its bytes, and what it says."""

    start: int
    text: bytes
    entry: CustomerEntry


def _digests(store: SqlStore, document_keys: Sequence[str]) -> set[str]:
    with store.transaction() as tx:
        return set(
            tx.connection.scalars(select(CustomerRow.digest).where(col(CustomerRow.document_key).in_(document_keys)))
        )
