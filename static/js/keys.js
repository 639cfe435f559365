/**
 * Keys by their place on the keyboard: what a key means for this person, what is printed on it, and the list of all keys.
 * The page gives them: `<body data-keys='{"in_vivo": "KeyV", …}' data-single-keys="on">`, from coding/people/shortcuts.py.
 */

const WRITES = "textarea, select, [contenteditable]:not([contenteditable=false]), input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=range], [type=file])";
/** What a field leaves to an action as long as nothing is typed in it: in the panel `v` takes the words themselves. */
const WHILE_EMPTY = /** @type {Record<string, string>} */ ({ in_vivo: "input[role=combobox]" });
const PRINTED = /** @type {Record<string, string>} */ ({
  Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Semicolon: ";", Quote: "'",
  Backquote: "`", Comma: ",", Period: ".", Slash: "/",
});

let layout = /** @type {Map<string, string> | null} */ (null);

/** @returns {Record<string, string>} the key of each action, by `KeyboardEvent.code` */
const keys = () => JSON.parse(document.body.dataset.keys || "{}");
const areOn = () => document.body.dataset.singleKeys === "on";

/** Whether a key goes into a field, or writes a shortcut of the system, instead of meaning something here. @param {KeyboardEvent} event @param {string} [action] */
function isElsewhere(event, action = "") {
  if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return true;
  if (event.isComposing || event.keyCode === 229) return true;
  const field = event.target instanceof Element ? event.target.closest(WRITES) : null;
  if (!field) return false;
  return !(WHILE_EMPTY[action] && field.matches(WHILE_EMPTY[action]) && field instanceof HTMLInputElement && !field.value);
}

/** Whether this keydown means this action for this person; with or without Shift. @param {KeyboardEvent} event @param {string} action */
export function does(event, action) {
  const code = keys()[action];
  return Boolean(code) && event.code === code && event.key !== "?" && areOn() && !isElsewhere(event, action);
}

/** What is printed on a key of this keyboard, as far as the browser tells, else on one of the United States. @param {string} code */
export function capOfCode(code) {
  const printed = layout?.get(code);
  if (printed) return printed.length === 1 && printed.toUpperCase().length === 1 ? printed.toUpperCase() : printed;
  return code.match(/^(?:Key|Digit)(.)$/)?.[1] ?? PRINTED[code] ?? code;
}

/** What is printed on the key of an action; empty where single-letter keys are off. @param {string} action */
export function capOf(action) {
  const code = keys()[action];
  return code && areOn() ? capOfCode(code) : "";
}

/** Write on key caps what this keyboard has printed there. @param {ParentNode} within */
export function paint(within) {
  for (const cap of within.querySelectorAll("kbd[data-code]")) cap.textContent = capOfCode(cap.dataset.code);
}

/** When the browser has said what is printed on the keys, or that it won't. */
export const ready = Promise.resolve(navigator.keyboard?.getLayoutMap?.()).then(
  (found) => {
    layout = found ?? null;
    paint(document);
  },
  () => {},
);

/** The list of all keys: the one in the page, else from the server, once. @returns {Promise<HTMLDialogElement | null>} */
async function allKeys() {
  const here = document.getElementById("all-keys");
  if (here instanceof HTMLDialogElement) return here;
  const answer = await fetch(address(), { headers: { "HX-Request": "true" } });
  if (!answer.ok || document.getElementById("all-keys")) return null;
  const sent = document.createElement("template");
  sent.innerHTML = await answer.text();
  const dialog = sent.content.querySelector("dialog");
  if (dialog) document.body.append(dialog);
  return dialog;
}

const address = () => document.querySelector("a[data-all-keys]")?.href ?? "/keys/";

/** Open the list of all keys over the page; the browser gives the focus back when it closes. */
export async function showAllKeys() {
  const dialog = await allKeys().catch(() => null);
  if (!dialog) return location.assign(address());
  paint(dialog);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.repeat || !areOn() || isElsewhere(event)) return;
  event.preventDefault();
  showAllKeys();
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-all-keys]") : null;
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  showAllKeys();
});

// Under the open list no key means anything to the page.
window.addEventListener("keydown", (event) => {
  if (document.querySelector("#all-keys[open]")) event.stopPropagation();
}, true);
