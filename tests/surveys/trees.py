"""Random conditions over a few answers of every type, and random answers to them."""

from datetime import date, timedelta
from random import Random

from surveys.errors import Reason
from surveys.logic.tree import (
    TODAY,
    Among,
    Comparison,
    Count,
    Expression,
    Junction,
    Not,
    Rank,
    Reference,
    State,
    Term,
    Today,
    Value,
    WayOut,
)
from surveys.logic.types import Known, Type

ABC = {"a": 1, "b": 2, "c": 3}
NAMES = {
    "ONE": Type("choice", ABC),
    "TWO": Type("choice", ABC),
    "PAIR.with": Type("choice", ABC),
    "MANY": Type("several", ABC),
    "ORDER": Type("ranking", ABC),
    "NUMBER": Type("number"),
    "RATE": Type("rating"),
    "DAY": Type("day"),
    "BACK": Type("day"),
    "WORDS": Type("words"),
    "ONE.text": Type("words"),
    "#n17": Type("number"),
}
FILE = {"tier": ("key", "base"), "area": ()}
KNOWN = Known(NAMES, {"GRID": Reason.TYPE_NOTHING}, is_first=False, account=FILE)
ORDERS = ("==", "!=", "<", "<=", ">", ">=")
WRITTEN = (
    "",
    "key",
    "base",
    "a",
    "é",
    "e\u0301",
    "it's",
    'say "so"',
    "a\\b",
    "供电",
    "two\nlines",
    "\u202e",
    "😀",
)
FIRST = date(2026, 2, 27)


def of_kind(random: Random, *kinds: str) -> Reference:
    return Reference(random.choice([name for name, each in NAMES.items() if each.kind in kinds]))


def day(random: Random) -> date:
    return random.choice([FIRST + timedelta(random.randint(0, 3)), date.min, date.max])


def number(random: Random) -> float | int:
    return random.choice([random.randint(-2, 6), random.randint(0, 12) / 4, 1e20, 0.1 + 0.2])


def option(random: Random) -> str:
    return random.choice([*ABC, "gone"])


def listed(random: Random) -> tuple[str, ...]:
    return tuple(option(random) for _ in range(random.randint(0, 3)))


def constant(random: Random) -> Term:
    return random.choice([number, option, day, lambda each: each.choice(WRITTEN)])(random)


def looking(random: Random) -> Term:
    """Make a term that looks at something."""
    return random.choice(
        [
            lambda: Reference(random.choice([*NAMES, "GRID", "account.tier", "account.area"])),
            lambda: Count(of_kind(random, "several", "ranking"), listed(random)),
            lambda: Rank(of_kind(random, "ranking"), option(random)),
            lambda: Today(random.choice([0, 1, -2, 40_000])),
        ]
    )()


def sound(random: Random) -> Comparison:
    """Make a comparison that its answer can be asked."""
    kind = random.choice(["choice", "number", "day", "words"])
    if kind == "choice":
        right = random.choice([random.choice([*ABC]), of_kind(random, "choice")])
        return Comparison(of_kind(random, "choice"), random.choice(["==", "!="]), right)
    if kind == "number":
        numeric = of_kind(random, "number", "rating")
        counted = Count(of_kind(random, "several", "ranking"), random.choice([(), ("a", "b")]))
        left = random.choice([numeric, counted, Rank(Reference("ORDER"), random.choice([*ABC]))])
        right = random.choice([number(random), of_kind(random, "number", "rating")])
        return Comparison(left, random.choice(ORDERS), right)
    if kind == "day":
        left = random.choice([of_kind(random, "day"), Today(random.randint(-2, 2))])
        right = random.choice([day(random), of_kind(random, "day"), Today(random.randint(-2, 2))])
        return Comparison(left, random.choice(ORDERS), right)
    items = tuple(random.choice(WRITTEN) for _ in range(2))
    return random.choice(
        [
            Comparison(of_kind(random, "words"), random.choice(["in list", "not in list"]), items),
            Comparison(of_kind(random, "words"), random.choice(["==", "!="]), Reference("account.area")),
            Comparison(Reference("account.tier"), random.choice(["==", "!="]), "key"),
        ]
    )


def one_test(random: Random) -> Expression:
    """Make one test: any that can be written, or one that means something."""
    roll = random.random()
    if roll < 0.4:
        return sound(random)
    if roll < 0.5:
        return State(
            random.choice(["answered", "dont_know", "not_applicable"]), Reference(random.choice([*NAMES]))
        )
    if roll < 0.65:
        word = random.choice(["any", "all", "none"])
        return Among(word, Reference(random.choice([*NAMES])), listed(random))
    if roll < 0.75:
        sought = random.choice([option(random), number(random)])
        return Comparison(Reference(random.choice([*NAMES])), random.choice(["in", "not in"]), sought)
    if roll < 0.85:
        items = tuple(random.choice([constant, looking])(random) for _ in range(random.randint(0, 3)))
        return Comparison(looking(random), random.choice(["in list", "not in list"]), items)
    return Comparison(looking(random), random.choice(ORDERS), random.choice([constant, looking])(random))


def tree(random: Random, depth: int = 3) -> Expression:
    """Make a condition."""
    roll = random.random()
    if depth == 0 or roll < 0.4:
        return one_test(random)
    if roll < 0.55:
        return Not(tree(random, depth - 1))
    parts = tuple(tree(random, depth - 1) for _ in range(random.randint(2, 3)))
    return Junction(random.choice(["and", "or"]), parts)


def answers(random: Random) -> dict[str, Value]:
    """Answer some of it, as conditions see answers."""
    found: dict[str, Value] = {TODAY: random.choice([FIRST, FIRST + timedelta(2), date.max, None])}
    for name, each in NAMES.items():
        if random.random() < 0.2:
            found[name] = None
        elif each.kind == "choice":
            found[name] = random.choice([*ABC])
        elif each.kind in {"several", "ranking"}:
            found[name] = tuple(random.sample([*ABC], random.randint(1, 3)))
        elif each.kind == "day":
            found[name] = day(random)
        elif each.kind == "words":
            found[name] = random.choice(WRITTEN[1:])
        else:
            found[name] = number(random)
        if each.kind == "rating" and random.random() < 0.4:
            found[name] = random.choice([*WayOut])
    for name, words in FILE.items():
        found[f"account.{name}"] = random.choice([None, *words, "north"])
    return found
