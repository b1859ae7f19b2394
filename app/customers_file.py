"""The customers file: one JSON object a line, checked as a whole and only then loaded, in one transaction."""

import codecs
import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from app.adapters.sql import SqlStore, SqlTransaction
from app.adapters.sql.statements import insert
from app.adapters.sql.tables import CustomerRow, ProductRow
from app.domain.case import Rules
from app.domain.customers import Holder, ProductKind
from app.domain.documents import IdentityDocument, IdType, InvalidDocument
from app.domain.passwords import MAX_BYTES, normalise
from app.domain.proofs import KeySource, document_key
from app.settings import BOGOTA

LISTED: Final = 20
LONGEST_LINE: Final = 2**20
BATCH: Final = 1000

Progress = Callable[[int], None]
"""Is told every now and then how many bytes of the file are done."""
Watch = Callable[[str], AbstractContextManager[Progress]]
"""Shows one pass over the file under a title."""


class BadFile(ValueError):
    """The file cannot be loaded. One problem a line, in the file's order: where and why, never a value."""


def _written_out(value: Any) -> Any:
    """Numbers, in a string too, would pass for seconds since 1970: `20240201` for a day of that year."""
    if isinstance(value, datetime) or (isinstance(value, str) and ":" in value):
        return value
    raise ValueError("should be written as 2024-02-01T09:00:00-05:00")


# Begins and ends with something to see; nothing in it breaks a line, in a mail's header or on a terminal.
_VISIBLE: Final = r"^[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$"
Text = Annotated[str, StringConstraints(max_length=100, pattern=_VISIBLE)]
Pesos = Annotated[int, Field(gt=0, lt=10**15)]
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_out)]


class ProductEntry(BaseModel):
    """A product in the file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: ProductKind
    number: Text
    opened_on: Annotated[date, Field(ge=date(1900, 1, 1))]
    city: Text | None = None
    transactional: bool = False
    debit_card: bool = False
    monthly_payment: Pesos | None = None
    payment_day: Annotated[int, Field(ge=1, le=31)] | None = None
    holder: Holder | None = None
    credit_limit: Pesos | None = None

    def faults(self, today: date) -> Iterator[str]:
        """What is wrong although each field has its form."""
        if self.opened_on > today:
            yield "opened_on: is in the future"
        if self.kind is ProductKind.CREDIT_CARD and self.holder is None:
            yield "holder: is missing, should be 'main' or 'additional'"

    def values(self) -> dict[str, Any]:
        """The columns of its row, but for ids."""
        return self.model_dump() | {"holder": self.holder or Holder.MAIN}


class CustomerEntry(BaseModel):
    """A line of the file: its form. Whether it makes sense, `faults` says."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    id_type: IdType
    id_number: str
    given_names: Text
    family_names: Text
    email: str | None = None
    mobile: str | None = None
    contact_updated_at: Instant
    password: str | None = None
    products: tuple[ProductEntry, ...]

    @cached_property
    def document(self) -> IdentityDocument:
        """The document in canonical form.

        Raises:
            InvalidDocument: the number has not the form of its type.
        """
        return IdentityDocument.parse(self.id_type, self.id_number)

    def faults(self, now: datetime) -> Iterator[str]:
        """What is wrong although each field has its form. Takes most of the time that a check takes."""
        try:
            _ = self.document
        except InvalidDocument as why:
            yield f"id_number: {why}"
        if self.email is not None and not _is_email(self.email):
            yield "email: is not an e-mail address"
        if self.mobile is not None and not _is_mobile(self.mobile):
            yield "mobile: is not a mobile number such as +573001234567"
        if self.contact_updated_at > now:
            yield "contact_updated_at: is in the future"
        if self.password is not None and not 0 < len(normalise(self.password).encode()) <= MAX_BYTES:
            yield f"password: should have 1 to {MAX_BYTES} bytes"
        today = now.astimezone(BOGOTA).date()
        for index, product in enumerate(self.products):
            yield from (f"products[{index}].{fault}" for fault in product.faults(today))

    def digest(self) -> str:
        """A name for all that the line says, but for the password: another one when anything changes."""
        return hashlib.sha256(self.model_dump_json(exclude={"password"}).encode()).hexdigest()


