/**
 * What every rating page with script does: each change is saved at once, the definition follows the focus, nothing is lost.
 * What is chosen lives in the form's own controls; how they are kept consistent is the kind of scale's own module.
 * After Submit the next incident takes the place of this one: what is named here is that of the incident now shown.
 */

import { retell } from "../js/fields.js";
import { alertNow, announce } from "../js/page.js";
import { ahead, lookAhead, turnTo } from "./ahead.js";
import { kept, others } from "./draft.js";
import { isSubmit, Saver } from "./saver.js";

export let form = /** @type {HTMLFormElement} */ (null);
export let rows = /** @type {Element[]} */ ([]);
export let note = /** @type {HTMLTextAreaElement} */ (null);
let status, said, definition;
let saver = /** @type {Saver} */ (null);
export const nameOf = (row) => row.querySelector("label, .label").textContent.trim();
let noteTimer = 0;
let onward = ""; // where to go once this incident is submitted

/* Showing */

/** Show a sentence above the form, with buttons. @param {string} sentence @param {[string, () => void][]} ways */
function tell(sentence, ways = []) {
  said.querySelector(".from-script")?.remove();
  if (!sentence) return;
  const notice = Object.assign(document.createElement("div"), { className: "notice warning from-script" });
  notice.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  if (ways.length) {
    const bar = Object.assign(document.createElement("p"), { className: "toolbar" });
    for (const [label, act] of ways) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
      button.addEventListener("click", () => { tell(""); act(); });
      bar.append(button);
    }
    notice.append(bar);
  }
  said.append(notice);
}

/** @param {string} state @param {string} words */
function show(state, words) {
  if (!status) return;
  status.dataset.state = state;
  status.textContent = words;
  if (state === "saved") { tell(""); said.querySelector("[role=alert]")?.remove(); }
}

/** Put a category's definition in the box. @param {Element | null} row */
export function define(row) {
  const about = row && document.getElementById(row.getAttribute("data-about"));
  if (!about || definition.dataset.shows === about.id) return;
  const copy = /** @type {Element} */ (about.cloneNode(true));
  copy.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
  definition.replaceChildren(...copy.childNodes);
  definition.dataset.shows = about.id;
  definition.scrollTop = 0;
}

/** Go on in a definition that is longer than its box, after its end from the top. */
function readOn() {
  const end = definition.scrollHeight - definition.clientHeight;
  const next = definition.scrollTop + definition.clientHeight - 32;
  definition.scrollTop = definition.scrollTop >= end - 1 ? 0 : Math.min(next, end);
}

/** Let the definition follow the focus and the mouse. */
function follow() {
  form.addEventListener("focusin", (event) => define(event.target.closest(".rating-row")));
  form.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") define(event.target.closest(".rating-row"));
  });
  form.addEventListener("pointerout", (event) => {
    const row = document.activeElement?.closest(".rating-row");
    if (row && event.target.closest(".rating")) define(row);
  });
}

/* Saving */

const hooks = {
  status: show,
  refused(sentence) {
    const late = onward ? "Submitted without your last change, which is kept on this device only. " : "";
    tell(late + sentence, onward ? [["Go on", () => location.assign(onward)]] : []);
    alertNow(late + sentence);
  },
  moved(sentence, stands) {
    tell(`${sentence} Saved there: ${stands.says}.`, [
      ["Keep mine", () => { saver.drop(); saver.version = stands.version; save(); }],
      ["Take what is saved", () => { saver.drop(); location.reload(); }],
    ]);
    alertNow(sentence);
  },
  async submitted(url, { submitted }) {
    onward = url;
    const page = await ahead(url);
    if (noteTimer) save();
    if (!saver.isIdle || kept(saver.name).length) return; // what came too late stays in sight; the server says why
    if (!page) { location.assign(url); return; }
    turnTo(page, url);
    const way = document.querySelector(".work-head progress");
    if (way && submitted !== undefined) way.value = submitted; // it was fetched before this one was submitted
    showIncident();
    const [at, title] = [document.querySelector("h1"), form.querySelector("h2")].map((one) => one.textContent.trim());
    announce(`${at.split(" · ").at(-1)}: ${title}`);
  },
};

/** Read the form as it is sent. @param {string} action */
function fields(action) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (!["csrfmiddlewaretoken", "key", "version"].includes(name)) data.append(name, String(value));
  }
  data.append("action", action);
  return String(data);
}

