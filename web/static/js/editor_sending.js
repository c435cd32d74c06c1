// What the editor sends and asks for, and the shelf of what waits to be sent.
const KINDS = { 400: "old", 403: "refused", 404: "gone", 409: "conflict", 413: "refused", 422: "refused" };

export const mark = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
export const token = () => document.querySelector("[name=csrf_token]").value;

// What waits to be sent, in the browser's own database: it outlives the page. Without one the page holds it.
const shelf = new Promise((done) => {
  const asked = globalThis.indexedDB?.open("manyi", 1);
  if (!asked) return done(null);
  asked.onupgradeneeded = () => asked.result.createObjectStore("unsent", { keyPath: ["who", "address", "tab"] });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => done(null);
});

export async function waiting(mode, act) {
  const base = await shelf;
  return base && new Promise((done) => {
    const task = base.transaction("unsent", mode);
    const asked = act(task.objectStore("unsent"));
    task.oncomplete = () => done(asked.result ?? true);
    task.onabort = () => done(null);
  });
}

// A part that is added or moved without a connection waits as its form would have been sent: its mark makes
// it one change, however often it is sent.
const HELD = /\/(add|paste|move|double)$/;

export async function hold(who, form, by, title) {
  const address = form.getAttribute("action"), mark = form.elements.mark.value;
  if (!HELD.test(address)) return false;
  const values = [...new FormData(form, by)].filter(([name]) => name !== "csrf_token");
  const entry = { who, address, tab: mark, at: Date.now(), title, values, page: address.replace(HELD, "") };
  return Boolean(await waiting("readwrite", (all) => all.put(entry)));
}

// What waits of somebody, the oldest first.
export async function held(who) {
  const all = (await waiting("readonly", (each) => each.getAll())) || [];
  return all.filter((each) => each.who === who).sort((one, other) => one.at - other.at);
}

export const forget = (entry) => waiting("readwrite", (all) => all.delete([entry.who, entry.address, entry.tab]));

// Say what waits and what came of it, with a button that lets it go.
export function tell(each, kind) {
  const list = document.getElementById("unsent");
  const line = document.createElement("li"), link = document.createElement("a"), button = document.createElement("button");
  link.href = each.page ?? each.address;
  link.textContent = each.title;
  Object.assign(button, { type: "button", className: "link-button", textContent: each.page ? list.dataset.saidUndo : list.dataset.saidDiscard });
  button.addEventListener("click", async () => {
    await forget(each);
    line.remove();
    list.hidden = !list.childElementCount;
  });
  line.append(list.dataset[`said${kind[0].toUpperCase()}${kind.slice(1)}`], " ", link, " ", button);
  list.append(line);
  list.hidden = false;
}

export function clear() {
  const list = document.getElementById("unsent");
  list.replaceChildren();
  list.hidden = true;
}

// List what was added or moved and waits.
export async function listed(who) {
  clear();
  for (const each of await held(who)) if (each.page) tell(each, "waits");
}

// Ask for a page of the editor and say in a word what came of it.
export async function ask(address, options) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) return { kind: page.getElementById("states") ? "saved" : "login", page };
    return { kind: KINDS[answer.status] ?? "offline", page };
  } catch {
    return { kind: "offline" };
  }
}

export async function send(address, values) {
  for (const renewed of [false, true]) {
    const body = new URLSearchParams([...values, ["csrf_token", token()]]);
    // A page that is left still sends what is short enough.
    const answer = await ask(address, { method: "POST", body, keepalive: `${body}`.length < 60000 });
    if (answer.kind !== "old") return answer;
    if (renewed) return { kind: "refused" };
    const fresh = await ask(location.pathname); // the mark against forged requests was too old
    if (fresh.kind !== "saved") return fresh;
    const given = fresh.page.querySelector("[name=csrf_token]").value;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = given;
  }
}
