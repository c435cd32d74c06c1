"""A door to every room: what the engine and the surveys define is reached from the site or its commands."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import csi_model

ROOT = Path(csi_model.__file__).parents[1]
ROOMS = ("csi_model", "surveys")
PRODUCT = (*ROOMS, "web")

Place = tuple[str, str]  # module, name of a definition at its top
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
ENTRIES = {("web.cli", "main")}
OF_THE_LANGUAGE = {"cache", "contextmanager", "dataclass"}  # decorators that make no page, command or job
PANELS = "web.insight.panels."  # the dashboards find their files by looking into the folder


@cache
def modules() -> dict[str, ast.Module]:
    """Dotted name → tree of every module of the product."""
    found = {}
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:  # Alembic calls these
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imported(module: str) -> dict[str, Place]:
    """Names that a module imports from the product, anywhere in it → where from; ("", …) is a module."""
    found: dict[str, Place] = {}
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PRODUCT:
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                found[each.asname or each.name] = (
                    ("", whole)
                    if whole in modules() and each.name not in defined(node.module)
                    else (node.module, each.name)
                )
        elif isinstance(node, ast.Import):
            for each in node.names:
                if each.name.split(".")[0] in PRODUCT:
                    found[each.asname or each.name.split(".")[0]] = (
                        "",
                        each.name if each.asname else each.name.split(".")[0],
                    )
    return found


@cache
def defined(module: str) -> dict[str, ast.stmt]:
    """Functions and classes at the top of a module."""
    return {node.name: node for node in modules()[module].body if isinstance(node, DEFINITIONS)}


def home(module: str, name: str) -> Place | None:
    """Follow a name through faces to the module that defines it; ("", …) is a module."""
    for _ in range(9):
        if module not in modules():
            return None
        if name in defined(module):
            return module, name
        if f"{module}.{name}" in modules():
            return "", f"{module}.{name}"
        if name not in imported(module):
            return None
        module, name = imported(module)[name]
        if not module:
            return module, name
    return None


def uses(module: str, node: ast.AST) -> Iterator[Place]:
    """Definitions of the product that a piece of code names."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found = home(module, part.id)
        elif isinstance(part, ast.Attribute):
            found = whole(module, part)
        else:
            continue
        if found is not None and found[0]:
            yield found


def whole(module: str, node: ast.expr) -> Place | None:
    """What a dotted name means, where it begins with a module of the product."""
    if isinstance(node, ast.Name):
        return home(module, node.id)
    if isinstance(node, ast.Attribute):
        owner = whole(module, node.value)
        if owner is not None and not owner[0]:
            return home(owner[1], node.attr)
    return None


def begins(module: str, node: ast.stmt) -> bool:
    """Whether code is run without a caller of ours: a module's own statements, pages, commands, jobs."""
    if isinstance(node, DEFINITIONS):
        is_panel = module.startswith(PANELS) and node.name == "panels"
        given = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
        return module.startswith("web.") and (is_panel or not given <= OF_THE_LANGUAGE)
    return not isinstance(node, ast.Import | ast.ImportFrom)


@cache
def reached() -> set[Place]:
    """Definitions that pages, commands, jobs or a module's own statements lead to."""
    waiting: list[Place] = list(ENTRIES)
    for module, tree in modules().items():
        for node in tree.body:
            if begins(module, node):
                waiting += uses(module, node)
                waiting += [(module, node.name)] if isinstance(node, DEFINITIONS) else []
    found: set[Place] = set()
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += uses(place[0], defined(place[0])[place[1]])
    return found


def test_every_definition_of_the_site_is_reached_from_a_page_a_command_or_a_job():
    own = {(name, each) for name in modules() if name.split(".")[0] == "web" for each in defined(name)}
    assert sorted(f"{module}.{name}" for module, name in own - reached()) == []


def public() -> Iterator[Place]:
    """Public definitions at the top of the rooms' modules."""
    for module in modules():
        if module.split(".")[0] in ROOMS:
            yield from ((module, name) for name in defined(module) if not name.startswith("_"))


def test_every_public_definition_has_a_caller():
    assert sorted(f"{module}.{name}" for module, name in set(public()) - reached()) == []


def named_members() -> set[str]:
    """Names that the product's code reads of something, its templates name, or the engine's pages show."""
    found = {
        node.attr for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    shown = [*(ROOT / "web" / "templates").rglob("*.*"), *(ROOT / "docs").glob("engine.md")]
    return found.union(*(re.findall(r"\.(\w+)", path.read_text(encoding="utf-8")) for path in shown))


def members() -> Iterator[tuple[str, str]]:
    """Methods and properties of public classes, and the members of `Problem`; not what its base calls."""
    for module, name in public():
        node = defined(module)[name]
        if not isinstance(node, ast.ClassDef) or any("TypeDecorator" in ast.unparse(b) for b in node.bases):
            continue
        for part in node.body:
            if isinstance(part, FUNCTIONS):
                yield f"{module}.{name}", part.name
            elif name == "Problem" and isinstance(part, ast.Assign):
                yield from (
                    (f"{module}.{name}", each.id) for each in part.targets if isinstance(each, ast.Name)
                )


def test_every_public_method_is_named_somewhere():
    """By name alone: a method that shares its name with another class's is not told from it."""
    named = named_members()
    assert [
        (owner, name) for owner, name in members() if not name.startswith("_") and name not in named
    ] == []


# Written as a whole (`asdict`, `vars`), taken apart by place, or compared with another package's.
AS_A_WHOLE = {"Fit", "Criteria", "Difference"}
BY_PLACE = {"Held"}
COMPARED = {"Micom.correlation_draws"}
TABLES = {"Base", "UserMixin", "RoleMixin"}  # columns are read by statements


def fields() -> Iterator[tuple[str, str]]:
    """Fields of the product's classes that hold something for others: `Class`, field."""
    for tree in modules().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or node.name in AS_A_WHOLE | BY_PLACE:
                continue
            if TABLES & {ast.unparse(base) for base in node.bases}:
                continue
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    yield node.name, part.target.id


def test_every_field_is_read():
    """By name, of something, in a template, or as a text (`getattr`, keys of documents)."""
    read = {
        node.value if isinstance(node, ast.Constant) else node.attr
        for tree in modules().values()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    }
    templates = (path.read_text(encoding="utf-8") for path in (ROOT / "web" / "templates").rglob("*.*"))
    read = read.union(*(re.findall(r"\.(\w+)", each) for each in templates))
    unread = {f"{owner}.{name}" for owner, name in fields() if name not in read}
    assert unread - COMPARED == set()
