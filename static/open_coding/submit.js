/**
 * Say how many paragraphs are untouched, as it changes; the server asks what is to be said of them.
 * Only what the server has is submitted: changes on their way are waited for, others stand in the way.
 */

import { alertNow } from "../js/page.js";
import { unsaved } from "./saving.js";

const note = /** @type {HTMLElement} */ (document.getElementById("untouched"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("submit-form"));

const untouched = () => [...document.querySelectorAll("#text > [data-untouched]")];
const counted = (/** @type {number} */ count) => `${count} paragraph${count === 1 ? "" : "s"}`;

function tell() {
  const count = untouched().length;
  for (const next of document.querySelectorAll("[data-next-untouched]")) next.hidden = !count;
  note.textContent = count ? `${counted(count)} untouched` : "";
}

const ON_ITS_WAY = "Submitting when your last changes are saved.";
let isWaiting = false;

/** What stands in the way of submitting, as a sentence. */
function obstacle() {
  const { waiting, refused, isHindered } = unsaved();
  if (refused) return "The server did not take all your changes. Try them again or drop them, then submit.";
  if (waiting) return isHindered ? "Not all your changes are saved yet. Submit when they are." : ON_ITS_WAY;
  return "";
}

/** @param {string} sentence */
function hold(sentence) {
  isWaiting = sentence === ON_ITS_WAY;
  if (note.textContent === sentence) return;
  note.textContent = sentence;
  alertNow(sentence);
}

form.addEventListener("submit", (event) => {
  const sentence = obstacle();
  if (!sentence && !untouched().length) return;
  event.preventDefault();
  if (sentence) hold(sentence);
  else location.assign(form.action); // where each untouched paragraph is judged
});
document.addEventListener("loam:line", () => {
  if (!isWaiting) return;
  const sentence = obstacle();
  hold(sentence);
  if (!sentence) form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.code !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  if (event.target instanceof Element && event.target.closest("textarea, input")) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("loam:saved", tell);
tell();
