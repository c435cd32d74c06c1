"""Files that commands read and write: nothing is lost in them, and no work is done for nothing."""

import shutil

import pytest

from tests.csi_model.simulated import GOLDEN
from tests.surveys.worlds import make_wave

DATA, MODEL = GOLDEN / "data.csv", GOLDEN / "model.yaml"


@pytest.fixture
def answers(tmp_path):
    return shutil.copy(DATA, tmp_path / "answers.csv")


@pytest.mark.parametrize("option", ["--scores", "--json", "--xlsx"])
def test_answers_are_not_written_over(manyi, answers, option):
    code, out, err = manyi("estimate", answers, "--model", MODEL, option, answers)
    assert (code, out) == (2, "")
    assert f"{answers} is named twice" in err
    assert answers.read_bytes() == DATA.read_bytes()


def test_a_file_named_by_another_way_is_the_same(manyi, answers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.csv").symlink_to(answers)
    for name in ("answers.csv", "./answers.csv", "link.csv"):
        assert manyi("estimate", answers, "--model", MODEL, "--scores", name)[0] == 2
    assert answers.read_bytes() == DATA.read_bytes()


def test_two_results_do_not_go_into_one_file(manyi, tmp_path):
    target = tmp_path / "result"
    code, _, err = manyi("estimate", DATA, "--model", MODEL, "--json", target, "--scores", target)
    assert code == 2
    assert "named twice" in err
    assert not target.exists()
    assert manyi("survey", "check", target, "--json", target)[0] == 2


def test_what_is_read_may_be_named_twice_and_what_is_thrown_away_too(manyi):
    given = ("--model", MODEL, "--assess", "--against", MODEL)
    code, _, err = manyi("estimate", DATA, *given, "--json", "/dev/null", "--scores", "/dev/null")
    assert "named twice" not in err
    assert code in {0, 1}  # the same model is no rival


@pytest.mark.parametrize(("target", "reason"), [("no/out", "there is no folder"), (".", "it is a folder")])
def test_a_file_that_cannot_be_is_refused_before_the_work(manyi, tmp_path, target, reason):
    absent = tmp_path / "absent.csv"  # read only where work begins
    for command in ("estimate", "priorities", "what-if", "segments"):
        more = ("--raise", "SAT1=1") if command == "what-if" else ()
        code, out, err = manyi(command, absent, "--model", MODEL, "--json", tmp_path / target, *more)
        assert (code, out) == (1, "")
        assert f"cannot be written: {reason}" in err
        assert "absent.csv" not in err


def test_what_is_exported_beside_answers_has_a_folder_and_a_name_of_its_own(manyi, tmp_path):
    target = tmp_path / "answers.csv"
    export = ("responses", "export", "W1", "-o", target)
    code, _, err = manyi(*export, "--model", tmp_path / "no" / "model.yaml")
    assert (code, "model.yaml cannot be written" in err) == (1, True)
    assert manyi(*export, "--model", target)[0] == 2
    assert manyi(*export, "--codebook", target)[0] == 2
    assert not target.exists()


def test_an_export_that_is_refused_has_written_nothing(manyi, world, tmp_path):
    make_wave(world)
    world.commit()
    target, model = tmp_path / "answers.csv", tmp_path / "model.yaml"
    code, _, err = manyi("responses", "export", "W1", "-o", target, "--model", model)
    assert (code, "no indicator system" in err) == (1, True)
    assert not target.exists()
    assert not model.exists()
    assert manyi("responses", "export", "W1", "-o", target)[0] == 0


@pytest.mark.parametrize("option", ["--model", "--xlsx", "--scores"])
def test_standard_output_is_said_to_be_none_of_a_commands_files(manyi, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    given = ["--model", MODEL] if option != "--model" else []
    code, out, err = manyi("estimate", DATA, *given, option, "-")
    assert (code, out) == (2, "")
    assert "- stands for standard input or output" in err
    assert not list(tmp_path.iterdir())
