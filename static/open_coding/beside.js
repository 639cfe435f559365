/** Show comparison, search, history and memos beside the text, without leaving it; without script they are pages. */

import { does } from "../js/keys.js";
import { announce } from "../js/page.js";

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const card = /** @type {HTMLElement} */ (document.getElementById("card"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
let isSending = false; // the written words themselves, by a form of their own
let from = /** @type {HTMLElement | null} */ (null);

/** Whether words that nobody has kept yet stand there: nothing takes their place then. */
export const isWritten = () => [...card.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);

/** Say why the place stays as it is, and lead back to the words. */
export function refuse() {
  announce("What you wrote is not kept yet. Keep it, or empty the field.");
  [...card.querySelectorAll("textarea")].find((one) => one.value !== one.defaultValue)?.focus();
}

/** Fetch a page's own part and show it. @param {string} url */
export async function show(url) {
  if (isWritten()) return refuse();
  const active = document.activeElement;
  if (active instanceof HTMLElement && !card.contains(active)) from = active;
  let answer;
  try {
    answer = await fetch(url, { headers: { "HX-Request": "true" } });
  } catch {
    return announce("There is no connection just now. Try again later.");
  }
  if (!answer.ok || answer.redirected) return announce("This could not be shown. Reload the page and try again.");
  if (isWritten()) return; // while the answer was on its way
  card.innerHTML = await answer.text();
  card.dataset.url = url;
  /** @type {any} */ (window).htmx?.process(card);
  const field = card.querySelector("input[type=search], textarea");
  const head = card.querySelector("h2");
  if (field instanceof HTMLElement) field.focus();
  else card.focus({ preventScroll: true });
  announce(head?.textContent ?? "");
}

/** Give the place back, and the focus to where it was. */
export function close() {
  delete card.dataset.url;
  card.replaceChildren();
  (from?.isConnected ? from : text).focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-beside]") : null;
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  isSending = card.contains(form) && !event.defaultPrevented && !("beside" in form.dataset) && !("save" in form.dataset);
  if ("beside" in form.dataset) {
    event.preventDefault();
    show(`${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.code === "Escape" && card.dataset.url && card.contains(document.activeElement)) {
    event.preventDefault();
    if (isWritten()) refuse();
    else close();
  } else if (does(event, "search")) {
    event.preventDefault();
    show(`${base}search/`);
  } else if (does(event, "history")) {
    event.preventDefault();
    show(`${base}history/`);
  } else if (does(event, "memo")) {
    const link = document.querySelector("#card a[data-memo], a[data-memo]");
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    show(link.href);
  }
});

document.addEventListener("loam:saved", () => {
  const url = card.dataset.url;
  if (url && !card.querySelector("[data-memos]") && !card.contains(document.activeElement)) show(url);
});
addEventListener("beforeunload", (event) => isWritten() && !isSending && event.preventDefault());
