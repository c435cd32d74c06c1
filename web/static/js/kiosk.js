// A tablet that nobody touches for a minute warns, and then starts anew for the next person.
const form = document.querySelector("form.kiosk");
const warning = form.querySelector("[role=alert]");
let waiting;

function wait() {
  clearTimeout(waiting);
  warning.hidden = true;
  waiting = setTimeout(() => {
    warning.hidden = false;
    waiting = setTimeout(() => form.submit(), form.dataset.warned * 1000);
  }, form.dataset.idle * 1000);
}

for (const touch of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(touch, wait, { passive: true });
// A page that comes back from the browser's memory may be somebody else's.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
wait();