export function save() {
  clearTimeout(noteTimer);
  noteTimer = 0;
  return saver.take(fields("save"));
}

export function submit() {
  if (noteTimer) save();
  const last = saver.queue.at(-1);
  if (last && isSubmit(last)) return;
  saver.take(fields("submit"));
}

/** Leave only when what waits is sent, or has had its time. */
async function onLeave(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  if (noteTimer) save();
  if (saver.isIdle || link.origin !== location.origin) return;
  event.preventDefault();
  await saver.settled(1500);
  location.assign(link.href);
}

/** Is a key pressed where letters are written, or is it none of ours? @param {KeyboardEvent} event */
export function isElsewhere(event) {
  if (event.isComposing || event.repeat || event.altKey) return true;
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit();
    return true;
  }
  const isText = event.target.closest?.("textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]");
  if (!("singleKeys" in form.dataset) || isText || event.ctrlKey || event.metaKey) return true;
  if (event.code !== "KeyD") return false;
  event.preventDefault();
  readOn();
  return true;
}

/** Put what this device kept back into the form. @param {import("./draft.js").Change} draft */
function putBack(draft) {
  const data = new URLSearchParams(draft.fields);
  kind.restore(data);
  for (const one of form.querySelectorAll("[name^=evidence-]")) one.checked = data.getAll(one.name).includes(one.value);
  note.value = data.get("note") ?? "";
  for (const one of document.querySelectorAll("[form=rating][name=confidence]")) one.checked = data.get("confidence") === one.value;
}

/** @typedef {{change: (event: Event) => void, key: (event: KeyboardEvent) => void, restore: (data: URLSearchParams) => void, shown: () => Element | null, start?: () => void}} Kind */

let kind = /** @type {Kind} */ (null);

/** Begin: listen, and send what this device kept. @param {Kind} own */
export function begin(own) {
  kind = own;
  showIncident();
  if (!("mayRate" in form.dataset)) return;
  document.addEventListener("change", (event) => {
    if (event.target.form !== form) return;
    if (event.target !== note) kind.change(event);
    else if (noteTimer) save();
  });
  document.addEventListener("keydown", kind.key);
  document.addEventListener("click", onLeave);
  addEventListener("pagehide", () => { if (noteTimer) save(); });
  if (saver.isIdle) retell(form);
}

/** Take up the incident that the page shows now. */
function showIncident() {
  clearTimeout(noteTimer);
  noteTimer = 0;
  onward = "";
  form = /** @type {HTMLFormElement} */ (document.getElementById("rating"));
  [status, said, definition] = ["status", "said", "definition"].map((id) => document.getElementById(id));
  rows = [...form.querySelectorAll(".rating-row")];
  note = form.elements.namedItem("note");
  saver = new Saver(form, hooks);
  follow();
  kind.start?.();
  if ("mayRate" in form.dataset) listen();
  else {
    tellOfChange();
    define(kind.shown());
  }
  nameOthers();
}

/** Name a change that came too late, and show it where it is asked for. */
function tellOfChange() {
  const change = kept(form.dataset.draft).at(-1);
  if (!change) return;
  const away = /** @type {[string, () => void]} */ (["Throw the change away", () => { saver.drop(); location.reload(); }]);
  tell("A change that was kept on this device is not part of what stands here.", [["Show the change", () => {
    putBack(change);
    tell("This is the change, which is not part of what stands. If it matters, ask the lead to reopen the incident: it is sent when you open it then.", [away]);
  }], away]);
}

/** Let the form be worked on: with script, and from what this device kept. */
function listen() {
  for (const button of document.querySelectorAll("[data-no-script]")) button.hidden = true;
  for (const button of document.querySelectorAll("[data-script]")) button.hidden = false;
  note?.addEventListener("input", () => {
    clearTimeout(noteTimer);
    noteTimer = setTimeout(save, 800);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.value === "submit") submit();
    else save();
  });
  const draft = kept(form.dataset.draft).at(-1);
  if (draft) { putBack(draft); saver.run(); }
  lookAhead(form.dataset.next);
}

/** Name a rating of another incident that this device kept. */
function nameOthers() {
  const waiting = others(form.dataset.draft);
  if (!waiting.length) return;
  const uid = waiting[0].split(":").at(-1);
  const url = form.getAttribute("action").replace(form.dataset.draft.split(":").at(-1), uid);
  tell("A rating of another incident is kept on this device and not saved yet. Open it to send it, or to throw it away.", [["Open that incident", () => location.assign(url)]]);
}
