"""What the trail says of what is to be checked: the last word on each."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from surveys.audit import Checked

BEGIN: Final = "trail.begin"


class Said(NamedTuple):
    """The last word on each; `begun` tells whether the trail says how everything stood when it began."""

    begun: bool
    seals: dict[str, dict[str, Any]]  # wave's code → its last seal
    decisions: dict[str, str]  # wave's code → the head of decisions about its responses
    published: dict[str, str]  # wave's code → the head of decisions about its runs
    runs: dict[int, str]  # number → digest of its content
    versions: dict[str, str]  # CODE/number → hash of its content


def listen(entries: Iterable[Checked]) -> Said:
    """Read what the entries say; those that are not whole say nothing."""
    said = Said(begun=False, seals={}, decisions={}, published={}, runs={}, versions={})
    for each in entries:
        if each.is_whole is False or not isinstance(each.entry.detail, dict):
            continue
        entry, detail = each.entry, each.entry.detail
        kind, _, name = entry.target.partition(":")
        if entry.action == BEGIN:
            said = said._replace(begun=True)
            said.runs.update({int(number): digest for number, digest in detail.get("runs", {}).items()})
            for part in ("versions", "decisions", "published"):
                getattr(said, part).update(detail.get(part, {}))
        elif kind == "wave":
            if "seal" in detail:
                said.seals[name] = detail["seal"]
            if "decisions" in detail:
                said.decisions[name] = detail["decisions"]
        elif kind == "run" and "content" in detail:
            said.runs[int(name)] = detail["content"]
        elif entry.action.startswith("run.") and "decisions" in detail:
            said.published[entry.target] = detail["decisions"]
        elif kind == "questionnaire" and "content_hash" in detail:
            said.versions[name] = detail["content_hash"]
    return said
