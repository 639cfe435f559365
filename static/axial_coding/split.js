/**
 * A segment's two keys: 1 leaves it under the old code, 2 takes it to the new one. Without this module the buttons do it.
 * A key counts once for each page, so that a key held down does not decide about the next segment too.
 */
const form = document.querySelector("#choose[data-keys]");
const WRITES = "input, textarea, select, [contenteditable]";
let sent = false;

document.addEventListener("keydown", (event) => {
  if (!form || sent || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target instanceof Element && event.target.closest(WRITES)) return;
  const button = form.querySelector(`button[data-code="${CSS.escape(event.code)}"]`);
  if (!button) return;
  event.preventDefault();
  sent = true;
  form.requestSubmit(button);
});
// A page that comes back from the browser's memory takes keys again.
window.addEventListener("pageshow", () => {
  sent = false;
});
