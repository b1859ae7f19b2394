"""What all forms of the journey share."""

from typing import Any, ClassVar, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import ValidationError

from app.domain.case import Case
from app.domain.documents import IdentityDocument, IdType, InvalidDocument
from app.domain.proofs import CODE_DIGITS, canonical_code

ID_TYPES = (
    SelectChoice(IdType.CC, _("Citizenship card (CC)")),
    SelectChoice(IdType.CE, _("Foreigner identity card (CE)")),
    SelectChoice(IdType.TI, _("Identity card for minors (TI)")),
    SelectChoice(IdType.PA, _("Passport (PA)")),
    SelectChoice(IdType.PPT, _("Temporary protection permit (PPT)")),
    SelectChoice(IdType.NIT, _("Tax number (NIT)")),
    SelectChoice(IdType.RC, _("Civil registration (RC)")),
)


class StepForm(FlaskForm):
    """A step's form. `answer` is what the step decides on, free of forms.

    `blamed` names the field beside which a refused answer is explained; None where no field may be named.
    """

    blamed: ClassVar[str | None] = None

    @classmethod
    def of(cls, _case: Case) -> Self:
        """The form for one case; a step whose fields depend on the customer overrides it."""
        return cls()

    @property
    def answer(self) -> Any:
        """The validated answer; None where pressing the button is the answer."""
        return None

    def refuse(self, message: str) -> None:
        """Say why the answer was refused, beside the field it is about and in the summary."""
        if self.blamed:
            field = self[self.blamed]
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)


class SixDigits:
    """Judges the form of six digits only, so that a slip of the finger costs no try; spaces do not matter."""

    def __init__(self, missing: str, misshapen: str) -> None:
        self._missing = missing
        self._misshapen = misshapen

    def __call__(self, _form: FlaskForm, field: StringField) -> None:
        """Raises ValidationError with the one sentence or the other."""
        typed = canonical_code(field.data or "")
        if not typed:
            raise ValidationError(self._missing)
        if not (typed.isascii() and typed.isdigit() and len(typed) == CODE_DIGITS):
            raise ValidationError(self._misshapen)


class SecretDigitsForm(StepForm):
    """One field, named by `blamed`: digits as text, so leading zeros count. A refused secret is not drawn again."""

    blamed: ClassVar[str]

    def refuse(self, message: str) -> None:
        """Say why, and empty the field."""
        super().refuse(message)
        self[self.blamed].data = ""

    @property
    def answer(self) -> str:
        """The digits as typed."""
        return self[self.blamed].data or ""


class DocumentForm(StepForm):
    """Type and number of an identity document, asked at the start and again after the link."""

    blamed = "id_number"

    id_type = SelectField(_("Document type"), choices=ID_TYPES, default=IdType.CC)
    id_number = StringField(_("Document number"))

    def validate_id_number(self, field: StringField) -> None:
        """Only the form of the number is judged: nobody learns here who is a customer (S1)."""
        typed = field.data or ""
        if not typed.strip():
            raise ValidationError(_("Type your document number."))
        try:
            IdentityDocument.parse(self.id_type.data, typed)
        except InvalidDocument:
            raise ValidationError(
                _("Check the type and the number: they do not fit together. Example of a citizenship card: 1020304050.")
            ) from None

    @property
    def answer(self) -> IdentityDocument:
        """The document in canonical form."""
        return IdentityDocument.parse(self.id_type.data, self.id_number.data or "")
