// The editor: what is typed is saved by itself, waits while there is no connection, and is seen at once.
// Every part of it also works by its forms alone.
const REST = 1000; // after so long a rest what was typed is sent
const GESTURE = 60000; // what is typed in one field within this is one step of undo
const form = document.getElementById("part");
const said = document.getElementById("saving");

function mark() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(what, ...filled) {
  said.textContent = what ? filled.reduce((text, each) => text.replace("{}", each), said.dataset[what]) : "";
}

if (form && said) {
  const waiting = `manyi:${form.action}`;
  let timer, gesture, gestureField, gestureBegan, sending = false, again = false, stopped = false;

  const values = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !["csrf_token", "mark"].includes(name)));
  let before = values().toString();

  function keep() {
    try {
      localStorage.setItem(waiting, JSON.stringify([...values()]));
    } catch {
      // without room to keep it the page itself still holds it
    }
  }

  // What replaces what the answer shows anew: marks of all forms, badges, findings, when it was saved.
  function take(page) {
    const base = page.querySelector("#part [name=base]");
    if (!base) return;
    for (const field of document.querySelectorAll("[name=base]")) field.value = base.value;
    const marks = page.querySelectorAll("[name=mark]");
    document.querySelectorAll("[name=mark]").forEach((field, place) => {
      field.value = marks[place]?.value ?? mark();
    });
    for (const place of ["saved", "trees", "found-here", "counts"]) {
      const now = document.getElementById(place), then = page.getElementById(place);
      if (now && then && !now.contains(document.activeElement)) now.replaceWith(document.adoptNode(then));
    }
    document.dispatchEvent(new Event("manyi:saved"));
  }

  async function save() {
    clearTimeout(timer);
    if (stopped || values().toString() === before) return;
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    const sent = values().toString();
    const body = new URLSearchParams([...new FormData(form)]);
    if (gesture) body.set("gesture", gesture);
    say("saving");
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && page.getElementById("part")) {
        before = sent;
        take(page);
        before = before.replace(/(^|&)base=[0-9]*/, (found) => found.replace(/[0-9]*$/, form.elements.base.value));
        localStorage.removeItem(waiting);
        say("saved", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
      } else {
        stopped = answer.status === 409 || answer.status === 422;
        keep();
        say(answer.status === 409 ? "conflict" : answer.status === 422 ? "refused" : "offline");
        if (!stopped) timer = setTimeout(save, 5 * REST);
      }
    } catch {
      keep();
      say("offline");
      timer = setTimeout(save, 5 * REST);
    }
    sending = false;
    if (again) {
      again = false;
      save();
    }
  }

  form.addEventListener("input", (event) => {
    const now = Date.now();
    if (gestureField !== event.target || now - gestureBegan > GESTURE) {
      gesture = mark();
      gestureField = event.target;
      gestureBegan = now;
    }
    stopped = false;
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  });
  form.addEventListener("change", save);
  form.addEventListener("submit", () => localStorage.removeItem(waiting));
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => {
    if (values().toString() !== before && !stopped) {
      keep();
      event.preventDefault();
    }
  });

  // What waited when the page was left comes back, with the state from which it was written.
  const kept = localStorage.getItem(waiting);
  if (kept) {
    const held = new Map(JSON.parse(kept));
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = held.has(field.name);
      else if (held.has(field.name) && field.name !== "gesture") field.value = held.get(field.name);
    }
    say("restored");
    save();
  }
}

const preview = document.getElementById("preview");
if (preview) {
  const frame = document.createElement("iframe");
  frame.title = document.getElementById("preview-title").textContent;
  frame.className = "phone";
  const address = new URL(preview.dataset.address, location.href);
  const show = () => {
    frame.src = address;
  };
  preview.append(frame);
  preview.hidden = false;
  document.getElementById("editor").classList.add("with-preview");
  for (const button of preview.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const kind = button.dataset.width ? "width" : "lang";
      for (const other of preview.querySelectorAll(`[data-${kind}]`)) other.setAttribute("aria-pressed", other === button);
      if (kind === "width") {
        frame.className = button.dataset.width;
        document.getElementById("editor").classList.toggle("with-preview", frame.className === "phone");
      }
      else address.searchParams.set("lang", button.dataset.lang);
      show();
    });
  }
  document.addEventListener("manyi:saved", show);
  show();
}

// A part is dragged behind another one of its list; the form of its buttons is what is sent.
for (const list of document.querySelectorAll("ol.below")) {
  let dragged;
  for (const item of list.children) {
    if (!item.querySelector("form.inline")) continue;
    item.draggable = true;
    item.addEventListener("dragstart", () => {
      dragged = item;
    });
    item.addEventListener("dragover", (event) => {
      if (dragged && dragged !== item) event.preventDefault();
    });
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      const moved = dragged.querySelector("form.inline");
      const to = document.createElement("input");
      to.type = "hidden";
      to.name = "to";
      to.value = item.dataset.node;
      moved.append(to);
      moved.submit();
    });
  }
}
