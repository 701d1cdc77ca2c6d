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