_PLAIN_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_ADDRESS: Final = 254


def _is_email(address: str) -> bool:
    """Whether every mail server could take it, so ASCII only; no DNS is asked.

    Most customers share a few domains, so those are looked at once wherever the rest of the address is plain.
    """
    local, _, domain = address.rpartition("@")
    if len(local) > _LONGEST_LOCAL_PART or len(address) > _LONGEST_ADDRESS:
        return False
    return _validates(f"a@{domain}" if _PLAIN_LOCAL_PART.fullmatch(local) else address)


@lru_cache(maxsize=1000)
def _validates(address: str) -> bool:
    try:
        return address.isascii() and bool(validate_email(address, check_deliverability=False, allow_smtputf8=False))
    except EmailNotValidError:
        return False


_MOBILES: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_COLOMBIA: Final[Any] = PhoneMetadata.metadata_for_region("CO")
_COLOMBIAN_MOBILE: Final = re.compile(rf"\+57(?:{_COLOMBIA.mobile.national_number_pattern})")


def _is_mobile(number: str) -> bool:
    """Whether it is a number in E.164 form that may be a mobile, of any country."""
    if _COLOMBIAN_MOBILE.fullmatch(number):
        return True  # the pattern that number_type looks at, a hundred times faster
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return False
    as_it_should_be = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return number == as_it_should_be and phonenumbers.number_type(parsed) in _MOBILES


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


class _Documents:
    """Which line names which document: 16 bytes a line.

    Eight bytes of a digest stand for a document; that two among a million share them has a chance of 3 in 10⁸.
    """

    def __init__(self) -> None:
        self._digests = array("Q")
        self._lines = array("Q")

    def add(self, document: IdentityDocument, line: int) -> None:
        digest = hashlib.blake2b(f"{document.type}|{document.number}".encode(), digest_size=8)
        self._digests.append(int.from_bytes(digest.digest()))
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
        self._new_content = hashlib.sha256()

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
                    self._new_content.update(line.text)
        problems.raise_if_any()
        return good - len(self._new_lines)

    def news(self, progress: Progress) -> Iterator[CustomerEntry]:
        """The customers whose lines say something new.

        Raises:
            BadFile: after the last one: these are not the lines that were checked.
        """
        content = hashlib.sha256()
        for start in self._new_lines:
            self._file.seek(start)
            line = self._file.readline(LONGEST_LINE)
            content.update(line)
            yield _ENTRY.validate_json(line.removeprefix(codecs.BOM_UTF8))
            progress(start + len(line))
        if content.digest() != self._new_content.digest():
            raise BadFile("the file changed while it was being loaded")

    def _good_lines(self, now: datetime, problems: "_Problems", progress: Progress) -> Iterator["_Line"]:
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


