"""What rooms that may not import each other both have to name: each list of one is that of the other."""

from typing import get_args

import csi_model
from csi_model.answers.checks import AS_EXPORTED
from csi_model.answers.sample import GAPS
from csi_model.beside.expectations import TIERS
from csi_model.options import INDICATIVE
from csi_model.remedies import REMEDIES
from csi_model.specify.asked import STATES
from surveys.codes import REASONS, WRITTEN
from surveys.document.conditions import ACCOUNT
from surveys.document.indicators import Tier
from surveys.document.questionnaire import Account
from web import labels
from web.runs.forms import RunForm


def test_files_say_by_the_numbers_that_the_engine_looks_for_why_there_is_no_answer():
    assert {float(number): REASONS[stored] for stored, number in WRITTEN.items()} == AS_EXPORTED


def test_the_engine_knows_every_reason_why_there_is_no_answer():
    assert set(REASONS.values()) == set(STATES) < set(GAPS)


def test_tiers_of_expectations_are_the_same_in_questionnaires_figures_and_pages():
    assert get_args(Tier) == TIERS == tuple(labels.TIERS)


def test_conditions_and_pipes_know_the_same_of_the_customer_file():
    assert get_args(Account) == tuple(ACCOUNT)


def test_a_run_is_asked_for_as_the_engine_can_estimate():
    offered = {
        name: tuple(each.value for each in getattr(RunForm, name).kwargs["choices"])
        for name in ("method", "scheme")
    }
    assert offered == {"method": csi_model.PLS_METHODS, "scheme": csi_model.SCHEMES}


def test_what_to_do_about_few_answers_names_the_number_that_is_few():
    assert f"at least {INDICATIVE} answers" in REMEDIES["indicative"]
