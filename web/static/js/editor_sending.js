// What the editor sends and asks for, and the shelf of what waits to be sent.
const KINDS = { 400: "old", 403: "refused", 404: "gone", 409: "conflict", 413: "refused", 422: "refused" };

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
export const forget = (entry) => waiting("readwrite", (all) => all.delete([entry.who, entry.address, entry.tab]));

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
