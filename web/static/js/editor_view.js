// The preview beside the editor, and parts that are dragged; links and buttons do the same without.
const preview = document.getElementById("preview");
if (preview) {
  const frame = document.createElement("iframe");
  frame.title = document.getElementById("preview-title").textContent;
  frame.className = "phone";
  const address = new URL(preview.dataset.address, location.href);
  const show = () => {
    frame.src = address;
  };
  // Answers that were chosen in the frame stay chosen when it is shown anew.
  frame.addEventListener("load", () => {
    const there = frame.contentWindow.location;
    if (there.pathname === address.pathname) address.search = there.search;
  });
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
      } else address.searchParams.set("lang", button.dataset.lang);
      show();
    });
  }
  document.addEventListener("manyi:taken", show);
  show();
}

// A part is dragged behind another one of its list; the form of its buttons is what is sent.
let dragged;
const item = (event) => event.target.closest?.("ol.below > li[draggable]");
document.addEventListener("dragstart", (event) => {
  dragged = item(event);
});
document.addEventListener("dragover", (event) => {
  const over = item(event);
  if (dragged && over && over !== dragged && over.parentElement === dragged.parentElement) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const over = item(event);
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  const moved = dragged.querySelector("form.inline");
  const to = document.createElement("input");
  Object.assign(to, { type: "hidden", name: "to", value: over.dataset.node });
  moved.querySelector("input[name=to]")?.remove(); // of a drag that waits
  moved.append(to);
  moved.requestSubmit();
});
