/**
 * The rating page with script: each change is saved at once, keys choose, the definition follows the focus.
 * What is chosen lives in the form's own controls; this module only keeps them consistent and sends them.
 */

import { alertNow, announce } from "../js/page.js";
import { kept, others } from "./draft.js";
import { Saver } from "./saver.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("rating"));
const status = document.getElementById("status");
const said = document.getElementById("said");
const definition = document.getElementById("definition");
const rows = [...form.querySelectorAll(".rating-row")];
const none = /** @type {HTMLInputElement | null} */ (document.getElementById("none-applies"));
const note = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("note"));
const box = (row) => row.querySelector("[type=checkbox]");
const radio = (row) => row.querySelector("[type=radio]");
const nameOf = (row) => row.querySelector("label").textContent.trim();
const chosen = () => rows.filter((row) => box(row).checked);
let noteTimer = 0;
let setAside = /** @type {{rows: Element[], primary: Element | undefined}} */ ({ rows: [], primary: undefined });

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
function define(row) {
  const about = row && document.getElementById(row.getAttribute("data-about"));
  if (!about || definition.dataset.shows === about.id) return;
  const copy = /** @type {Element} */ (about.cloneNode(true));
  copy.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
  definition.replaceChildren(...copy.childNodes);
  definition.dataset.shows = about.id;
  definition.scrollTop = 0;
}

form.addEventListener("focusin", (event) => define(event.target.closest(".rating-row")));
form.addEventListener("pointerover", (event) => {
  if (event.pointerType === "mouse") define(event.target.closest(".rating-row"));
});
form.addEventListener("pointerout", (event) => {
  const row = document.activeElement?.closest(".rating-row");
  if (row && event.target.closest(".rating")) define(row);
});

/* Saving */

const saver = new Saver(form, {
  status: show,
  refused(sentence) {
    tell(sentence);
    alertNow(sentence);
  },
  moved(sentence, stands) {
    tell(`${sentence} Saved there: ${stands.says}.`, [
      ["Keep mine", () => { saver.drop(); saver.version = stands.version; save(); }],
      ["Take what is saved", () => { saver.drop(); location.reload(); }],
    ]);
    alertNow(sentence);
  },
  submitted: (url) => location.assign(url),
});

/** Read the form as it is sent. @param {string} action */
function fields(action) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (!["csrfmiddlewaretoken", "key", "version"].includes(name)) data.append(name, String(value));
  }
  data.append("action", action);
  return String(data);
}

function save() {
  clearTimeout(noteTimer);
  noteTimer = 0;
  return saver.take(fields("save"));
}

function submit() {
  if (saver.queue.some((one) => one.fields.includes("action=submit"))) return;
  if (noteTimer) save();
  saver.take(fields("submit"));
}

/* Choosing */

/** Keep at most one primary among what is chosen, and "none applies" apart from it. */
function settle() {
  const rest = chosen();
  if (rest.length && none) none.checked = false;
  for (const row of rows) if (!box(row).checked) radio(row).checked = false;
  if (rest.length === 1) radio(rest[0]).checked = true;
}

/** @param {Element} row @param {boolean} asPrimary */
function choose(row, asPrimary) {
  box(row).checked = asPrimary || !box(row).checked;
  if (asPrimary) radio(row).checked = true;
  settle();
  define(row);
  row.scrollIntoView({ block: "nearest" });
  const state = !box(row).checked ? "taken back" : radio(row).checked ? "chosen, primary" : "chosen";
  announce(`${nameOf(row)}: ${state}`);
  save();
}

/** Take "none applies" or take it back, which brings back what it set aside. @param {boolean} applies */
function setNone(applies) {
  none.checked = applies;
  if (applies) {
    setAside = { rows: chosen(), primary: chosen().find((row) => radio(row).checked) };
    for (const row of rows) box(row).checked = radio(row).checked = false;
  } else {
    for (const row of setAside.rows) box(row).checked = true;
    if (setAside.primary) radio(setAside.primary).checked = true;
    setAside = { rows: [], primary: undefined };
  }
  settle();
  save();
}

function onChange(event) {
  if (event.target === none) setNone(none.checked);
  else if (event.target !== note) { settle(); save(); }
  else if (noteTimer) save();
}

function onKey(event) {
  if (event.isComposing || event.repeat || event.altKey) return;
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit();
    return;
  }
  const isText = event.target.closest?.("textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]");
  if (!("singleKeys" in form.dataset) || isText || event.ctrlKey || event.metaKey) return;
  const row = rows.find((one) => one.dataset.code === event.code);
  if (!row && event.code !== "KeyN") return;
  event.preventDefault();
  if (row) choose(row, event.shiftKey);
  else {
    setNone(!none.checked);
    announce(none.checked ? "None applies: chosen" : "None applies: taken back");
  }
}

/** Put a draft that was kept on this device back into the form. @param {string} text */
function restore(text) {
  const data = new URLSearchParams(text);
  for (const row of rows) {
    box(row).checked = data.getAll("category").includes(box(row).value);
    radio(row).checked = data.get("primary") === radio(row).value;
  }
  none.checked = data.has("none_applies");
  note.value = data.get("note") ?? "";
  for (const one of document.querySelectorAll("[form=rating][name=confidence]")) one.checked = data.get("confidence") === one.value;
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

if ("mayRate" in form.dataset) {
  for (const button of document.querySelectorAll("[data-no-script]")) button.hidden = true;
  document.addEventListener("change", (event) => { if (event.target.form === form) onChange(event); });
  note.addEventListener("input", () => {
    clearTimeout(noteTimer);
    noteTimer = setTimeout(save, 800);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.value === "submit") submit();
    else save();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onLeave);
  addEventListener("pagehide", () => { if (noteTimer) save(); });
  const draft = kept(form.dataset.draft).at(-1);
  if (draft) { restore(draft.fields); saver.run(); }
} else if (kept(form.dataset.draft).length) {
  tell("A change that was kept on this device is not part of what stands here.", [["Throw the change away", () => saver.drop()]]);
}

if (!("mayRate" in form.dataset)) define(rows.find((row) => radio(row).checked) ?? null);

const waiting = others(form.dataset.draft);
if (waiting.length) {
  const uid = waiting[0].split(":").at(-1);
  const url = form.getAttribute("action").replace(form.dataset.draft.split(":").at(-1), uid);
  tell("A rating of another incident is kept on this device and not saved yet. Open it, and it is sent.", [["Open that incident", () => location.assign(url)]]);
}
