"""What the shared people type, and two more of them."""

from dataclasses import replace

from app.domain.customers import Contact, Customer
from app.domain.documents import IdentityDocument, IdType
from tests.people import (
    ALICE,
    BOB,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    FRANK_OUT_OF_REACH,
    GRACE_WITH_ONE_CARD,
    LONG_AGO,
    NOBODYS_DOCUMENT,
)

HEIDI_WHO_IS_FROZEN = replace(
    ALICE,
    id=8,
    document=IdentityDocument(IdType.CC, "52000444"),
    given_names="Heidi",
    contact=Contact("heidi@example.com", "+573205550000", LONG_AGO),
)
IVAN_BY_EMAIL_ONLY = replace(
    ALICE,
    id=9,
    document=IdentityDocument(IdType.CC, "52000555"),
    given_names="Ivan",
    contact=Contact("ivan@example.com", None, LONG_AGO),
)
CUSTOMERS = (
    ALICE,
    BOB,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    FRANK_OUT_OF_REACH,
    GRACE_WITH_ONE_CARD,
    HEIDI_WHO_IS_FROZEN,
    IVAN_BY_EMAIL_ONLY,
)
NOBODY = replace(ALICE, id=99, document=NOBODYS_DOCUMENT, given_names="Nobody", contact=Contact(None, None, LONG_AGO))


def document(person: Customer) -> dict[str, str]:
    """The fields with a person's document."""
    return {"id_type": person.document.type, "id_number": person.document.number}
