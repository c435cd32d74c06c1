// Draws every .chart from the figure in its data-figure; the table below each chart holds the same numbers.
const config = { displayModeBar: false, responsive: true, scrollZoom: false };
const drawn = [];

for (const place of document.querySelectorAll(".chart[data-figure]")) {
  const figure = JSON.parse(place.dataset.figure);
  try {
    window.Plotly.newPlot(place, figure.data, figure.layout, config);
  } catch (error) {
    console.error("chart not drawn", error);
    continue;
  }
  drawn.push(place);
  // The chart is there, so its table may wait until it is asked for.
  place.closest("figure")?.querySelector("details")?.removeAttribute("open");
}

// Paper has its own width.
addEventListener("beforeprint", () => {
  for (const place of drawn) window.Plotly.relayout(place, { width: 640 });
});
addEventListener("afterprint", () => {
  for (const place of drawn) window.Plotly.relayout(place, { width: null, autosize: true });
});

// A changed choice needs no extra press.
for (const choice of document.querySelectorAll("select[data-submit]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
