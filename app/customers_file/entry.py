"""What a line of the customers file may say, and what is wrong with one."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.domain.customers import Holder, ProductKind
from app.domain.documents import IdentityDocument, IdType, InvalidDocument
from app.domain.passwords import MAX_BYTES, is_usable
from app.settings import BOGOTA


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
        if self.password is not None and not (self.password and is_usable(self.password)):
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
