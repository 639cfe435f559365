/** Show comparison, search, history and memos beside the text, without leaving it; without script they are pages. */

import { does } from "../js/keys.js";
import { announce } from "../js/page.js";
import { keep, restore } from "./drafts.js";
import { formOf } from "./pending.js";

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const card = /** @type {HTMLElement} */ (document.getElementById("card"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
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
  const html = await fetched(url);
  if (!html || isWritten()) return; // while the answer was on its way
  card.innerHTML = html;
  card.dataset.url = url;
  /** @type {any} */ (window).htmx?.process(card);
  const field = card.querySelector("input[type=search], textarea");
  const head = card.querySelector("h2");
  if (field instanceof HTMLElement) field.focus();
  else card.focus({ preventScroll: true });
  announce(head?.textContent ?? "");
  await restore(card);
}

/** A page's own part; without a connection, of memos at least their form. @param {string} url */
async function fetched(url) {
  const isMemos = url.includes("/memos/on/");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer) {
    const form = isMemos ? formFor(url) : "";
    if (!form) announce("There is no connection just now. Try again later.");
    return form;
  }
  if (!answer.ok || answer.redirected) return announce("This could not be shown. Reload the page and try again.") ?? "";
  const html = await answer.text();
  if (isMemos) lastMemos = html;
  return html;
}

let lastMemos = document.getElementById("memo-form")?.innerHTML ?? "";

/** The form of a memo as it was shown last, for something else. @param {string} url */
function formFor(url) {
  const { content } = Object.assign(document.createElement("template"), { innerHTML: lastMemos });
  const [section, form] = [content.querySelector("section"), content.querySelector("form")];
  if (!section || !form) return "";
  const uid = url.match(/([^/]+)\/$/)?.[1] ?? "";
  section.id = `memos-${uid}`;
  form.setAttribute("action", new URL(url, location.href).pathname);
  for (const one of section.querySelectorAll("article, .pager, [role=status]")) one.remove();
  for (const one of section.querySelectorAll(":scope > .muted")) one.textContent = "Without a connection earlier memos can't be shown.";
  return section.outerHTML;
}

/** Put what the server did not take back into its form, on what stands now; it leaves the list when it is kept as a draft. */
document.addEventListener("loam:rewrite", async ({ detail: { change, drop } }) => {
  if (isWritten()) return refuse(); // its form may be the one in which something newer stands
  await show(formOf(change));
  const to = new URL(change.url, location.href).href;
  const form = [...card.querySelectorAll("form")].find((one) => one.action === to);
  if (!form) return isWritten() || announce("This can't be changed here now. What you wrote stays in the list.");
  for (const field of form.querySelectorAll("textarea, select")) field.value = change.fields[field.name] ?? field.value;
  form.closest("details")?.setAttribute("open", "");
  card.dataset.url = card.dataset.url?.replace("?edit", ""); // once it is kept, it is read there
  card.firstElementChild?.scrollIntoView({ block: "start" });
  form.querySelector("textarea")?.focus();
  announce("What you wrote stands in the form again.");
  await keep(form);
  drop(change);
});

/** Give the place back, and the focus to where it was. */
export function close() {
  delete card.dataset.url;
  card.replaceChildren();
  (from?.isConnected ? from : text).focus({ preventScroll: true });
}

const closing = document.querySelector("[data-close-card]");
new MutationObserver(() => closing?.toggleAttribute("hidden", !card.childElementCount)).observe(card, { childList: true });
closing?.addEventListener("click", () => {
  if (isWritten()) refuse();
  else document.dispatchEvent(new CustomEvent("loam:close"));
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-beside]") : null;
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("beside" in form.dataset)) return;
  event.preventDefault();
  show(`${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`);
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
    const link = card.querySelector("a[data-memo]") ?? document.querySelector("a[data-memo]");
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    show(link.href);
  }
});

document.addEventListener("loam:saved", () => {
  const url = card.dataset.url;
  if (url && !card.querySelector("[data-memos]") && !card.contains(document.activeElement)) show(url);
});
addEventListener("beforeunload", (event) => isWritten() && !("leaves" in document.body.dataset) && event.preventDefault());
