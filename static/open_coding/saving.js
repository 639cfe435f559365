/**
 * Send changes in the order in which they were made, each under its own key, and say how they stand.
 * A change is on this device before it is sent, and leaves it when the server has confirmed it. Of all tabs of a
 * browser one sends at a time; all of them hear what came back.
 */

import { renew, token } from "../js/door.js";
import { paint } from "./pending.js";
import * as queue from "./queue.js";
import { replace, versionAfter } from "./replacing.js";

/** @typedef {import("./queue.js").Change} Change */
/** @typedef {"offline" | "slow" | "server" | "signed out" | "somebody else"} Hindrance */
/** @typedef {"line" | "taken" | "refused" | "hindered"} About */
/**
 * @typedef {{about: About, change?: Change, others?: Change[], html?: string, why?: Hindrance, way?: string}} Message
 */
/** @typedef {{taken: string} | {refused: string} | {why: Hindrance, way?: string}} Outcome */

const PATIENCE = 30_000; // milliseconds until a request counts as lost
const SLOW = 4_000;
const LONGEST_WAIT = 30_000;
const HEARD_BY = 1_000;
const PASSING = new Set([408, 425, 429]);
const NOTES = {
  offline: "There is no connection to the server. What you do is kept on this device and sent when it is back.",
  slow: "The server has not answered yet. What you do is kept on this device.",
  server: "The server has a fault. What you do is kept on this device and sent again until the server takes it.",
  "signed out": "You were signed out. What you did is kept on this device and sent when you have signed in again.",
  "somebody else": "Somebody else is signed in now. What you did is kept here and sent when you have signed in again.",
};
const SENTENCES = {
  403: "Your role does not let you change this any more. Ask the lead of the project.",
  404: "This, or what it belongs to, is no longer open to you. Ask the lead of the project.",
};

const UNKEPT = "This browser keeps nothing for this site. Leave this page open until everything is saved.";
const UNFOUNDED = "The change before this one was not taken, so there was nothing to undo or redo.";

const me = document.body.dataset.user ?? "";
const box = document.getElementById("unsaved");
const here = box?.dataset.line ?? "";
const channel = new BroadcastChannel(`loam-line-${me}`);
/** @typedef {{resolve: () => void, reject: (wrong: Error) => void}} Caller */
const callers = /** @type {Map<string, Caller>} */ (new Map());
const latest = /** @type {Map<string, string>} */ (new Map(box?.dataset.latest ? [[here, box.dataset.latest]] : []));

const confirmed = new Set();

let line = /** @type {Change[]} */ ([]);
let hindrance = /** @type {Hindrance | ""} */ ("");
let way = "";
let refusal = "";
let savedAt = "";
let changed = /** @type {string | null} */ (null);
let failures = 0;
let timer = 0;
let isAsked = false;

const waiting = () => line.filter((one) => !one.refused);
const refused = () => line.filter((one) => one.refused);
const hex = (/** @type {number} */ byte) => byte.toString(16).padStart(2, "0");
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(hex).join("");
const counted = (/** @type {number} */ count) => `${count} change${count === 1 ? "" : "s"}`;

/**
 * Tell a screen reader, through the page's module, which loads this one and so is not imported here.
 * @param {"announce" | "alert"} how @param {string} value
 */
const say = (how, value) => document.dispatchEvent(new CustomEvent(how, { detail: { value } }));

/**
 * Keep a change on this device and send it; resolves when the server has confirmed that very change, however long that
 * takes. Rejects with the server's sentence.
 * @param {string} url @param {Record<string, string>} fields @param {string} words what to announce
 * @returns {Promise<void>}
 */
