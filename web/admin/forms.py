"""The forms of staff accounts."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from web.accounts.roles import DUTIES
from web.forms import one_line, stripped


class RolesForm(FlaskForm):
    """What a person may do."""

    roles = SelectMultipleField(
        _l("Roles"),
        choices=[SelectChoice(name, duty) for name, duty in DUTIES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        invalid_choice_message=_l("Choose out of the roles offered."),
    )

    def validate_roles(self, field: SelectMultipleField) -> None:
        """Refuse an account without any role: it could do nothing."""
        if not field.data:
            raise ValidationError(_("Choose at least one role."))


class UnitForm(FlaskForm):
    """A unit that a person belongs to."""

    unit = StringField(
        _l("Unit"),
        filters=[stripped],
        description=_l("The code of a unit. Viewers and unit managers see it and what is under it."),
        validators=[Optional(), Length(max=64), one_line],
        render_kw={"list": "units-offered"},
    )


class PersonForm(RolesForm, UnitForm):
    """A new account."""

    email = EmailField(
        _l("E-mail address"),
        filters=[stripped],
        description=_l("The person logs in with it."),
        validators=[DataRequired(_l("Enter the e-mail address.")), Length(max=254), one_line],
    )
    name = StringField(_l("Name"), filters=[stripped], validators=[Optional(), Length(max=200), one_line])
