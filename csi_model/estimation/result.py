"""The result that calls hand out: everything estimated, and ways to look at it in Python."""

from __future__ import annotations

from typing import Any

from csi_model.estimation import report, tables
from csi_model.estimation.document import document
from csi_model.estimation.estimated import Estimated


class Result(Estimated):
    """Everything estimated from one sample; see `Estimated` for its attributes."""

    def summary(self) -> report.Summary:
        """Give the result as a text of tables, which a notebook or terminal shows as it is."""
        return report.summary(document(self))

    def to_frame(self, table: str = "constructs") -> Any:
        """Give one table of the document as a data frame of pandas; of Polars, where that alone is installed.

        Parameters
        ----------
        table
            One of `tables.TABLES`; an interval is two columns, ``low`` and ``high``.

        Raises
        ------
        DataError
            There is no such table, or neither is installed.
        """
        return tables.frame(document(self), table)

    def plot(self) -> Any:
        """Draw the points of all constructs with their intervals, as a Plotly figure.

        Raises
        ------
        DataError
            Plotly is not installed.
        """
        return tables.chart(document(self))
