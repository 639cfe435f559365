/**
 * The page that integrates: say in a category's row whether its place is saved, and why not.
 */

import { alertNow } from "../js/page.js";

/** @param {Element} control @param {string} state @param {string} words */
function mark(control, state, words) {
  const status = control.closest("tr")?.querySelector(".status");
  if (!status) return;
  status.setAttribute("data-state", state);
  status.textContent = words;
}

document.addEventListener("input", (event) => {
  if (event.target.form?.matches(".placing")) mark(event.target, "new", "Not saved yet");
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches(".placing")) mark(event.detail.elt, "saving", "Saving");
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches(".placing")) return;
    const isPlain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    const sentence = isPlain ? xhr.responseText : "It could not be saved. Try again, or reload the page.";
    elt.closest("tr").querySelector(".refused").textContent = sentence;
    mark(elt, "error", "Not saved");
    alertNow(sentence);
  });
}
