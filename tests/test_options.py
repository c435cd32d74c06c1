"""A door to every option: what a public function may be told, a page or a command tells it, or it is gone."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.test_doors import DEFINITIONS, FUNCTIONS, Place, defined, home, modules, public, whole

# Options for comparisons with the R packages that have them, as their docstrings say.
COMPARED = {("csi_model.assessment.predict", "predict"): {"technique", "benchmark"}}
# How far old databases are brought up before they are looked at; users go to the newest alone.
OF_OLD = {("surveys.migrating", "upgrade"): {"revision"}}


def signature(place: Place) -> tuple[list[str], set[str]]:
    """Give the parameters that may be told by place, and those that may be left out."""
    arguments = defined(place[0])[place[1]].args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    optional = names[len(names) - len(arguments.defaults) :]
    for each, usual in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        optional += [each.arg] if usual is not None else []
    return names, set(optional)


def target(module: str, node: ast.expr) -> Place | None:
    """Give the definition of the product that an expression names."""
    if isinstance(node, ast.Name):
        found = home(module, node.id)
    else:
        found = whole(module, node) if isinstance(node, ast.Attribute) else None
    return found if found is not None and found[0] else None


def calls() -> Iterator[tuple[Place, list[ast.expr], list[ast.keyword]]]:
    """Give every call of a definition, and of one that is handed on with its arguments (`partial`, pools)."""
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                place = target(module, node.func)
                if place is not None:
                    yield place, node.args, node.keywords
                for at, each in enumerate(node.args):
                    handed = target(module, each)
                    if handed is not None:
                        yield handed, node.args[at + 1 :], node.keywords


def told() -> dict[Place, set[str]]:
    """Give the options that the product tells each public function; `**` may hold any."""
    found: dict[Place, set[str]] = defaultdict(set)
    functions = {place for place in public() if isinstance(defined(place[0])[place[1]], FUNCTIONS)}
    for place, by_place, by_name in calls():
        if place not in functions:
            continue
        names, optional = signature(place)
        found[place].update(names[: len(by_place)], (each.arg for each in by_name if each.arg))
        if any(each.arg is None for each in by_name) or any(isinstance(e, ast.Starred) for e in by_place):
            found[place] |= optional
    return found


def test_every_option_is_told_by_the_product():
    known, untold = told(), {}
    for place in public():
        if not isinstance(defined(place[0])[place[1]], FUNCTIONS):
            continue
        left = signature(place)[1] - known.get(place, set())
        left -= COMPARED.get(place, set()) | OF_OLD.get(place, set())
        if left:
            untold[".".join(place)] = sorted(left)
    assert untold == {}


def test_what_is_excused_is_there_and_untold():
    """Whoever gives one of these a door takes it off the lists."""
    known = told()
    for excused in (COMPARED, OF_OLD):
        for place, names in excused.items():
            assert isinstance(defined(place[0])[place[1]], DEFINITIONS)
            assert names <= signature(place)[1]
            assert not names & known[place], place
