"""Charts as Plotly figures: one kind a file, one look."""
