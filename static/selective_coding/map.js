/**
 * The page of a mapping round with script: each category is saved at once, keys choose its place.
 * What is chosen lives in the forms' own controls; this module only sends it and says how it stands.
 */

import { retell } from "../js/fields.js";
import { alertNow, announce } from "../js/page.js";
import { kept } from "./draft.js";
import { Saver } from "./saver.js";

const room = document.querySelector(".map");
const forms = /** @type {HTMLFormElement[]} */ ([...room.querySelectorAll("form.map-place")]);
const status = document.getElementById("status");
const said = document.getElementById("said");
const submit = /** @type {HTMLFormElement} */ (document.getElementById("submit"));
const timers = new WeakMap();
const RANKS = ["saved", "saving", "new", "kept", "error"];
/** @type {Map<HTMLFormElement, {state: string, words: string}>} each form that was changed here, and how it stands */
const states = new Map();

/** @param {HTMLFormElement} form */
const place = (form) => /** @type {HTMLSelectElement} */ (form.elements.namedItem("place"));
const rationale = (form) => /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("rationale"));
const refused = (form) => form.querySelector(".refused");

/** Show for the whole page how the form stands that stands worst. @param {HTMLFormElement} form @param {string} state @param {string} words */
function show(form, state, words) {
  let worst = { state, words };
  states.set(form, worst);
  for (const one of states.values()) if (RANKS.indexOf(one.state) > RANKS.indexOf(worst.state)) worst = one;
  status.dataset.state = worst.state;
  status.textContent = worst.words;
  if (worst.state === "saved") said.querySelector(".from-script")?.remove();
}

const unsaved = () => forms.filter((form) => (states.get(form)?.state ?? "saved") !== "saved");

/** @param {HTMLFormElement} form @param {string} sentence @param {[string, () => void][]} ways */
function tell(form, sentence, ways = []) {
  const line = refused(form);
  const isNew = sentence && line.firstChild?.textContent !== sentence;
  line.textContent = sentence;
  for (const [label, act] of ways) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
    button.addEventListener("click", () => { line.textContent = ""; act(); });
    line.append(" ", button);
  }
  if (isNew) alertNow(sentence); // a rationale that is written before its place is refused at every pause
}

const savers = new Map(forms.map((form) => [form, new Saver(form, {
  status(state, words) {
    if (state === "saved" && timers.has(form)) return; // what was typed since then is not
    show(form, state, words);
    if (state === "saved") { tell(form, ""); count(); }
  },
  refused: (sentence) => tell(form, sentence),
  moved: (sentence, stands) => tell(form, `${sentence} Saved there: ${stands.says}.`, [
    ["Keep mine", () => { const saver = savers.get(form); saver.drop(); saver.version = stands.version; save(form); }],
    ["Take what is saved", () => { savers.get(form).drop(); location.reload(); }],
  ]),
  submitted: (url) => location.assign(url),
})]));

/** Mark each row by what its form says, and count. */
function count() {
  for (const form of forms) {
    const value = place(form).value;
    form.closest("li").dataset.state = value === "no-fit" ? "unfit" : value ? "done" : "missing";
  }
  const done = forms.filter((form) => place(form).value).length;
  document.getElementById("done").textContent = `${done} of ${forms.length} mapped`;
  document.querySelector(".work-head progress").value = done;
}

/** @param {HTMLFormElement} form */
function save(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  const data = new URLSearchParams();
  for (const name of ["category", "place", "rationale"]) data.append(name, form.elements.namedItem(name).value);
  return savers.get(form).take(String(data));
}

/** @param {HTMLFormElement} form @param {string} value */
function choose(form, value) {
  place(form).value = value;
  announce(`${form.closest("li").querySelector("h2").textContent}: ${place(form).selectedOptions[0].textContent}`);
  count();
  save(form);
}

/** Go to the next category without a place, round the corner. @param {HTMLFormElement} form @param {number} step */
function go(form, step) {
  const at = forms.indexOf(form);
  const order = forms.map((_, index) => forms[(at + step * (index + 1) + forms.length * 2) % forms.length]);
  const next = order.find((one) => !place(one).value);
  if (next) { place(next).focus(); next.closest("li").scrollIntoView({ block: "nearest" }); }
  else { announce("Every category has been said."); submit.querySelector("button").focus(); }
}

function onKey(event) {
  if (event.isComposing || event.repeat || event.altKey) return;
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit.requestSubmit(submit.querySelector("button"));
    return;
  }
  const form = event.target.closest?.("form.map-place");
  if (!form || event.target !== place(form) || event.ctrlKey || event.metaKey) return;
  if (event.code === "Enter") { event.preventDefault(); go(form, event.shiftKey ? -1 : 1); return; }
  if (!("singleKeys" in room.dataset) || event.shiftKey) return;
  const option = event.code === "KeyN" ? [...place(form).options].find((one) => one.value === "no-fit")
    : [...place(form).options].find((one) => one.dataset.code === event.code);
  if (!option) return;
  event.preventDefault();
  choose(form, option.value);
}

/** Send what is still being written, before the page submits. */
async function settle() {
  for (const form of forms) if (timers.has(form)) save(form);
  await Promise.all(forms.map((form) => savers.get(form).settled(3000)));
}

/** Say which category held the submission up, and lead to it. @param {HTMLFormElement} form */
function tellUnsaved(form) {
  const name = form.closest("li").querySelector("h2").textContent;
  const why = refused(form).firstChild?.textContent || "Submit again when it is saved.";
  const sentence = `Nothing was submitted, as “${name}” is not saved. ${why}`;
  said.querySelector(".from-script")?.remove();
  said.append(Object.assign(document.createElement("p"), { className: "notice error from-script", textContent: sentence }));
  alertNow(sentence);
  place(form).focus();
  form.closest("li").scrollIntoView({ block: "nearest" });
}

for (const button of room.querySelectorAll("[data-no-script]")) button.hidden = true;
for (const form of forms) {
  place(form).addEventListener("change", () => { count(); save(form); });
  rationale(form).addEventListener("input", () => {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), 800));
    show(form, "new", "Not saved yet");
  });
  rationale(form).addEventListener("change", () => { if (timers.has(form)) save(form); });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(form); });
  const draft = kept(form.dataset.draft).at(-1);
  if (!draft) { retell(form); continue; }
  const data = new URLSearchParams(draft.fields);
  place(form).value = data.get("place") ?? "";
  rationale(form).value = data.get("rationale") ?? "";
  savers.get(form).run();
}
count();
document.addEventListener("keydown", onKey);
addEventListener("pagehide", () => { for (const form of forms) if (timers.has(form)) save(form); });
submit.addEventListener("submit", async (event) => {
  if (!unsaved().length) return;
  event.preventDefault();
  await settle();
  const [first] = unsaved();
  if (first) tellUnsaved(first);
  else submit.requestSubmit(submit.querySelector("button"));
});
