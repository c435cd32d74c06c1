// What the editor sends and asks for.
const KINDS = { 400: "old", 403: "refused", 404: "gone", 409: "conflict", 413: "refused", 422: "refused" };

export const mark = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
export const token = () => document.querySelector("[name=csrf_token]").value;

const GESTURE = 60000; // what is typed in one field within this is one step of undo
let last = {};
export function gestureIn(field) {
  if (last.field !== field || Date.now() - last.began > GESTURE) last = { field, began: Date.now(), mark: mark() };
  return last.mark;
}

// Ask for a page of the editor and say in a word what came of it.
export async function ask(address, options) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) return { kind: page.getElementById("states") ? "saved" : "login", page, address: answer.url };
    // What others use is not removed before somebody has seen by what.
    if (page.getElementById("used")) return { kind: "used", page };
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
