// Which questions of a page are asked, as its answers change. The server decides again when the page is sent.
// A condition is a list, as surveys/logic/plain.py writes it; what it means is said in docs/conditions.md.
// An answer is a number, words, {day}, {out} (don't know, not applicable), a list of codes, or null.

const ORDER = {
  "==": (order) => order === 0, "!=": (order) => order !== 0, "<": (order) => order < 0,
  "<=": (order) => order <= 0, ">": (order) => order > 0, ">=": (order) => order >= 0,
};

const kind = (value) => (Array.isArray(value) ? "list" : value.day ? "day" : typeof value);

// Words stand in the order of their characters, not of the halves of which some are made.
function order(one, other) {
  if (typeof one === "string") [one, other] = [[...one].map(number), [...other].map(number)];
  if (!Array.isArray(one)) return one < other ? -1 : one > other ? 1 : 0;
  const place = one.findIndex((each, at) => each !== other[at]);
  return place < 0 ? one.length - other.length : place >= other.length ? 1 : one[place] - other[place];
}
const number = (character) => character.codePointAt(0);
const bare = (value) => value.day || value;
const alike = (one, other) => kind(one) === kind(other) && kind(one) !== "list" && order(bare(one), bare(other)) === 0;

function valueOf(term, known) {
  if (!Array.isArray(term)) return term;
  const [word, name, more] = term;
  if (word === "day") return { day: name };
  if (word === "today") return daysAfter(known["today()"], name);
  const value = known[name] ?? null;
  if (value === null || value.out) return null;
  if (word === "answer") return value;
  if (!Array.isArray(value)) return null;
  if (word === "count") return more.length ? value.filter((each) => more.includes(each)).length : value.length;
  return value.includes(more) ? value.indexOf(more) + 1 : null;
}

function daysAfter(today, days) {
  if (!today) return null;
  const day = new Date(`${today.day}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  const written = day.toISOString().slice(0, 10);
  return /^\d{4}-/.test(written) && written > "0001" ? { day: written } : null;
}

export function holds(condition, known) {
  const [word, ...rest] = condition;
  if (word === "and") return rest.every((part) => holds(part, known));
  if (word === "or") return rest.some((part) => holds(part, known));
  if (word === "not") return !holds(rest[0], known);
  if (word === "answered") return valueOf(["answer", rest[0]], known) !== null;
  if (word === "dont_know" || word === "not_applicable") return known[rest[0]]?.out === word;
  if (word === "any" || word === "all" || word === "none") {
    const chosen = valueOf(["answer", rest[0]], known);
    if (!Array.isArray(chosen)) return false;
    const found = rest[1].map((option) => chosen.includes(option));
    return word === "all" ? found.every(Boolean) : found.some(Boolean) === (word === "any");
  }
  const left = valueOf(rest[0], known);
  if (left === null) return false;
  if (word === "in list" || word === "not in list") {
    const items = rest[1].map((item) => valueOf(item, known));
    return items.some((item) => item !== null && alike(left, item)) === (word === "in list");
  }
  const right = valueOf(rest[1], known);
  if (right === null) return false;
  if (word === "in" || word === "not in") {
    return (Array.isArray(left) ? left.includes(right) : alike(left, right)) === (word === "in");
  }
  if (kind(left) !== kind(right) || kind(left) === "list") return word === "!=";
  return ORDER[word](order(bare(left), bare(right)));
}

// What a field says; `more`: sent value → code of an option, or for own words the options to which they belong.
function said(data, [name, type, more]) {
  if (type === "ranking") {
    const ranked = [];
    for (let place = 1; data.has(`${name}.${place}`); place += 1) ranked.push(data.get(`${name}.${place}`));
    const chosen = ranked.filter(Boolean);
    return chosen.length ? chosen : null;
  }
  const sent = data.getAll(name).filter(Boolean);
  if (type === "several") return sent.length ? sent : null;
  const text = sent[0] ?? "";
  if (type === "choice") return text ? more?.[text] ?? text : null;
  if (type === "day") return /^\d{4}-\d\d-\d\d$/.test(text) ? { day: text } : null;
  if (type === "words") {
    const belongs = !more || data.getAll(name.split(".")[0]).some((each) => more.includes(each));
    return (belongs && text.trim().normalize("NFC")) || null;
  }
  if (text === "dk" || text === "na") return { out: text === "dk" ? "dont_know" : "not_applicable" };
  const written = text.normalize("NFKC").trim();
  return /^[+-]?\d{1,10}(\.\d{1,6})?$/.test(written) ? Number(written) : null;
}

function follow(form) {
  const told = document.getElementById("came-up");
  const items = [...form.querySelectorAll(".item")].map((item) => ({
    item,
    condition: item.dataset.showIf && JSON.parse(item.dataset.showIf),
    answers: JSON.parse(item.dataset.answers ?? "[]"),
    options: [...item.querySelectorAll("[data-option-if]")].map((option) => ({
      option,
      field: option.querySelector("input") ?? option,
      condition: JSON.parse(option.dataset.optionIf),
    })),
  })).filter(({ condition, answers, options }) => condition || answers.length || options.length);

  // Lets options come and go; tells whether any came, and whether none is left.
  function offer(item, options, known) {
    let came = false;
    for (const { option, field, condition } of options) {
      const offered = holds(condition, known);
      came ||= offered && option.hidden;
      option.hidden = field.disabled = !offered;
    }
    const all = item.querySelectorAll(".options > label, option:not([value=''])");
    return { came, gone: options.length > 0 && [...all].every((option) => option.hidden) };
  }

  function decide() {
    const known = {};
    let data = new FormData(form);
    let came = false;
    for (const { item, condition, answers, options } of items) {
      const offers = offer(item, options, known);
      const shown = (!condition || holds(condition, known)) && !offers.gone;
      if (options.length) data = new FormData(form);
      came ||= shown && offers.came;
      if ((condition || options.length) && item.hidden === shown) {
        item.hidden = item.disabled = !shown; // what was typed stays in it, and is not sent
        const grid = item.closest(".grid");
        if (grid) grid.hidden = !grid.querySelector(".item:not([hidden])");
        data = new FormData(form);
        came ||= shown;
      }
      for (const answer of answers) known[answer[0]] = shown ? said(data, answer) : null;
    }
    return came;
  }

  form.addEventListener("input", () => { told.textContent = decide() ? told.dataset.text : ""; });
  // By then an option such as “none” has unticked the others.
  form.addEventListener("change", () => { if (decide()) told.textContent = told.dataset.text; });
  // The server need not show again what came up here and was left blank.
  form.addEventListener("formdata", ({ formData }) => {
    if (!sending) return;
    for (const { item, condition, options } of items) {
      if (item.hidden) continue;
      const code = item.id.slice(2);
      if (condition) formData.append("_q", code);
      for (const { option, field } of options) if (!option.hidden) formData.append("_q", `${code}.${field.value}`);
    }
  });
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; decide(); });
}

const form = document.getElementById("answers");
if (form) follow(form);
