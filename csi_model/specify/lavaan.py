"""lavaan syntax in and out: `=~` reflective, `<~` formative, `~` paths, `a:b` an interaction."""

from __future__ import annotations

import re

from csi_model.specify.elements import Construct, Indicator, Parts, identifier, refuse

OPERATOR = re.compile(r"=~|<~|~~|~")


def read(text: str, index: str | None, low: float, high: float) -> Parts:
    """Read a model; a right side that names constructs makes a second-order construct."""
    blocks: dict[str, list[str]] = {}
    modes: dict[str, str] = {}
    paths: list[tuple[str, str]] = []
    products: dict[str, tuple[str, ...]] = {}
    for number, line in statements(text):
        mark = OPERATOR.search(line)
        if mark is None or mark.group() == "~~":
            raise refuse(
                f"Line {number} ({line!r}) is no =~, <~ or ~ line.",
                "lavaan",
                "Composite models know no others; leave it out, or estimate with --method cbsem.",
            )
        target = identifier(line[: mark.start()].strip(), f"line {number}")
        terms = [term.split("*")[-1].strip() for term in line[mark.end() :].split("+")]
        if mark.group() == "~":
            paths += [(_source(term, products, number), target) for term in terms]
        else:
            blocks.setdefault(target, []).extend(identifier(term, f"line {number}") for term in terms)
            modes[target] = "B" if mark.group() == "<~" else "A"
    if not blocks:
        raise refuse("The model has no =~ line.", "lavaan", "Define each construct, as in QUAL =~ q1 + q2.")
    constructs = [
        Construct(name, components=tuple(codes), mode=modes[name])
        if set(codes) & set(blocks)
        else Construct(name, tuple(codes), modes[name])
        for name, codes in blocks.items()
    ]
    constructs += [Construct(name, product=pair) for name, pair in products.items()]
    found = index or next((name for name in ("SAT", "Satisfaction") if name in blocks), list(blocks)[-1])
    codes = dict.fromkeys(code for construct in constructs for code in construct.indicators)
    return Parts(tuple(constructs), tuple(paths), found, tuple(Indicator(code, low, high) for code in codes))


def statements(text: str) -> list[tuple[int, str]]:
    """Give the statements of a model with their line numbers, comments and semicolons resolved.

    One that ends in an operator, or whose next line begins with a plus, goes on there.
    """
    found: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        for part in raw.split("#")[0].split("!")[0].split(";"):
            line = part.strip()
            if not line:
                continue
            if found and (found[-1][1].endswith(("+", "~", "*")) or line.startswith("+")):
                found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
            else:
                found.append((number, line))
    return found


def _source(term: str, products: dict[str, tuple[str, ...]], number: int) -> str:
    if ":" not in term:
        return identifier(term, f"line {number}")
    pair = tuple(identifier(part.strip(), f"line {number}") for part in term.split(":"))
    name = "x".join(pair)
    products[name] = pair
    return name


def write(parts: Parts) -> str:
    """Write measurement and paths; scales, names and dimensions have no place in this syntax."""
    lines = []
    terms = {construct.id: construct.id for construct in parts.constructs}
    for construct in parts.constructs:
        if construct.product:
            terms[construct.id] = ":".join(construct.product)
            continue
        operator = "<~" if construct.mode == "B" else "=~"
        lines.append(f"{construct.id} {operator} {' + '.join(construct.indicators or construct.components)}")
    for construct in parts.constructs:
        sources = [terms[source] for source, target in parts.paths if target == construct.id]
        if sources:
            lines.append(f"{construct.id} ~ {' + '.join(sources)}")
    return "\n".join(lines) + "\n"
