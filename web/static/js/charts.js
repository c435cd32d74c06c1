// Draws every .chart from the figure in its data-figure; the table below each chart holds the same numbers.
const config = { displayModeBar: false, responsive: true, scrollZoom: false };
const drawn = [];

const ROOM = 64;  // pixels that the name of a wave needs

// A narrow screen names some of the waves, the last one always.
function thinned(axis, width) {
  const step = Math.ceil((axis.tickvals.length * ROOM) / width);
  const kept = (_, at) => (axis.tickvals.length - 1 - at) % step === 0;
  return { ...axis, tickvals: axis.tickvals.filter(kept), ticktext: axis.ticktext.filter(kept) };
}

for (const place of document.querySelectorAll(".chart[data-figure]")) {
  const figure = JSON.parse(place.dataset.figure);
  const axis = figure.layout.xaxis;
  if (axis.ticktext && place.clientWidth) figure.layout.xaxis = thinned(axis, place.clientWidth);
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
