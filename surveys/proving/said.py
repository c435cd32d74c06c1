"""What the trail says of what is to be checked: the last word on each."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from surveys.analysing.decisions import EMPTY
from surveys.audit import Checked
from surveys.proving.findings import Kind

BEGIN: Final = "trail.begin"
BEGIN_QUALITY: Final = "trail.begin_quality"  # what looks at answers found is proved from then on
FIRST: Final = {Kind.DECISIONS: EMPTY, Kind.PUBLISHED: EMPTY, Kind.QUALITY: ""}  # where nothing was decided


class Said(NamedTuple):
    """The last word on each; `begun` tells whether the trail says how everything stood when it began."""

    begun: bool
    seals: dict[str, dict[str, Any]]  # wave's code → its last seal
    heads: dict[tuple[Kind, str], str]  # kind of decisions and wave's code → their head
    first: dict[Kind, str]  # kind → the head where nothing was said
    torn: set[tuple[Kind, str]]  # what was not, when it was changed, as it was said before
    runs: dict[int, str]  # number → digest of its content
    versions: dict[str, str]  # CODE/number → hash of its content

    def holds(self, kind: Kind, code: str, now: str) -> bool:
        """Tell whether a wave stands as was said; what nobody has said is not proved yet, and holds."""
        told = self.heads.get((kind, code), self.first.get(kind, now))
        return told == now and (kind, code) not in self.torn

    def hear(self, kind: Kind, code: str, now: str, was: str | None = None) -> None:
        """Hear what stands after a change, and before it: who changed it unseen in between is found."""
        if was is not None and not self.holds(kind, code, was):
            self.torn.add((kind, code))
        self.heads[kind, code] = now


def listen(entries: Iterable[Checked]) -> Said:
    """Read what the entries say; those that are not whole say nothing."""
    said = Said(begun=False, seals={}, heads={}, first={}, torn=set(), runs={}, versions={})
    for each in entries:
        if each.is_whole is False or not isinstance(each.entry.detail, dict):
            continue
        entry, detail = each.entry, each.entry.detail
        kind, _, name = entry.target.partition(":")
        was = detail.get("was", {})
        if entry.action in {BEGIN, BEGIN_QUALITY}:
            said = said._replace(begun=True)
            said.runs.update({int(number): digest for number, digest in detail.get("runs", {}).items()})
            said.versions.update(detail.get("versions", {}))
            for part in FIRST.keys() & detail.keys():
                said.first[part] = FIRST[part]
                said.heads.update({(part, code): head for code, head in detail[part].items()})
        elif kind == "wave":
            if "seal" in detail:
                said.seals[name] = detail["seal"]
            for part in (Kind.DECISIONS, Kind.QUALITY):
                if part in detail:
                    said.hear(part, name, detail[part], was.get(part))
        elif kind == "run" and "content" in detail:
            said.runs[int(name)] = detail["content"]
        elif entry.action.startswith("run.") and "decisions" in detail:
            said.hear(Kind.PUBLISHED, entry.target, detail["decisions"], was.get("decisions"))
        elif kind == "questionnaire" and "content_hash" in detail:
            said.versions[name] = detail["content_hash"]
    return said
