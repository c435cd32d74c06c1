// The page of a part: the fields of its form, and what stands around the form.
export const inside = (of) => [...of.elements].filter((field) => field.name.startsWith("v:"));
export const read = (field) => (field.type === "checkbox" ? field.checked : field.value);
// What a field held when the page came: what is typed before this script is there is a change too.
export function given(field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (!field.options) return field.defaultValue;
  return ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value ?? "";
}
const plain = (value) => (typeof value === "string" ? value.replaceAll("\r\n", "\n").trim() : value);
export const same = (one, other) => plain(one) === plain(other);

export function write(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = value;
}

// What stands around the form is shown anew, unless somebody is in it or has written something there.
export function around(page, form) {
  for (const now of document.querySelectorAll("#saved, #trees, #found-here, #counts, #neighbours, .below-list")) {
    const then = page.getElementById(now.id);
    if (!then || now.contains(document.activeElement) || now.querySelector("[name=q]")?.value) continue;
    const open = new Set([...now.querySelectorAll("details[open][data-node]")].map((each) => each.dataset.node));
    for (const each of then.querySelectorAll("details[data-node]")) each.open ||= open.has(each.dataset.node);
    now.replaceWith(document.adoptNode(then));
  }
  for (const list of page.querySelectorAll(".below-list")) {
    if (!document.getElementById(list.id)) form?.after(document.adoptNode(list.closest("section")));
  }
}
