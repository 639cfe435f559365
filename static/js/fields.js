/** What was changed in a form since the server sent it. */

/** What the server sent for a field. @param {HTMLTextAreaElement | HTMLSelectElement} field */
const given = (field) => (field instanceof HTMLSelectElement ? (field.querySelector("option[selected]") ?? field.options[0])?.value : field.defaultValue);

/** Is a control other than it was sent? Of radios the one that is chosen now. @param {Element} one */
export function isChanged(one) {
  if (one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement) return one.value !== given(one);
  if (!(one instanceof HTMLInputElement)) return false;
  if (one.type === "radio") return one.checked && !one.defaultChecked;
  return one.type === "checkbox" && one.checked !== one.defaultChecked;
}

/**
 * Tell of what was chosen or written before the page's script came, so that it is saved like all that follows.
 * @param {HTMLFormElement} form
 */
export function retell(form) {
  for (const one of [...form.elements].filter(isChanged)) {
    one.dispatchEvent(new Event(one instanceof HTMLTextAreaElement ? "input" : "change", { bubbles: true }));
  }
}
