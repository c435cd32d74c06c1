"""`manyi wave quotas`: limits of segments and of the questionnaire, set, shown, cleared and refused."""

import json

import pytest

from surveys.collecting.waves import close_wave
from tests.cli.test_fieldwork import answered, trail
from tests.surveys.worlds import NOW, make_units, make_wave


def test_quotas_are_set_shown_and_cleared(manyi, world):
    make_units(world)
    wave = make_wave(world)
    answered(world, wave, 3, unit="C1", tier="key")
    answered(world, wave, 1, unit="C1", tier="base")
    given = ("--set", "tier=key:3", "--set", "unit=C1, tier=base:2")
    code, out, err = manyi("wave", "quotas", "W1", *given, "--json", "-")
    after = [{"where": {"tier": "key"}, "limit": 3}, {"where": {"unit": "C1", "tier": "base"}, "limit": 2}]
    standing = [quota | {"complete": complete} for quota, complete in zip(after, (3, 1), strict=True)]
    assert (code, json.loads(out)) == (0, {"wave": "W1", "quotas": standing})
    assert [line.split() for line in err.splitlines()][1:] == [
        ["tier", "=", "key", "3", "3", "full"],
        ["unit", "=", "C1,", "tier", "=", "base", "1", "2"],
    ]
    detail = {"before": [], "after": after}
    assert trail(world) == ("command line", "wave.set_quotas", "wave:W1", detail)
    assert manyi("wave", "quotas", "W1")[2] == err
    assert manyi("wave", "quotas", "W1", "--clear")[2] == "W1 has no quotas.\n"
    world.refresh(wave)
    assert wave.quotas == []


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (("W1", "--set", "tier=key:1", "--clear"), "not both", 2),
        (("W1", "--set", "tier=key"), "is not understood", 1),
        (("W1", "--set", "tier:3"), "no quota tier", 1),
        (("W1", "--set", ":3"), "is not understood", 1),
        (("W1", "--set", "tier=key:-3"), "is not understood", 1),
        (("W1", "--set", "tier=key:" + "9" * 5000), "is not understood", 1),
        (("W1", "--set", "A:" + "9" * 5000), "is not understood", 1),
        (("W1", "--set", "age=9:3"), "age is no segment of customers", 1),
        (("W1", "--set", "tier=Key:3"), "'Key' is no tier of customers", 1),
        (("W1", "--set", "unit=C99:3"), "There is no unit C99", 1),
        (("W1", "--set", "tier=key:3", "--set", "tier = key:4"), "names tier = key twice", 1),
        (("W1", "--set", "A:3", "--set", "A:4"), "names A twice", 1),
        (("NEVER",), "NEVER", 1),
        (("W2", "--set", "tier=key:3"), "W2", 1),
    ],
)
def test_quotas_that_are_refused(manyi, world, arguments, said, status):
    wave = make_wave(world)
    close_wave(world, make_wave(world, wave.version, code="W2"), NOW)
    world.commit()
    code, _, err = manyi("wave", "quotas", *arguments)
    assert code == status
    assert said in err
    assert trail(world) is None
