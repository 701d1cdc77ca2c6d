// A verb's form closes with Escape or a click beside it, and takes the cursor when opened.
(() => {
  const open = () => document.querySelectorAll("details.verb[open]");
  document.addEventListener("click", (event) => {
    for (const verb of open()) if (!verb.contains(event.target)) verb.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const verb of open()) {
      verb.open = false;
      verb.querySelector("summary").focus();
    }
  });
  document.addEventListener("toggle", (event) => {
    const verb = event.target;
    if (!verb.matches?.("details.verb") || !verb.open) return;
    verb.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
  }, true);
})();

// The theme tells a chosen file's name in a text box of its own widget; plain fields have
// none, and its listener would fail on them. The browser shows the name by itself.
document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll("input[type=file]")) {
    input.hasChangeListener = true;
  }
});

// On a phone the tree of unions is folded until it is asked for.
document.addEventListener("DOMContentLoaded", () => {
  if (!matchMedia("(max-width: 900px)").matches) return;
  for (const tree of document.querySelectorAll(".union-tree > details")) tree.open = false;
});

// The tree of unions: a button opens a branch, arrow keys walk it; links work by themselves.
(() => {
  const branch = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const turn = (button, open) => {
    button.setAttribute("aria-expanded", open);
    branch(button).hidden = !open;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".twig > button");
    if (button) turn(button, button.getAttribute("aria-expanded") !== "true");
  });
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.(".twig > a");
    if (!link || !event.key.startsWith("Arrow")) return;
    const seen = [...link.closest(".union-tree").querySelectorAll(".twig > a")].filter(
      (each) => each.offsetParent,
    );
    const place = seen.indexOf(link);
    const button = link.parentElement.querySelector("button");
    const isOpen = button?.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown") seen[place + 1]?.focus();
    if (event.key === "ArrowUp") seen[place - 1]?.focus();
    if (event.key === "ArrowRight" && button && !isOpen) button.click();
    if (event.key === "ArrowLeft") {
      if (isOpen) turn(button, false);
      else link.closest("ul").closest("li")?.querySelector(".twig > a").focus();
    }
    event.preventDefault();
  });
})();
