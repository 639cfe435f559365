/**
 * What waits on this device until the server has it: on the disk before anything is sent (see device.js).
 * Where the browser keeps nothing, the changes stand in this page's memory, and `isLasting` says so.
 */

import { held, reading, written } from "./device.js";

/**
 * @typedef {object} Change
 * @property {number} [at] its place in the line
 * @property {string} key idempotency key, made once for good
 * @property {string} who public id of the person
 * @property {string} project
 * @property {string} line path of the assignment: its changes are sent in order
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {string} words what was done
 * @property {number} made when, in milliseconds
 * @property {string} [onto] key of the earlier wording of the same thing, not taken yet, that this one was made on top of
 * @property {string} [refused] the server's sentence, when it did not take it
 */

const LOOSE = 2 ** 50; // places of what only memory holds: behind whatever is stored
let loose = /** @type {Change[]} */ ([]);
let count = 0;
let lasting = true;

/** Does what was added last outlive this page? */
export const isLasting = () => lasting;

/** Put a change at the end of the line. @param {Change} change @returns {Promise<Change>} */
export async function add(change) {
  if (!loose.length) {
    try {
      const at = await written("changes", (store) => store.add(change));
      lasting = true;
      return { ...change, at: Number(at) };
    } catch { /* a full disk, a private window: memory is what is left */ }
  }
  lasting = false;
  count += 1;
  loose.push({ ...change, at: LOOSE + count });
  return /** @type {Change} */ (loose.at(-1));
}

/** Whatever a person has in the line, in its order. @param {string} who @returns {Promise<Change[]>} */
export async function all(who) {
  try {
    return [...(await held("changes", who)), ...loose];
  } catch {
    return [...loose];
  }
}

/**
 * The first change that fits.
 * @param {string} who @param {(change: Change) => boolean} fits @returns {Promise<Change | undefined>}
 */
export async function first(who, fits) {
  const found = await walk(who, fits).catch(() => undefined);
  return found ?? loose.find(fits);
}

/** @param {string} who @param {(change: Change) => boolean} fits @returns {Promise<Change | undefined>} */
async function walk(who, fits) {
  const rows = (await reading("changes")).index("who").openCursor(who);
  return new Promise((resolve, reject) => {
    rows.onsuccess = () => {
      const row = rows.result;
      if (!row || fits(row.value)) resolve(row?.value);
      else row.continue();
    };
    rows.onerror = () => reject(rows.error);
  });
}

/** Take changes out of the line. @param {...Change} changes */
export async function remove(...changes) {
  const gone = new Set(changes.map((one) => one.at));
  loose = loose.filter((one) => !gone.has(one.at));
  const stored = changes.filter((one) => Number(one.at) < LOOSE);
  if (stored.length) await written("changes", (store) => stored.map((one) => store.delete(Number(one.at))).at(-1));
}

/** Put a change in its own place again, as it is now. @param {Change} change */
export async function amend(change) {
  if (Number(change.at) < LOOSE) await written("changes", (store) => store.put(change));
  else loose = loose.map((one) => (one.at === change.at ? change : one));
}

/** Keep what the server did not take aside, with its sentence. @param {Change} change @param {string} sentence */
export const setAside = (change, sentence) => amend({ ...change, refused: sentence });

/** Put what was set aside at the end of the line again, under its own key. @param {Change} change */
export async function putBack({ at, refused, ...change }) {
  await add(change);
  await remove({ ...change, at });
}

/** What a person was writing and has not kept yet. @param {string} who */
const words = (who) => held("drafts", who).catch(() => []);

/** Ratings and mappings that wait for the server (see selective_coding/draft.js). @param {string} who */
const ratings = (who) => {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(`loam:draft:${who}:`));
  } catch {
    return [];
  }
};

/** How much this device has of what a person said or wrote, beside the line. @param {string} who */
export const drafts = async (who) => (await words(who)).length + ratings(who).length;

/** Forget whatever a person has on this device. @param {string} who */
export async function clear(who) {
  await remove(...(await all(who)));
  for (const { place } of await words(who)) await written("drafts", (store) => store.delete([who, place]));
  for (const name of ratings(who)) localStorage.removeItem(name);
}