@dataclass(slots=True)
class Report:
    """What a load did, in customers."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    passwords: int = 0


def import_file(path: Path, store: SqlStore, rules: Rules, watch: Watch) -> Report:
    """Check the file, then load what is new in it: all of that or nothing. Once more changes nothing.

    The check keeps nobody waiting; the load is one transaction, and on SQLite the only one meanwhile. Customers
    who are not in the file stay.

    Raises:
        BadFile: nothing was loaded; the text says why.
    """
    with path.open("rb") as file:
        customers = CustomersFile(file)
        with watch("Checking") as progress:
            unchanged = customers.check(store, rules.keys, progress)
        with watch("Loading") as progress, store.transaction() as tx:
            report = load(tx, rules, customers.news(progress))
    report.unchanged += unchanged
    return report


def load(tx: SqlTransaction, rules: Rules, entries: Iterable[CustomerEntry]) -> Report:
    """Bring customers into the database as these entries say. No document may come twice.

    An entry whose digest is known is left alone. Otherwise the customer's row and products are written anew. A
    password is set only where there is none yet.
    """
    report, rest = Report(), iter(entries)
    while batch := {document_key(entry.document, rules.keys): entry for entry in islice(rest, BATCH)}:
        _Batch(tx, rules, batch, report).load()
    return report


class _Stored(NamedTuple):
    """What must be known of a customer who is there already."""

    id: int
    digest: str
    email: str | None
    mobile: str | None
    contact_updated_at: datetime


class _Batch:
    """Some entries by keyed document, and the rows they become."""

    def __init__(self, tx: SqlTransaction, rules: Rules, entries: Mapping[str, CustomerEntry], report: Report) -> None:
        self._tx, self._rules, self._entries, self._report = tx, rules, entries, report
        self._digests = {key: entry.digest() for key, entry in entries.items()}

    def load(self) -> None:
        """Add the new, change the changed, set the passwords."""
        stored = self._stored()
        new = [key for key in self._entries if key not in stored]
        changed = [key for key, row in stored.items() if row.digest != self._digests[key]]
        ids = {key: row.id for key, row in stored.items()} | self._add(new)
        self._change({key: stored[key] for key in changed})
        self._set_passwords(ids)
        self._report.added += len(new)
        self._report.changed += len(changed)
        self._report.unchanged += len(stored) - len(changed)

    def _stored(self) -> dict[str, "_Stored"]:
        rows = self._tx.connection.execute(
            select(CustomerRow.document_key, *(getattr(CustomerRow, name) for name in _Stored._fields)).where(
                col(CustomerRow.document_key).in_(self._entries)
            )
        )
        return {key: _Stored(*values) for key, *values in rows}

    def _add(self, keys: Sequence[str]) -> dict[str, int]:
        if not keys:
            return {}
        connection = self._tx.connection
        rows = [self._row(key) | {"contact_updated_at": self._entries[key].contact_updated_at} for key in keys]
        connection.execute(insert(connection, CustomerRow), rows)
        added = select(CustomerRow.document_key, CustomerRow.id).where(col(CustomerRow.document_key).in_(keys))
        ids = {row.document_key: row.id for row in connection.execute(added)}
        self._add_products(ids)
        return ids

    def _add_products(self, ids: Mapping[str, int]) -> None:
        rows = [
            product.values() | {"customer_id": customer_id}
            for key, customer_id in ids.items()
            for product in self._entries[key].products
        ]
        if rows:
            self._tx.connection.execute(insert(self._tx.connection, ProductRow), rows)

    def _change(self, stored: Mapping[str, _Stored]) -> None:
        if not stored:
            return
        ids = {key: row.id for key, row in stored.items()}
        rows = [
            self._row(key) | {"of": row.id, "contact_updated_at": self._contact_updated_at(key, row)}
            for key, row in stored.items()
        ]
        connection = self._tx.connection
        connection.execute(update(CustomerRow).where(col(CustomerRow.id) == bindparam("of")), rows)
        connection.execute(delete(ProductRow).where(col(ProductRow.customer_id).in_(ids.values())))
        self._add_products(ids)

    def _row(self, key: str) -> dict[str, Any]:
        entry = self._entries[key]
        return {
            "document_key": key,
            "id_type": entry.id_type,
            "id_number": entry.document.number,
            "given_names": entry.given_names,
            "family_names": entry.family_names,
            "email": entry.email,
            "mobile": entry.mobile,
            "digest": self._digests[key],
        }

    def _contact_updated_at(self, key: str, stored: _Stored) -> datetime:
        """A new address that the file does not date later is dated now, so that the hold begins anyhow."""
        entry = self._entries[key]
        same = (entry.email, entry.mobile) == (stored.email, stored.mobile)
        told = max(entry.contact_updated_at, stored.contact_updated_at)
        return told if same or told > stored.contact_updated_at else self._tx.now

    def _set_passwords(self, ids: Mapping[str, int]) -> None:
        credentials = self._tx.credentials
        for key, entry in self._entries.items():
            if entry.password is not None and credentials.of(ids[key]).password_hash is None:
                credentials.assign(ids[key], self._rules.hasher.hash(entry.password))
                self._report.passwords += 1
