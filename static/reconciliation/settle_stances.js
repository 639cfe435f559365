/**
 * The form that settles a disagreement on a stance scale: taking a reading sets its stances, setting stances chooses
 * the outcome. Without this module the form works as it stands: the outcome decides which fields count.
 */

/** @returns {HTMLFormElement | null} */
const form = () => document.querySelector("form#settle");
const lanes = () => /** @type {HTMLElement[]} */ ([...(form()?.querySelectorAll(".lane:has(input[name=outcome])") ?? [])]);
const rows = () => /** @type {HTMLElement[]} */ ([...(form()?.querySelectorAll(".values .rating-row") ?? [])]);
const said = (/** @type {HTMLElement} */ lane) => (lane.dataset.stances ?? "").split(" ").filter(Boolean);
const chosen = () => rows().flatMap((row) => {
  const key = row.querySelector("input:checked");
  return key ? [`${row.dataset.number}:${key.getAttribute("value")}`] : [];
}).sort((one, other) => parseInt(one, 10) - parseInt(other, 10));

/** Set the stances of a reading. @param {HTMLElement} lane */
function take(lane) {
  for (const one of said(lane)) {
    const [number, value] = one.split(":");
    const key = form()?.querySelector(`input[name="stance-${number}"][value="${value}"]`);
    if (key instanceof HTMLInputElement) key.checked = true;
  }
}

/** Choose the outcome that the stances make: a coder's reading, a merge of them, or a recode. */
function followStances() {
  const stances = chosen();
  const given = new Set(lanes().flatMap(said));
  const same = lanes().find((lane) => said(lane).join() === stances.join());
  const outcome = stances.every((one) => given.has(one)) ? "merge" : "recode";
  const radio = same?.querySelector("input[name=outcome]") ?? form()?.querySelector(`input[name=outcome][value="${outcome}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
  mark();
}

function mark() {
  for (const lane of lanes()) lane.classList.toggle("is-chosen", Boolean(lane.querySelector("input[name=outcome]:checked")));
}

/** Let the stances follow a chosen outcome. @param {HTMLInputElement} radio */
function followOutcome(radio) {
  const lane = radio.closest(".lane");
  if (lane instanceof HTMLElement) take(lane);
  const details = form()?.querySelector("details.ticks");
  if (details instanceof HTMLDetailsElement && ["merge", "recode"].includes(radio.value)) details.open = true;
  mark();
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.form !== form()) return;
  if (field.name.startsWith("stance-")) followStances();
  if (field.name === "outcome") followOutcome(field);
});

document.addEventListener("keydown", (event) => {
  if (event.code !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.altKey) return;
  event.preventDefault();
  form()?.requestSubmit(document.querySelector('button[form="settle"]') ?? undefined);
});

// What was chosen before this module had come, or what was refused.
const taken = form()?.querySelector("input[name=outcome]:checked");
if (taken instanceof HTMLInputElement) followOutcome(taken);
