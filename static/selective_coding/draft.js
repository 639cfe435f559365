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
