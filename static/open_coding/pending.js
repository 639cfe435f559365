/** Show what waits: the state in words, a short list, and a mark under the words that it is about. */

import { rangeIn } from "./offsets.js";

/** @typedef {import("./queue.js").Change} Change */
/**
 * @typedef {object} Standing
 * @property {"saved" | "saving" | "kept" | "error"} state
 * @property {string} words
 * @property {string} note why nothing is sent, and what to do
 * @property {string} way where to go for that
 * @property {Change[]} waiting
 * @property {Change[]} refused
 */

/** @typedef {{again: (change: Change) => void, drop: (change: Change) => void}} Acts */

const LISTED = 6;
const UNSAVED = "unsaved";
const LEAVING = "unsaved-leaving";
const box = document.getElementById("unsaved");
const status = box && document.getElementById("status");
const here = box?.dataset.line ?? "";
let marking = 0;
let listed = "";

/** @param {Standing} standing @param {Acts} acts */
export function paint(standing, acts) {
  if (status) {
    status.dataset.state = standing.state;
    if (status.textContent !== standing.words) status.textContent = standing.words;
  }
  if (box instanceof HTMLDetailsElement) list(box, standing, acts);
  if (marking || !("highlights" in CSS)) return;
  marking = requestAnimationFrame(() => {
    marking = 0;
    mark(standing.waiting.filter((one) => one.line === here));
  });
}

/** @param {HTMLDetailsElement} into @param {Standing} standing @param {Acts} acts */
function list(into, { state, note, way, waiting, refused }, acts) {
  const isWaiting = state === "kept";
  into.hidden = !isWaiting && !refused.length;
  if (state === "saved") into.open = false;
  const shown = JSON.stringify([isWaiting, note, way, waiting.map((one) => one.key), refused.map((one) => one.at)]);
  if (shown === listed) return;
  listed = shown;
  const parts = [];
  if (isWaiting) {
    parts.push(element("p", note));
    if (way) parts.push(link(way, "Sign in"));
    const latest = waiting.slice(-LISTED).reverse();
    parts.push(items(latest.map((one) => [said(one), place(one)])));
    if (waiting.length > LISTED) parts.push(element("p", `and ${waiting.length - LISTED} before them`));
  }
  if (refused.length) {
    parts.push(element("h2", "Not taken"));
    const row = (one) => [said(one), place(one), element("p", one.refused ?? ""), choices(one, acts)];
    parts.push(items(refused.map(row)));
  }
  into.lastElementChild?.replaceChildren(...parts);
}

/** @param {string} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** @param {string} href @param {string} text */
function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

/** @param {Change} change */
function said(change) {
  const made = element("p", change.words);
  made.dir = "auto";
  made.className = "what";
  return made;
}

/** @param {Change} change */
const place = (change) => (change.line === here ? "" : link(change.line, "in another incident"));

/** @param {(Node | string)[][]} rows */
function items(rows) {
  const made = document.createElement("ul");
  for (const row of rows) {
    const item = document.createElement("li");
    item.append(...row);
    made.append(item);
  }
  return made;
}

/** @param {Change} change @param {Acts} acts */
function choices(change, { again, drop }) {
  const made = document.createElement("p");
  made.className = "toolbar";
  const leave = (/** @type {(change: Change) => void} */ act) => () => {
    act(change);
    (box?.hidden ? document.getElementById("text") : box?.querySelector("summary"))?.focus({ preventScroll: true });
  };
  const rewrite = () => document.dispatchEvent(new CustomEvent("loam:rewrite", { detail: { change, drop } }));
  made.append(button("Drop", leave(drop)));
  made.prepend(formOf(change) ? button("Write it again", rewrite) : button("Try again", leave(again)), " ");
  return made;
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
  const made = element("button", text);
  made.className = "button small";
  made.setAttribute("type", "button");
  made.addEventListener("click", act);
  return made;
}

/** Where the form is that wording or a memo was written in; the same words would be refused again. @param {Change} change */
export function formOf({ url }) {
  if (/\/codes\/[^/]+\/(define|propose)\/$/.test(url)) return url.replace(/\/codes\/([^/]+)\/\w+\/$/, "/compare/$1/");
  if (/\/memos\/on\/[^/]+\/[^/]+\/$/.test(url)) return url;
  return /\/memos\/[^/]+\/$/.test(url) ? `${url}?edit` : "";
}

/** @param {Change[]} waiting of this incident */
function mark(waiting) {
  const paragraphs = waiting.length ? [...document.querySelectorAll("#text .words")] : [];
  const starts = paragraphs.map((words) => Number(words.dataset.start));
  const unsaved = waiting.flatMap(({ fields: { start, end } }) =>
    stretches(paragraphs, starts, Number(start), Number(end)));
  const leaving = waiting.flatMap(({ url }) => gone(url.match(/\/segments\/([^/]+)\/delete\/$/)?.[1]));
  set(UNSAVED, unsaved);
  set(LEAVING, leaving);
}

/** @param {string} name @param {Range[]} ranges */
function set(name, ranges) {
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

/**
 * A stretch of code points as ranges, one in each paragraph.
 * @param {Element[]} paragraphs @param {number[]} starts @param {number} start @param {number} end
 */
function stretches(paragraphs, starts, start, end) {
  const ranges = [];
  for (const [index, words] of paragraphs.entries()) {
    if (!(starts[index] < end && (starts[index + 1] ?? Infinity) > start)) continue;
    const text = words.textContent ?? "";
    const from = units(text, start - starts[index]);
    const to = units(text, end - starts[index]);
    if (from < to) ranges.push(rangeIn(/** @type {HTMLElement} */ (words), from, to));
  }
  return ranges;
}

/** UTF-16 units of the first code points of a text. @param {string} text @param {number} points */
function units(text, points) {
  let length = 0;
  let counted = 0;
  for (const point of text) {
    if (counted >= points) break;
    length += point.length;
    counted += 1;
  }
  return length;
}

/** The words of a segment that is to go. @param {string | undefined} uid */
function gone(uid) {
  const runs = uid ? document.querySelectorAll(`#text [data-seg~="${CSS.escape(uid)}"]`) : [];
  return [...runs].map((run) => {
    const range = document.createRange();
    range.selectNodeContents(run);
    return range;
  });
}
