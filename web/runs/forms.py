"""Forms of runs."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange


class RunForm(FlaskForm):
    """What to estimate and how."""

    wave = SelectField(_l("Wave"), validators=[DataRequired()])
    method = SelectField(
        _l("Method"),
        choices=[
            SelectChoice("pls", _l("PLS path model (as ACSI and ECSI)")),
            SelectChoice("plsc", _l("Consistent PLS (relations corrected for measurement error)")),
        ],
        default="pls",
    )
    scheme = SelectField(
        _l("Inner weighting"),
        choices=[
            SelectChoice("path", _l("path")),
            SelectChoice("factorial", _l("factorial")),
            SelectChoice("centroid", _l("centroid")),
        ],
        default="path",
    )
    interactions = BooleanField(
        _l("With interactions"),
        description=_l(
            "Does a high switching cost weaken what satisfaction does to loyalty? The index hardly moves."
        ),
    )
    partial = BooleanField(
        _l("With partial questionnaires"),
        description=_l(
            "At least half answered, but less than 80 %. The official index rests on complete ones alone."
        ),
    )
    bootstrap = IntegerField(
        _l("Resamples for the intervals"),
        default=1000,
        validators=[InputRequired(), NumberRange(200, 10_000)],
        description=_l("Between 200 and 10,000; 1,000 is enough for intervals, more takes longer."),
    )
    seed = IntegerField(
        _l("Seed"),
        default=1,
        validators=[InputRequired(), NumberRange(0, 2**31 - 1)],
        description=_l("The same seed gives the same result to the last digit."),
    )
