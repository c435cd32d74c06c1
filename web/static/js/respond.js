// Small comforts on a questionnaire page; everything works without them.
const form = document.getElementById("answers");
const began = performance.now();
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

if (form) {
  // An option such as “none” unticks the others, and the others untick it.
  for (const group of form.querySelectorAll("[data-exclusive]")) {
    const alone = new Set(group.dataset.exclusive.split(" "));
    group.addEventListener("change", (event) => {
      if (!event.target.checked) return;
      for (const box of group.querySelectorAll("input[type=checkbox]")) {
        if (box !== event.target && alone.has(box.value) !== alone.has(event.target.value)) box.checked = false;
        if (box !== event.target && alone.has(event.target.value)) box.checked = false;
      }
    });
  }
  // A double click sends once. Where the network swallows a page, pressing again sends it again: the server
  // stores it once.
  const said = form.querySelector(".saved");
  const seconds = document.createElement("input");
  seconds.type = "hidden";
  seconds.name = "_s";
  let sentAt = -Infinity;
  let waiting;
  form.addEventListener("submit", (event) => {
    if (performance.now() - sentAt < 700) {
      event.preventDefault();
      return;
    }
    sentAt = performance.now();
    seconds.value = ((sentAt - began) / 1000).toFixed(1);
    form.append(seconds);
    clearTimeout(waiting);
    waiting = setTimeout(() => { said.textContent = said.dataset.waiting; }, 4000);
  });
  // A page that comes back from the browser's memory may be sent again.
  addEventListener("pageshow", () => {
    sentAt = -Infinity;
    clearTimeout(waiting);
  });
}
