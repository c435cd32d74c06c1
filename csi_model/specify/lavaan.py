"""lavaan syntax: `=~` reflective, `<~` formative, `~` paths, `a:b` an interaction.

Composite models hold these lines alone; a covariance model holds whatever `grammar` reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from csi_model.specify.elements import Construct, Indicator, Parts, check_scale, identifier, refuse
from csi_model.specify.grammar import Term, Written, parse

SETTINGS = re.compile(r"^\s*#\s*manyi:\s*(.*)$", re.MULTILINE)
COVARIANCE = "Leave it out, or take the covariance model: manyi estimate --method cbsem."
ENDS = 2  # of a scale


@dataclass(frozen=True)
class Settings:
    """What this syntax has no words for: a comment says it, as in `# manyi: scale 1 10; index SAT`."""

    low: float = 1.0
    high: float = 10.0
    index: str | None = None
    missing_codes: tuple[float, ...] = ()
    orthogonal: bool = False

    def __post_init__(self) -> None:
        """Refuse ends that are no scale."""
        check_scale(self.low, self.high, "scale")


def settings(text: str) -> Settings:
    """Read the comment that begins with `manyi:`; without it scales run from 1 to 10.

    Raises
    ------
    SpecificationError
        It says something else.
    """
    found: dict[str, Any] = {}
    for said in SETTINGS.findall(text):
        for part in filter(None, (each.strip() for each in said.split(";"))):
            word, *values = part.replace(",", " ").split()
            numbers = [number for each in values if (number := _number(each)) is not None]
            if word == "scale" and len(values) == len(numbers) == ENDS and numbers[0] < numbers[1]:
                found["low"], found["high"] = numbers
            elif word == "index" and len(values) == 1:
                found["index"] = identifier(values[0], "# manyi: index")
            elif word == "missing" and values and len(values) == len(numbers):
                found["missing_codes"] = tuple(numbers)
            elif word == "orthogonal" and not values:
                found["orthogonal"] = True
            else:
                raise refuse(
                    f"The comment '# manyi: {said}' is not understood at {part!r}.",
                    "settings",
                    "Write, for example: # manyi: scale 1 10; index SAT; missing 98 99; orthogonal",
                )
    return Settings(**found)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def read(text: str, chosen: Settings) -> Parts:
    """Read a composite model; a right side that names constructs makes a second-order construct.

    Raises
    ------
    SpecificationError
        A line or a modifier that no composite model holds; the message names it.
    """
    written = parse(text)
    blocks: dict[str, list[str]] = {}
    modes: dict[str, str] = {}
    paths: list[tuple[str, str]] = []
    products: dict[str, tuple[str, ...]] = {}
    if chosen.orthogonal:
        what = "Constructs are held uncorrelated (orthogonal), which PLS does not."
        raise refuse(what, "lavaan", COVARIANCE)
    for formula in (*written.defined, *written.equalities):
        what = f"defines {formula.name} (:=)" if formula.name else "holds parameters equal (==)"
        raise refuse(f"Line {formula.line} {what}, which PLS does not.", "lavaan", COVARIANCE)
    for term in written.terms:
        _refuse_modified(term)
        if term.op == "~":
            paths.append((_source(term, products), term.lhs))
        elif term.op in {"=~", "<~"}:
            blocks.setdefault(term.lhs, []).append(term.rhs)
            mode = "B" if term.op == "<~" else "A"
            if modes.setdefault(term.lhs, mode) != mode:
                raise refuse(
                    f"Line {term.line}: {term.lhs} has lines with =~ and with <~.",
                    "mode",
                    "Write all of its lines with =~ (reflective), or all with <~ (formative).",
                )
        else:
            raise refuse(
                f"Line {term.line} ('{term.lhs} {term.op} {term.rhs}'".rstrip(" '")
                + "') is no =~, <~ or ~ line. Composite models know no others.",
                "lavaan",
                COVARIANCE,
            )
    constructs = [
        Construct(name, components=tuple(codes), mode=modes[name])
        if set(codes) & set(blocks)
        else Construct(name, tuple(codes), modes[name])
        for name, codes in blocks.items()
    ]
    constructs += [Construct(name, product=pair) for name, pair in products.items()]
    return _parts(constructs, list(blocks), paths, chosen)


def read_covariance(text: str, chosen: Settings) -> tuple[Parts, Written]:
    """Read a covariance model: what its figures are shown by, and all that is written.

    An item of several constructs is shown with the first of them, or where this would leave another without
    any, with that. Paths between constructs are paths; others stand among the estimates alone.

    Raises
    ------
    SpecificationError
        A line that is not estimated; the message names it.
    """
    written = parse(text)
    for term in written.terms:
        if term.op == "<~":
            raise refuse(
                f"Line {term.line} uses composites (<~), which is not estimated by a covariance model.",
                "syntax-unsupported",
                "Write =~, or take composites: manyi estimate --method pls.",
            )
        if ":" in term.rhs and term.op == "~":
            raise refuse(
                f"Interactions are estimated by PLS, not by cbsem (line {term.line}: {term.rhs}).",
                "staged",
                "Choose method pls, or leave them out.",
            )
    latent = written.latent
    measured = {name: [t.rhs for t in written.of("=~") if t.lhs == name] for name in latent}
    homes = _homes({name: [code for code in codes if code not in latent] for name, codes in measured.items()})
    constructs = [
        Construct(name, codes)
        if (codes := tuple(code for code, home in homes.items() if home == name))
        else Construct(name, components=tuple(code for code in measured[name] if code in latent))
        for name in latent
    ]
    paths = [(t.rhs, t.lhs) for t in written.of("~") if {t.lhs, t.rhs} <= set(latent)]
    return _parts(constructs, list(latent), paths, chosen), written


def _homes(items: dict[str, list[str]]) -> dict[str, str]:
    """Give each item one construct, so that none of several that share all their items is left without."""
    homes: dict[str, str] = {}
    for name in sorted(items, key=lambda each: len(items[each])):
        for code in items[name]:
            homes.setdefault(code, name)
    first = {code: name for name in reversed(items) for code in items[name]}
    kept = set(first.values()) | {name for name, codes in items.items() if not codes}
    found = first if kept == set(items) else homes
    return {code: found[code] for codes in items.values() for code in codes}


def _parts(
    constructs: list[Construct], names: list[str], paths: list[tuple[str, str]], chosen: Settings
) -> Parts:
    if not names:
        raise refuse("The model has no =~ line.", "lavaan", "Define each construct, as in QUAL =~ q1 + q2.")
    index = chosen.index or next((name for name in ("SAT", "Satisfaction") if name in names), names[-1])
    codes = dict.fromkeys(code for construct in constructs for code in construct.indicators)
    indicators = tuple(Indicator(code, chosen.low, chosen.high) for code in codes)
    return Parts(tuple(constructs), tuple(paths), index, indicators, chosen.missing_codes)


def _refuse_modified(term: Term) -> None:
    said = {
        "fixes a parameter": [value for value in term.values if value is not None],
        "frees a parameter (NA)": term.values,
        "labels a parameter": term.labels,
        "gives a start value": term.starts,
        "holds parameters equal": term.equal,
    }
    for what, entries in said.items():
        if entries:
            raise refuse(
                f"Line {term.line} {what}, which PLS does not: the modifier before {term.rhs or 1}"
                f" of {term.lhs}.",
                "lavaan",
                COVARIANCE,
            )


def _source(term: Term, products: dict[str, tuple[str, ...]]) -> str:
    if ":" not in term.rhs:
        return term.rhs
    pair = tuple(term.rhs.split(":"))
    turned = "x".join(reversed(pair))
    name = turned if turned in products else "x".join(pair)
    products.setdefault(name, pair)
    return name
