/**
 * The form that settles a disagreement: taking a reading ticks its categories, ticking categories chooses the outcome,
 * and keys do both. Without this module the form works as it stands: the outcome decides which fields count.
 */
import { announce } from "../js/page.js";

/** @returns {HTMLFormElement | null} */
const form = () => document.querySelector("form#settle");
const boxes = () => /** @type {HTMLInputElement[]} */ ([...(form()?.querySelectorAll("input[name=category]") ?? [])]);
const lanes = () => /** @type {HTMLElement[]} */ ([...(form()?.querySelectorAll(".lane:has(input[name=outcome])") ?? [])]);
const numbers = (/** @type {HTMLElement} */ lane) => (lane.dataset.categories ?? "").split(" ").filter(Boolean);
// By number, as a lane names its categories; boxes stand by layer, where a greater number may come first.
const ticked = () => boxes().filter((box) => box.checked).map((box) => box.value).sort((one, other) => Number(one) - Number(other));

/** @returns {HTMLInputElement | undefined} the primary's radio of a category */
const primaryOf = (/** @type {string} */ number) => form()?.querySelector(`input[name=primary][value="${number}"]`) ?? undefined;
const primary = () => form()?.querySelector("input[name=primary]:checked")?.getAttribute("value") ?? "";

/** Tick these categories and no others. @param {string[]} chosen @param {string} first the primary */
function tick(chosen, first) {
  for (const box of boxes()) {
    box.checked = chosen.includes(box.value);
    const radio = primaryOf(box.value);
    if (radio) radio.checked = box.value === first;
  }
}

/** Keep one ticked category primary. */
function keepPrimary() {
  const chosen = ticked();
  if (chosen.includes(primary())) return;
  for (const box of boxes()) {
    const radio = primaryOf(box.value);
    if (radio) radio.checked = chosen.length === 1 && box.value === chosen[0];
  }
}

/** Choose the outcome that the ticked categories make: a coder's reading, a merge of them, or a recode. */
function followTicks() {
  const chosen = ticked();
  const named = new Set(lanes().flatMap(numbers));
  const same = lanes().find((lane) => numbers(lane).join() === chosen.join() && (lane.dataset.primary ?? "") === primary());
  const outcome = same ? "" : chosen.length && chosen.every((number) => named.has(number)) ? "merge" : "recode";
  const radio = same?.querySelector("input[name=outcome]") ?? form()?.querySelector(`input[name=outcome][value="${outcome}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
  unfold();
  mark();
}

/** Show the categories. */
function unfold() {
  const details = form()?.querySelector("details.ticks");
  if (details instanceof HTMLDetailsElement) details.open = true;
}

/** Mark the lane that is taken. */
function mark() {
  for (const lane of lanes()) lane.classList.toggle("is-chosen", Boolean(lane.querySelector("input[name=outcome]:checked")));
}

/** Let the ticks follow a chosen outcome. @param {HTMLInputElement} radio */
function followOutcome(radio) {
  const lane = radio.closest(".lane");
  if (lane instanceof HTMLElement) tick(numbers(lane), lane.dataset.primary ?? "");
  if (radio.value === "merge" || radio.value === "recode") unfold();
  if (radio.value === "plural") tick([...new Set(lanes().flatMap(numbers))], "");
  mark();
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.form !== form()) return;
  if (field.name === "outcome") followOutcome(field);
  if (field.name === "category") { keepPrimary(); followTicks(); }
  if (field.name === "primary") followTicks();
});

/** Tick or untick a category by its key; with Shift make it the primary. @param {HTMLInputElement} box @param {boolean} first */
function press(box, first) {
  const label = form()?.querySelector(`label[for="${box.id}"]`)?.textContent ?? "";
  box.checked = first || !box.checked;
  const radio = primaryOf(box.value);
  if (first && radio) radio.checked = true;
  keepPrimary();
  followTicks();
  announce(`${label}: ${first ? "primary" : box.checked ? "ticked" : "not ticked"}.`);
}

const WRITES = "textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]";

document.addEventListener("keydown", (event) => {
  const here = form();
  if (!here || event.isComposing || event.altKey) return;
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    here.requestSubmit(document.querySelector('button[form="settle"]') ?? undefined);
    return;
  }
  const writing = event.target instanceof Element && event.target.matches(WRITES);
  if (writing || event.ctrlKey || event.metaKey || !("keys" in here.dataset)) return;
  const box = boxes().find((one) => one.dataset.code === event.code);
  if (!box) return;
  event.preventDefault();
  press(box, event.shiftKey);
});

// What was chosen before this module had come, or what was refused.
const taken = form()?.querySelector("input[name=outcome]:checked");
if (taken instanceof HTMLInputElement) followOutcome(taken);
else if (ticked().length) { keepPrimary(); followTicks(); }
