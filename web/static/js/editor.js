// The editor: what is typed is saved by itself and waits in this browser while there is no connection; what
// others change is taken in; who else is here is said. Every part of it also works by its forms alone.
const REST = 1000; // after so long a rest what was typed is sent
const RETRY = 5000;
const NEWS = 5000; // how often others' changes are asked for, and
const BEAT = 30000; // how often it is said that this page is open
const form = document.getElementById("part");
const states = document.getElementById("states");
// By an address with the mark of its content: a plain import would take whatever the browser still has.
const { ask, gestureIn, mark, send, token } = states ? await import(states.dataset.sending) : {};
const { clear, forget, held, hold, listed, tell, unhold, waiting } = states ? await import(states.dataset.waiting) : {};
const { around, given, inside, read, same, write } = states ? await import(states.dataset.page) : {};

function say(what, filled = "") {
  const text = what && states.dataset[`said${what[0].toUpperCase()}${what.slice(1)}`];
  document.getElementById("saving").textContent = (text || "").replace("{}", filled);
}

function start() {
  const who = states.dataset.who;
  const still = "still" in states.dataset; // it shows what it showed: nothing of others is taken in
  const here = location.pathname.replace(/\/drop$/, "");
  let known = new Map(form ? inside(form).map((field) => [field.name, given(field)]) : []);
  let number = Number(document.querySelector("[name=base]").value);
  let timer, gesture, began, sending, stopped = false, safe = true;
  let beaten = 0, etag = "", lost = false, flushing;

  const isChanged = (field) => !same(read(field), known.get(field.name));
  const isDirty = () => Boolean(form) && inside(form).some(isChanged);
  const entry = () => ({
    who, address: form.getAttribute("action"), tab: form.elements.tab.value, at: began,
    title: document.querySelector("h1").textContent,
    values: [...new FormData(form), ...(gesture ? [["gesture", gesture]] : [])].filter(([name]) => name !== "csrf_token"),
  });

  async function keep() {
    safe = false;
    safe = Boolean(await waiting("readwrite", (all) => all.put(entry())));
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(async () => (await flush()) && save(), RETRY);
  }

  // Save what differs; give what came of it. One request at a time, and what is typed meanwhile follows.
  async function save() {
    clearTimeout(timer);
    while (sending) await sending;
    if (!isDirty()) return "saved";
    sending = saved();
    const kind = await sending;
    sending = undefined;
    stopped = kind !== "saved" && kind !== "offline";
    if (kind === "offline") later();
    else if (kind === "saved" && isDirty()) timer = setTimeout(save, REST);
    return kind;
  }

  async function saved() {
    const sent = entry();
    say("saving");
    const { kind, page } = await send(sent.address, sent.values);
    lost = kind === "offline";
    if (kind !== "saved") {
      await keep();
      say(kind);
      return kind;
    }
    take(page, new Map(sent.values));
    if (!isDirty()) await forget(sent);
    say("saved", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
    return kind;
  }

  // Take in a page as it is now. Mine stays where I changed it; where others did too, the server decides.
  function take(page, sent) {
    const base = page.querySelector("[name=base]").value;
    if (Number(base) < number) return false;
    number = Number(base);
    const theirs = page.getElementById("part");
    let clash = false, taken = false;
    if (form && theirs) {
      if (sent) {
        for (const field of inside(form)) {
          known.set(field.name, field.type === "checkbox" ? sent.has(field.name) : sent.get(field.name));
        }
      }
      [clash, taken] = merge(theirs);
    }
    for (const field of document.querySelectorAll("[name=base]")) {
      if (!clash || field.form !== form) field.value = base;
    }
    for (const field of document.querySelectorAll("[name=mark]")) field.value = mark();
    around(page, form);
    // A block that is locked or ordinary since is another page.
    if (!isDirty() && !page.getElementById("held") !== !document.getElementById("held")) location.reload();
    document.dispatchEvent(new Event("manyi:taken"));
    if (clash && !sent) {
      stopped = true;
      keep();
      say("conflict");
    }
    return taken;
  }

  function merge(theirs) {
    const names = (of) => inside(of).map((field) => field.name).join();
    if (names(form) !== names(theirs) && !isDirty()) {
      const focused = document.activeElement.id;
      document.getElementById("fields").replaceWith(document.adoptNode(theirs.querySelector("#fields")));
      known = new Map(inside(form).map((field) => [field.name, given(field)]));
      document.getElementById(focused)?.focus();
      return [false, true];
    }
    let clash = false, taken = false;
    for (const field of inside(form)) {
      const other = theirs.elements[field.name];
      if (!other) continue;
      const mine = read(field), there = read(other), changed = isChanged(field);
      if (field.options) field.replaceChildren(...[...other.options].map((each) => each.cloneNode(true)));
      if (same(mine, there)) known.set(field.name, mine);
      else if (!changed) known.set(field.name, there);
      else clash ||= !same(there, known.get(field.name));
      taken ||= !changed && !same(mine, there);
      write(field, changed || same(mine, there) ? mine : there);
      const said = field.parentElement.querySelector(".condition");
      const says = other.parentElement.querySelector(".condition");
      if (said) said.textContent = says?.textContent ?? "";
      else if (says) field.after(document.adoptNode(says));
    }
    return [clash, taken];
  }

  // Send what waits, the oldest first; give whether the line is there. One at a time.
  const flush = () => (flushing ??= flushed().finally(() => (flushing = undefined)));

  async function flushed() {
    let done = [], undecided = false;
    clear();
    for (const each of await held(who)) {
      const own = form && each.address === form.getAttribute("action");
      if (own && each.tab === form.elements.tab.value) {
        if (!stopped && (await save()) === "offline") return false; // what was typed before goes before
        continue;
      }
      const answer = await send(each.address, each.values), { kind, page } = answer;
      if (kind === "offline" || kind === "login") {
        say(kind);
        if ((lost = kind === "offline")) later();
        await listed(who);
        return false;
      }
      lost = false;
      if (kind !== "saved" && own) {
        const kept = new Map(each.values);
        for (const field of inside(form)) {
          if (!isChanged(field)) write(field, field.type === "checkbox" ? kept.has(field.name) : kept.get(field.name));
        }
        for (const name of ["base", "tab"]) form.elements[name].value = kept.get(name);
        began = each.at;
        stopped = true;
        say(kind);
      } else if (kind !== "saved") {
        tell(each, kind, page, decided);
        undecided ||= Boolean(each.page);
      } else {
        await forget(each);
        if (each.page) done.push([each, answer]);
        if (own) take(page);
        if (!each.page) say("restored");
      }
    }
    if (done.length) await after(done);
    if (undecided) say("decide");
    return true;
  }

  // What came of mine where others did the same and it was wanted all the same.
  async function decided(each, answer) {
    if (answer.kind === "saved") await after([[each, answer]]);
    else if (["offline", "login", ""].includes(answer.kind)) say(answer.kind);
    else tell(each, answer.kind, answer.page, decided);
  }

  // What waited was done: show it, also in the list whose button was pressed; a part that went is left.
  async function after(done) {
    for (const [each, { address }] of done) if (each.address === `${here}/drop`) return location.assign(address);
    if (document.activeElement.closest(".below-list")) document.activeElement.blur();
    const { page } = still ? {} : await ask(location.pathname);
    if (page?.getElementById("states")) take(page);
    say("done");
  }

  // Without a line what is done to whole parts waits; undo takes back the last of it that waits.
  async function postpone(address, values, what) {
    while (sending) await sending;
    const kept = await hold(who, address, values, what);
    say(kept ? "waits" : "later");
    if (kept) later();
    return kept;
  }

  async function postponed(sent, by) {
    if (sent.id === "undo" && by?.value === "undo") {
      const draft = states.dataset.news.replace(/news$/, "");
      return say((await unhold(who, draft)) ? "undone" : "later");
    }
    const { textContent } = by ?? sent.closest("li")?.querySelector("a") ?? sent;
    const kept = await postpone(sent.getAttribute("action"), [...new FormData(sent, by)], textContent);
    // A double click is one change, the next click another.
    if (kept) setTimeout(() => (sent.elements.mark.value = mark()), REST);
  }

  // What others did since, and who else is here.
  async function news() {
    if (still || document.visibilityState !== "visible") return;
    const isBeat = Date.now() - beaten > BEAT;
    const options = isBeat
      ? { method: "POST", body: new URLSearchParams({ csrf_token: token() }) }
      : { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" };
    try {
      const answer = await fetch(isBeat ? states.dataset.here : states.dataset.news, { credentials: "same-origin", ...options });
      if (!answer.headers.get("Content-Type")?.includes("json")) return;
      const told = await answer.json();
      const back = lost && !sending;
      lost &&= !back;
      if (back) (await flush()) && save();
      if (isBeat) beaten = Date.now();
      etag = answer.headers.get("ETag") ?? "";
      document.getElementById("here").textContent = told.here.join(" · ");
      if (told.number > number && !sending) await refresh(told.by);
    } catch {
      lost = true; // without a line there are no news; saving says so
    }
  }

  async function refresh(by) {
    const { kind, page } = await ask(location.pathname);
    if (sending || stopped) return;
    if (kind === "saved" && take(page)) say("taken", by);
    if (kind === "gone") {
      stopped = true;
      if (isDirty()) await keep();
      say("gone");
    }
  }

  function typed(field) {
    gesture = gestureIn(field);
    began ??= Date.now();
    say("");
    stopped = false;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  }

  form?.addEventListener("input", (event) => typed(event.target));
  form?.addEventListener("change", () => stopped || save());
  document.addEventListener("submit", async (event) => {
    const sent = event.target, by = event.submitter;
    if (sent.method !== "post") return;
    if (sent === form) {
      event.preventDefault();
      const kind = await save();
      if (kind === "conflict" || kind === "refused") {
        await forget(entry());
        safe = true;
        form.submit(); // the page that this gives shows both, or what cannot be read
      }
    } else if (!navigator.onLine || lost) {
      event.preventDefault();
      await postponed(sent, by);
    } else if (isDirty() && !stopped) {
      event.preventDefault(); // what was typed goes first
      if ((await save()) === "saved") sent.requestSubmit(by);
    }
  });
  // The page that tells what uses a part is not to be had without a line; what nobody uses is removed later.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-removes]");
    if (!link || (navigator.onLine && !lost)) return;
    event.preventDefault();
    await postpone(link.getAttribute("href"), [...new FormData(document.getElementById("undo"))], link.textContent);
  });
  window.addEventListener("online", async () => (await flush()) && save());
  window.addEventListener("beforeunload", (event) => {
    if (isDirty() && !safe) event.preventDefault();
  });
  document.addEventListener("visibilitychange", news);
  setInterval(news, NEWS);
  const early = form && inside(form).find(isChanged);
  if (early) typed(early);
  flush().then(news);
  states.dataset.ready = "";
}

if (states && document.querySelector("[name=base]")) start();
