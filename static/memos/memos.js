/**
 * Memos changed in place: a refused form comes back with what was written in it, every other refusal is said above,
 * and the cursor follows what was asked for. Without script all of it works by whole pages.
 */
import { alertNow } from "../js/page.js";
import "../open_coding/drafts.js";

const LOST = "The server could not be reached. Your words stand here; try again.";
const UNDONE = "That was not done. Reload the page and try again.";

/** The part of the page that shows memos, around where something happened. @param {EventTarget | null} at */
const around = (at) => (at instanceof Element ? at.closest("[data-memos]") : null);

/** Say a refusal above the memos. @param {Element} place @param {string} text */
function say(place, text) {
  const line = place.querySelector("[data-says]");
  if (line instanceof HTMLElement) Object.assign(line, { textContent: text, hidden: !text });
  else alertNow(text);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const place = around(event.detail.target);
  if (!place || event.detail.xhr.status < 400) return;
  const isForm = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html") && [400, 409, 422].includes(event.detail.xhr.status);
  if (isForm) Object.assign(event.detail, { shouldSwap: true, isError: false });
});

document.addEventListener("htmx:responseError", (event) => {
  const place = around(event.detail.elt);
  if (!place) return;
  const isPlain = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  say(place, isPlain ? event.detail.xhr.responseText : UNDONE);
});

document.addEventListener("htmx:sendError", (event) => {
  const place = around(event.detail.elt);
  if (place) say(place, LOST);
});

