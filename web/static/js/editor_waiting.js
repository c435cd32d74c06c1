// What waits to be sent: kept in this browser, listed above the part, decided where others did the same.
const { send } = await import(document.getElementById("states").dataset.sending);

// In the browser's own database: it outlives the page. Without one the page holds it.
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

// What is done to whole parts without a connection waits as its form would have been sent: its mark makes it
// one change, however often it is sent. A part is removed once.
const HELD = /\/(add|paste|move|double|drop|unlock)$/;

export async function hold(who, address, sent, what) {
  if (!HELD.test(address)) return false;
  const values = sent.filter(([name]) => name !== "csrf_token");
  const tab = address.endsWith("/drop") ? "drop" : new Map(values).get("mark");
  const title = `${what.replace(/\s+/g, " ").trim()} · ${document.querySelector("h1").textContent}`;
  const entry = { who, address, tab, at: Date.now(), title, values, page: address.replace(HELD, "") };
  const kept = await waiting("readwrite", (all) => all.put(entry));
  await listed(who);
  return Boolean(kept);
}

// Take back the last that waits in a draft; give whether there was any.
export async function unhold(who, draft) {
  const last = (await held(who)).filter((each) => each.page?.startsWith(draft)).at(-1);
  if (last) await forget(last);
  await listed(who);
  return Boolean(last);
}

// What waits of somebody, the oldest first.
export async function held(who) {
  const all = (await waiting("readonly", (each) => each.getAll())) || [];
  return all.filter((each) => each.who === who).sort((one, other) => one.at - other.at);
}

export const forget = (entry) => waiting("readwrite", (all) => all.delete([entry.who, entry.address, entry.tab]));

const made = (name, given, ...inside) => {
  const part = Object.assign(document.createElement(name), given);
  part.append(...inside);
  return part;
};

// Say what waits and what came of it, with buttons that decide. Where others did the same to a part, `page` is
// the one that shows both: theirs and mine are told here; `done` is told what came of mine if that is wanted.
export function tell(each, kind, page, done) {
  const list = document.getElementById("unsent");
  const said = (what) => list.dataset[`said${what[0].toUpperCase()}${what.slice(1)}`];
  const button = (what, act) => {
    const pressed = made("button", { type: "button", className: "link-button", textContent: said(what) });
    pressed.addEventListener("click", act);
    return pressed;
  };
  const line = made("li");
  const gone = async () => {
    await forget(each);
    line.remove();
    list.hidden = !list.childElementCount;
  };
  const why = each.page && kind === "refused" && page.querySelector("#errors p")?.textContent;
  const both = kind === "conflict" && each.page ? [...page.querySelectorAll("section.clash")] : [];
  const link = made("a", { href: kind === "used" ? each.address : each.page ?? each.address, textContent: each.title });
  line.append(said(why ? "barred" : kind), " ", link, " ", why || "", " ");
  for (const section of both) {
    if (both.length > 1) line.append(made("p", { textContent: section.querySelector("h2").textContent }));
    line.append(document.adoptNode(section.querySelector("dl")));
  }
  const leave = async () => {
    await gone();
    await done?.(each, { kind: "" });
  };
  if (both.length) line.append(button("mine", () => mine(each, page, line, gone, done)), " ", button("theirs", leave));
  else line.append(button(each.page ? "undo" : "discard", leave));
  list.append(line);
  list.hidden = false;
}

// Make my change although others did the same: the page that showed both knows what it is based on now.
async function mine(each, page, line, gone, done) {
  const values = [...new FormData(page.querySelector("main form.panel"))].filter(([name]) => name !== "csrf_token");
  const answer = await send(each.address, values);
  if (answer.kind === "saved") await gone();
  else if (answer.kind !== "offline" && answer.kind !== "login") line.remove();
  await done(each, answer);
}

export function clear() {
  const list = document.getElementById("unsent");
  list.replaceChildren();
  list.hidden = true;
}

// List what was done to whole parts and waits.
export async function listed(who) {
  const all = await held(who);
  clear();
  for (const each of all) if (each.page) tell(each, "waits");
}