export async function save(url, fields, words) {
  const path = new URL(url, location.href).pathname;
  if (isBare(path)) ahead = ahead.then(abreast).catch(() => undefined);
  coming += 1;
  if (ahead !== nothingAhead) show();
  await ahead;
  coming -= 1;
  const from = path.match(/^.*?\/code\/[^/]+\//)?.[0] ?? (here || path); // a memo goes behind what it is about
  const change = {
    key: newKey(), who: me, project: box?.dataset.project ?? "", line: from,
    url: path, fields: bound(path, from, fields), words, made: Date.now(), onto: known(path, fields),
  };
  const answered = new Promise((resolve, reject) => {
    callers.set(change.key, { resolve: () => resolve(undefined), reject });
  });
  refusal = "";
  line.push(change);
  show();
  keep(change);
  return answered.then(() => say("announce", words));
}

const nothingAhead = Promise.resolve();
let ahead = nothingAhead; // what is done next never overtakes an undo that still waits for this
let coming = 0; // how much waits behind it, neither on the device nor in the line yet
let going = 0; // how much was dropped here and stands on the device still

/** Before something is taken back, hear of what other tabs did: their word may still be on its way. */
async function abreast() {
  const key = wordsLeft().at(-1)?.key ?? "";
  const isNews = key && !confirmed.has(key) && latest.get(here) !== key;
  if (isNews) await Promise.race([refresh(), new Promise((resolve) => setTimeout(resolve, HEARD_BY))]);
  confirmed.add(key);
  await reread();
}

/**
 * To take back or do again is about what this page knows as the latest change, and nothing later: where it knows of
 * none, about none.
 * @param {string} path @param {string} from @param {Record<string, string>} fields
 */
function bound(path, from, fields) {
  const last = waiting().findLast((one) => one.line === from && isAct(one.url))?.key ?? latest.get(from);
  return isBare(path) ? { ...fields, after: last ?? "" } : fields;
}

/**
 * The earlier wording of the same thing that waits still: whoever words it anew on this page knows that one.
 * @param {string} path @param {Record<string, string>} fields
 */
const known = (path, { version }) =>
  version && waiting().findLast((one) => one.url === path && callers.has(one.key))?.key;

/** Can a change be taken back (a wording or a memo is changed again instead)? @param {string} path */
const isAct = (path) => /\/code\/[^/]+\/(segments|marks|hits|undo|redo)\//.test(path);

/** Holds a change no work of its own, so that a refusal heard at once is all there is to know? @param {string} path */
const isBare = (path) => /\/(undo|redo)\/$/.test(path);

/** @param {Change} change */
async function keep(change) {
  const kept = await queue.add(change);
  line = line.map((one) => (one.key === change.key ? kept : one));
  channel.postMessage({ about: "line" });
  show();
  send();
}

/** How much of this incident the server does not have: what waits, and what it did not take. */
export const unsaved = () => ({
  waiting: coming + waiting().filter((one) => one.line === here).length,
  refused: refused().filter((one) => one.line === here).length,
  isHindered: Boolean(hindrance),
});

/* Sending */

/** Send what waits, when it is this tab's turn. */
function send() {
  if (isAsked) return;
  isAsked = true;
  clearTimeout(timer);
  timer = 0;
  alone(async () => {
    isAsked = false;
    await drain();
  }).catch(() => {
    isAsked = false;
    plan();
  });
}

let turn = Promise.resolve();
/** @param {() => Promise<void>} run */
function alone(run) {
  if (navigator.locks) return navigator.locks.request(`loam-line-${me}`, run);
  turn = turn.catch(() => undefined).then(run);
  return turn;
}

/** Send until nothing waits or nothing gets through; a fault over one incident does not hold up the others. */
async function drain() {
  const stuck = new Set();
  const goes = (/** @type {Change} */ one) => !one.refused && !stuck.has(one.line);
  for (let next = await queue.first(me, goes); next; next = await queue.first(me, goes)) {
    const outcome = await attempt(next);
    if ("taken" in outcome) await taken(next, outcome.taken);
    else if ("refused" in outcome) await setAside(next, outcome.refused);
    else {
      failures += 1;
      tell({ about: "hindered", why: outcome.why, way: outcome.way });
      if (outcome.why !== "server") return;
      stuck.add(next.line);
    }
  }
  if (!stuck.size) failures = 0;
  if (waiting().length) await reread();
}

/** @param {Change} change @param {string} html */
async function taken(change, html) {
  failures = 0;
  leaveWord(change);
  await raise(change, html);
  tell({ about: "taken", change, html });
  await queue.remove(change);
}

/** A wording made on top of one that was just taken is of the version that this one has made. @param {Change} change @param {string} html */
async function raise(change, html) {
  const version = versionAfter(change, html);
  if (!version) return;
  for (const one of await queue.all(me)) {
    if (one.onto === change.key && !one.refused) await queue.amend({ ...one, fields: { ...one.fields, version } });
  }
}

/** Set a refused change aside, and with it what was to take it back. @param {Change} change @param {string} sentence */
async function setAside(change, sentence) {
  const aside = [{ ...change, refused: sentence }];
  for (const one of await queue.all(me)) {
    if (!one.refused && aside.some(({ key }) => key === one.fields.after)) aside.push({ ...one, refused: UNFOUNDED });
  }
  for (const one of aside) await queue.setAside(one, one.refused);
  tell({ about: "refused", others: aside });
}

/** @param {Change} change @param {boolean} [isRenewed] @returns {Promise<Outcome>} */
async function attempt(change, isRenewed = false) {
  const slow = setTimeout(() => tell({ about: "hindered", why: "slow" }), SLOW);
  try {
    const answer = await fetch(change.url, {
      method: "POST",
      body: new URLSearchParams(change.fields),
      headers: { "HX-Request": "true", "Idempotency-Key": change.key, "X-CSRFToken": token() },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await answer.text();
    if (answer.status === 403 && !isRenewed) {
      const why = await renew();
      return why || attempt(change, true);
    }
    return read(answer, text);
  } catch (wrong) {
    return { why: wrong instanceof DOMException && wrong.name === "TimeoutError" ? "slow" : "offline" };
  } finally {
    clearTimeout(slow);
  }
}

/** @param {Response} answer @param {string} text @returns {Outcome} */
function read(answer, text) {
  if (answer.redirected) return { why: "signed out", way: answer.url };
  if (answer.status === 401) return { why: "signed out", way: "/sign-in/" };
  if (answer.ok) return { taken: text };
  if (answer.status >= 500 || answer.status < 400 || PASSING.has(answer.status)) return { why: "server" };
  const isSentence = answer.headers.get("Content-Type")?.startsWith("text/plain");
  if (isSentence) return { refused: text };
  const other = `The server refused this (${answer.status}). Reload the page and try again.`;
  return { refused: SENTENCES[answer.status] ?? other };
}

/** The way to sign in and back to this very page: another tab may have heard first. @param {string} to */
function andBack(to) {
  const found = new URL(to, location.href);
  if (found.pathname !== location.pathname) found.searchParams.set("next", location.pathname);
  return found.href;
}

/** Try again after a while, longer each time. */
function plan() {
  if (timer || !waiting().length) return;
  const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** failures) * (0.8 + 0.4 * Math.random());
  timer = setTimeout(() => {
    timer = 0;
    send();
  }, wait);
}

/* What all tabs hear */

/** @param {Message} message */
function tell(message) {
  channel.postMessage(message);
  hear(message);
}

/** @param {Message} message */
function hear({ about, change, others = [], html, why, way: to }) {
  if (about === "taken" && change) confirm(change, html ?? "");
  else if (about === "refused") others.forEach(refuse);
  else if (about === "hindered") {
    hindrance = why ?? "";
    way = to ? andBack(to) : "";
    plan();
  }
  show();
  settle();
}

channel.onmessage = async ({ data }) => {
  if (data.about !== "line") return hear(data);
  await reread();
  failures = Math.max(failures, 2); // the other tab sends; this one only if that does not
  plan();
};

/** @param {Change} change @param {string} html */
function confirm(change, html) {
  confirmed.add(change.key);
  line = line.filter((one) => one.key !== change.key);
  if (isAct(change.url)) latest.set(change.line, change.key);
  savedAt = new Date().toLocaleTimeString([], { hour12: false });
  hindrance = way = "";
  if (change.line === here) put(html, change);
  callers.get(change.key)?.resolve();
  callers.delete(change.key);
  if (change.url === `${here}uncodable/`) location.reload(); // what can be done here is different now
}

/** @param {Change} change */
function refuse(change) {
  line = line.map((one) => (one.key === change.key ? change : one));
  hindrance = way = "";
  const caller = callers.get(change.key);
  callers.delete(change.key);
  if (!caller) return say("alert", `Not taken: ${change.words} ${change.refused}`);
  if (isBare(change.url)) {
    refusal = change.refused ?? "";
    drop(change);
  }
  caller.reject(new Error(change.refused));
}

/** Replace each element that came back by its id. @param {string} html @param {Change} [change] that it answers */
function put(html, change) {
  const sent = document.createElement("template");
  sent.innerHTML = html;
  const saved = sent.content.getElementById("last-saved");
  const own = change && callers.has(change.key) ? change : null;
  for (const element of [...sent.content.children]) replace(element, own);
  if (!saved && html) return; // beside the text, which stays as it is
  paints += 1;
  changed = saved?.dataset.segment ?? "";
  if (saved && "widened" in saved.dataset) say("alert", "The selection was widened to whole characters.");
}

/* A tab that was loading while something was taken has an older text and has heard nothing. */

const LAST = `loam-taken-${me}`;
const MOST = 20; // words that are left: more changes than are taken while a tab loads
let paints = 0;

/** Leave word of a change: beside those before it, for a tab may hear of the last one and have missed another. @param {Change} change */
function leaveWord({ line: from, key }) {
  try {
    localStorage.setItem(LAST, JSON.stringify([...words().slice(1 - MOST), { from, key, at: Date.now() }]));
  } catch { /* no storage, no other tab that would miss it */ }
}

/** @returns {{from: string, key: string, at: number}[]} */
function words() {
  try {
    return [JSON.parse(localStorage.getItem(LAST) || "[]")].flat();
  } catch {
    return [];
  }
}

/** What was left of changes to what stands here. */
const wordsLeft = () => words().filter(({ from }) => here && from === here);

/** Read the text anew where word was left of changes that this page has not heard of. */
function catchUp() {
  const missed = wordsLeft().filter(({ key, at }) => at > performance.timeOrigin && !confirmed.has(key));
  for (const { key } of missed) confirmed.add(key);
  if (missed.length) refresh();
}

/** Put the text as the server has it now in place of what stands here. */
async function refresh() {
  const before = paints;
  const answer = await fetch(location.pathname).catch(() => null);
  if (!answer?.ok || answer.redirected) return void setTimeout(refresh, SLOW);
  const text = await answer.text();
  if (before !== paints) return refresh();
  const { body } = new DOMParser().parseFromString(text, "text/html");
  const known = body.querySelector("#unsaved")?.getAttribute("data-latest");
  if (known) latest.set(here, known);
  const last = '<span id="last-saved"></span>';
  put(last + [...body.querySelectorAll("#text > [id], progress[id]")].map((one) => one.outerHTML).join(""));
  show();
  settle();
}

/** Say that the page shows what was saved: once for all that came back in a row. */
function settle() {
  if (changed === null || unsaved().waiting) return;
  const detail = { segment: changed };
  changed = null;
  document.dispatchEvent(new CustomEvent("loam:saved", { detail }));
}

/* What was not taken */

/** @param {Change} change */
async function drop(change) {
  line = line.filter((one) => one.key !== change.key);
  going += 1;
  show();
  await queue.remove(change).finally(() => { going -= 1; });
  channel.postMessage({ about: "line" });
  await reread();
}

/** @param {Change} change */
async function again(change) {
  await queue.putBack(change);
  await reread();
  channel.postMessage({ about: "line" });
  send();
}

/* How it stands */

async function reread() {
  const stored = (await queue.all(me)).filter((one) => !confirmed.has(one.key));
  const known = new Set(stored.map((one) => one.key));
  line = [...stored, ...line.filter((one) => one.at === undefined && !known.has(one.key))];
  show();
}

/** Is there something that not even this device has done? */
const isNowhere = () => coming + going > 0 || waiting().some((one) => one.at === undefined);

/** @returns {["saved" | "saving" | "kept" | "error", string]} */
function standing() {
  const left = waiting().length;
  const not = refused().length;
  if (left && !queue.isLasting()) return ["kept", `Not saved yet: ${counted(left)}. Leave this page open`];
  if (isNowhere()) return ["saving", "Saving"];
  if (left && hindrance === "signed out") return ["kept", `You were signed out. Kept on this device: ${counted(left)}`];
  if (left && hindrance) return ["kept", `Not saved yet, kept on this device: ${counted(left)}`];
  if (left) return ["saving", "Saving"];
  if (not) return ["error", `Not taken: ${counted(not)}${savedAt && `; saved ${savedAt}`}`];
  if (refusal) return ["error", refusal];
  return ["saved", savedAt ? `Saved ${savedAt}` : "Everything is saved"];
}

function show() {
  const [state, words] = standing();
  const note = queue.isLasting() ? NOTES[hindrance || "slow"] : UNKEPT;
  paint({ state, words, note, way, waiting: waiting(), refused: refused() }, { again, drop });
  document.dispatchEvent(new CustomEvent("loam:line"));
}

async function begin() {
  await reread();
  catchUp();
  if (waiting().length) send();
}

const atOnce = () => {
  if (!waiting().length) return;
  failures = 0;
  send();
};
addEventListener("online", atOnce);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && atOnce());
addEventListener("pageshow", (event) => event.persisted && refresh().then(begin));
// A moment later: the channel's own word may be on its way.
addEventListener("storage", ({ key }) => key === LAST && setTimeout(catchUp, 500));
addEventListener("beforeunload", (event) => {
  const goesWithThePage = isNowhere() || (waiting().length && !queue.isLasting());
  if (goesWithThePage && !("leaves" in document.body.dataset)) event.preventDefault();
});
begin();
