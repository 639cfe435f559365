/**
 * What could not be sent yet stays on this device, under the person and the project, until the server has it
 * or the person signs out (see js/page.js). Drafts hold ids and the person's own note, never the text of an incident.
 */

/** @typedef {{key: string, fields: string, version: string | null}} Change A change with its idempotency key. */

/** Keep the changes that wait. Says whether the device took them. @param {string} name @param {Change[]} changes */
export function keep(name, changes) {
  if ("leaves" in document.body.dataset) return false; // signed out: it was thrown away
  try {
    if (changes.length) localStorage.setItem(name, JSON.stringify(changes));
    else localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

/** Read the changes that wait. @param {string} name @returns {Change[]} */
export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}

/** Name the other drafts of the same person, project and page. @param {string} name @returns {string[]} */
export function others(name) {
  const family = name.slice(0, name.lastIndexOf(":") + 1);
  try {
    return Object.keys(localStorage).filter((one) => one.startsWith(family) && one !== name);
  } catch {
    return [];
  }
}

/** What the server sent for a field. @param {HTMLSelectElement} field */
const given = (field) => (field.querySelector("option[selected]") ?? field.options[0])?.value;

/** Was a control changed since the page came? @param {Element} one */
function isChanged(one) {
  if (one instanceof HTMLSelectElement) return one.value !== given(one);
  if (one instanceof HTMLTextAreaElement) return one.value !== one.defaultValue;
  if (!(one instanceof HTMLInputElement)) return false;
  return (one.type === "checkbox" && one.checked !== one.defaultChecked) || (one.type === "radio" && one.checked && !one.defaultChecked);
}

/** Tell of what was chosen or written before the page's script came, so that it is saved like all that follows. @param {HTMLFormElement} form */
export function retell(form) {
  for (const one of [...form.elements].filter(isChanged)) {
    one.dispatchEvent(new Event(one instanceof HTMLTextAreaElement ? "input" : "change", { bubbles: true }));
  }
}
