/** Keep what is being written (a memo, a definition, a reason) on this device until the server has it or it is emptied. */

import { isChanged } from "../js/fields.js";
import { announce } from "../js/page.js";
import { held, written } from "./device.js";

/**
 * @typedef {object} Draft
 * @property {string} who public id of the person
 * @property {string} place where its form leads
 * @property {string} page the page that it was written on
 * @property {string} shown the part beside the text that held it, to be fetched again; empty for the page itself
 * @property {string} words what was being written
 * @property {Record<string, string>} fields what was changed, and the BASIS that it was changed from
 */

const PAUSE = 400; // milliseconds after a key: often enough to lose nothing, rarely enough not to be felt
// What a form was given to be sent with: the version that it changes, so that a newer one is never replaced unasked, and
// the key of its sending, so that what was kept after all is kept once.
const BASIS = "input[type=hidden]:is([name=version], [name=key])";
const SENT = "loam-sent"; // in this tab: where a plain form of this page went
const me = document.body.dataset.user ?? "";
const card = document.getElementById("card");
const channel = new BroadcastChannel(`loam-drafts-${me}`);
const waiting = /** @type {Map<HTMLFormElement, number>} */ (new Map());

/** @param {HTMLFormElement} form */
const place = (form) => new URL(form.action).pathname;
/** @param {HTMLFormElement} form */
const texts = (form) => [...form.querySelectorAll("textarea")];
/** @param {HTMLFormElement} form */
const changed = (form) => [...form.querySelectorAll("textarea, select")].filter(isChanged);
/** Is there something that nobody has yet, as what the server did not take? @param {HTMLFormElement} form */
const isWritten = (form) => "unkept" in form.dataset || texts(form).some((one) => one.value !== one.defaultValue);

/** @param {HTMLFormElement} form */
export async function keep(form) {
  waiting.delete(form);
  // An emptied form that has left the page says nothing of the one that stands in its place.
  if (!isWritten(form)) return form.isConnected ? drop(form) : undefined;
  const words = form.closest("section")?.querySelector("h2")?.textContent ?? texts(form)[0]?.labels[0]?.textContent ?? "";
  const fields = Object.fromEntries([...changed(form), ...form.querySelectorAll(BASIS)].map((one) => [one.name, one.value]));
  const shown = card?.contains(form) ? (card.dataset.url ?? "") : "";
  const draft = { who: me, place: place(form), page: location.pathname, shown, words: words.trim(), fields };
  await written("drafts", (store) => store.put(draft)).catch(() => undefined);
}

/** What was written is kept elsewhere now, or was thrown away. @param {HTMLFormElement} form */
export async function drop(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  await written("drafts", (store) => store.delete([me, place(form)])).catch(() => undefined);
  channel.postMessage(place(form));
}

// What went for one tab may be what another is writing in the same place.
channel.onmessage = ({ data }) => {
  for (const form of document.querySelectorAll("form")) if (place(form) === data && isWritten(form)) keep(form);
};

/** Put back what was written before, into the forms of what was just shown. @param {Element} within */
export async function restore(within) {
  const kept = await drafts();
  for (const form of within.querySelectorAll("form")) {
    const draft = kept.find((one) => one.place === place(form));
    if (!draft || isWritten(form)) continue;
    for (const field of form.querySelectorAll(`textarea, select, ${BASIS}`)) field.value = draft.fields[field.name] ?? field.value;
    const around = form.closest("details");
    if (around) around.open = true;
    if (isWritten(form)) announce("What you wrote here before is back.");
  }
}

/** @returns {Promise<Draft[]>} */
const drafts = async () => (me ? held("drafts", me).catch(() => []) : []);

/** Lead back to what was being written beside this text when the page went. */
async function remind() {
  const left = (await drafts()).filter((one) => one.page === location.pathname && one.shown);
  if (!card || card.childElementCount || !left.length) return;
  const note = document.createElement("p");
  note.className = "notice";
  note.append("You were writing here, and what you wrote is kept on this device: ");
  for (const [number, draft] of left.entries()) {
    const link = document.createElement("a");
    link.href = draft.shown;
    link.dataset.beside = "";
    link.textContent = draft.words || "go on";
    note.append(number ? ", " : "", link);
  }
  card.append(note);
}

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest("#card form, .work-main form, .memo-form") : null;
  if (!(form instanceof HTMLFormElement) || !texts(form).length) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keep(form), PAUSE));
});
// What htmx brings is shown too; and what the server took, or the person left as it was, is no draft any more.
document.addEventListener("htmx:beforeOnLoad", ({ detail: { elt, xhr } }) => {
  const form = xhr.status < 400 && elt.closest("form");
  if (form && texts(form).length) drop(form);
});
document.addEventListener("htmx:afterSwap", ({ target }) => target instanceof Element && restore(target));
// A plain form that was taken leads back to the page that sent it; a refusal is a page of its own.
addEventListener("submit", ({ defaultPrevented, target }) => {
  if (defaultPrevented || !(target instanceof HTMLFormElement) || !texts(target).length) return;
  sessionStorage.setItem(SENT, place(target));
  clearTimeout(waiting.get(target));
  keep(target);
});
addEventListener("pageshow", ({ persisted }) => persisted && sessionStorage.removeItem(SENT));
async function settle() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const [entry] = performance.getEntriesByType("navigation");
  const isLedBack = entry?.type === "navigate" && document.referrer === location.href.split("#")[0];
  if (!sent || !isLedBack) return;
  await written("drafts", (store) => store.delete([me, sent])).catch(() => undefined);
  channel.postMessage(sent);
}
addEventListener("pagehide", () => waiting.forEach((timer, form) => { clearTimeout(timer); keep(form); }));
settle().then(() => { remind(); restore(document.body); });
