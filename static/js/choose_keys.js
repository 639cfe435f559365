/** The form of one's own keys: a field takes the key that is pressed and shows its cap; its code is sent. */

import { announce } from "./page.js";
import { capOfCode, ready } from "./keys.js";

const codes = [...document.querySelectorAll("#key-codes option")].map((one) => /** @type {HTMLOptionElement} */ (one).value);
const named = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".own-keys input[data-default]")]);

/** A field that shows the cap, beside the hidden one that is sent. @typedef {{shown: HTMLInputElement, sent: HTMLInputElement, label: string}} Field */

/** The code that was meant by letters typed on glass, where no key is pressed. @param {string} typed */
const codeOf = (typed) => codes.find((code) => code === typed || capOfCode(code) === typed.slice(-1).toUpperCase()) ?? "";

/** @param {HTMLInputElement} sent @returns {Field} */
function field(sent) {
  const shown = /** @type {HTMLInputElement} */ (sent.cloneNode());
  const label = document.querySelector(`label[for="${sent.id}"]`)?.textContent ?? "";
  for (const name of ["name", "list"]) shown.removeAttribute(name);
  for (const name of ["id", "aria-invalid", "aria-describedby"]) sent.removeAttribute(name);
  sent.type = "hidden";
  sent.after(shown);
  const one = { shown, sent, label };
  shown.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !codes.includes(event.code)) return;
    event.preventDefault();
    take(one, event.code);
  });
  shown.addEventListener("input", () => take(one, codeOf(shown.value)));
  shown.addEventListener("focus", () => shown.select());
  return one;
}

/** @param {Field} one @param {string} code empty where it was none */
function take(one, code) {
  if (code) {
    one.sent.value = code;
    forgive(one);
  }
  show(one);
  one.shown.select();
  const others = compare();
  announce(code ? `${one.shown.value}: ${one.label}. ${others.get(one) ?? ""}` : "This key can't be chosen.");
}

/** @param {Field} one */
function show({ shown, sent }) {
  shown.value = codes.includes(sent.value) ? capOfCode(sent.value) : sent.value;
}

/** What was wrong was said about the key before. @param {Field} one */
function forgive({ shown }) {
  document.getElementById(`${shown.id}_error`)?.remove();
  shown.removeAttribute("aria-invalid");
}

/** Say beside each field which other action of its group has the same key. @returns {Map<Field, string>} */
function compare() {
  const found = new Map();
  for (const one of fields) {
    const other = fields.find((o) => o !== one && o.sent.value === one.sent.value && o.sent.dataset.group === one.sent.dataset.group);
    if (other) found.set(one, `Also: ${other.label}`);
    const note = document.getElementById(`${one.shown.id}_also`);
    if (note) note.textContent = found.get(one) ?? "";
  }
  return found;
}

const fields = named.map(field);
fields.forEach(show);
compare();
ready.then(() => fields.forEach(show));
