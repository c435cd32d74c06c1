"""Named refusals and cautions of the model, each with a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from csi_model.remedies import REMEDIES


class ModelError(ValueError):
    """A refusal: what is wrong, what to do about it, and what it is about in signs that need no language."""

    def __init__(
        self, message: str, *, code: str = "model", remedy: str = "", about: Sequence[str] = ()
    ) -> None:
        self.message, self.code, self.remedy, self.about = message, code, remedy, tuple(about)
        super().__init__(f"{message} {remedy}".strip())

    def plain(self) -> dict[str, Any]:
        """Give the refusal as a document writes it."""
        found: dict[str, Any] = {"code": self.code, "message": self.message, "remedy": self.remedy}
        return found | ({"about": list(self.about)} if self.about else {})


class SpecificationError(ModelError):
    """The model cannot mean what it says."""


class DataError(ModelError):
    """The answers do not fit the question asked of them."""


class ConvergenceError(ModelError):
    """An iteration found no fixpoint."""


class IdentificationError(ModelError):
    """The data cannot tell the parameters apart."""


@dataclass(frozen=True)
class Caution:
    """A doubtful but usable finding: what is so, and what to do about it.

    Attributes
    ----------
    code : str
        A key of `REMEDIES`.
    message : str
    edit : str
        Lines of MODEL.yaml that carry the remedy out, where it is such a change.
    instead : str
        Lines to put in place of these, where the answers cannot tell which of both is right.
    about : tuple of str
        What it is about in signs that need no language: codes, names of groups, numbers.
    """

    code: str
    message: str
    edit: str = ""
    about: tuple[str, ...] = ()
    instead: str = ""

    @property
    def remedy(self) -> str:
        """What to do about it, a sentence."""
        edits = " or else ".join(filter(None, (self.edit, self.instead)))
        return f"{REMEDIES[self.code]} In the model: {edits}" if edits else REMEDIES[self.code]

    def plain(self) -> dict[str, Any]:
        """Give the caution as the document writes it."""
        found: dict[str, Any] = {"code": self.code, "message": self.message, "remedy": self.remedy}
        more = {"edit": self.edit, "instead": self.instead, "about": list(self.about)}
        return found | {name: value for name, value in more.items() if value}
