/**
 * A caret that walks the text by word, sentence and paragraph, and extends with Shift: the unit where it began stays
 * chosen, and the other end moves, onwards to where units end, backwards to where they begin.
 */

import { compare, paragraphs, quoteBetween, rangeBetween, rangeIn, spanBetween, wordsOf } from "./offsets.js";
import { neighbour, placeAt, seek, whole } from "./places.js";

/** @typedef {import("./offsets.js").Point} Point */
/** @typedef {import("./offsets.js").Span} Span */
/** @typedef {import("./places.js").Place} Place */
/** @typedef {"word" | "sentence" | "paragraph" | "end" | "text"} Stride */

const HIGHLIGHT = "pending";
const EDGE = 96; // CSS pixels: the bars above and below the text, and a line
const LONG = 120; // characters: more of a choice than this is not read out
const MOVES = /** @type {Record<string, [Stride, number]>} */ ({
  ArrowRight: ["word", 1], ArrowLeft: ["word", -1], ArrowDown: ["paragraph", 1], ArrowUp: ["paragraph", -1],
  End: ["end", 1], Home: ["end", -1],
});
const WITH_CONTROL = /** @type {Record<string, Stride>} */ ({ word: "sentence", end: "text" });

let anchor = /** @type {Place | null} */ (null);
let head = /** @type {Point | null} */ (null);
let isChosen = false; // else the two only remember where to go on from
let isNew = false; // a place that was pointed at, and not chosen yet
let entered = /** @type {Element | null} */ (null); // what had the focus when a place was pointed at

const start = (/** @type {Place} */ { words, from }) => ({ words, at: from });
const end = (/** @type {Place} */ { words, to }) => ({ words, at: to });

/** Mark words as chosen without changing the page. @param {Range | null} range */
export function show(range) {
  if (!("highlights" in CSS)) return;
  if (range) CSS.highlights.set(HIGHLIGHT, new Highlight(range));
  else CSS.highlights.delete(HIGHLIGHT);
}

/** Choose nothing any more; the walk goes on from here. */
export function forget() {
  isChosen = false;
  show(null);
}

/** Mark what is chosen again, after a paragraph that holds some of it was drawn anew. */
export function redraw() {
  const range = chosen();
  if (range) show(range);
}

/** The same words after their paragraph was replaced. @param {HTMLElement} words */
const present = (words) =>
  words.isConnected ? words : document.querySelector(`#text .words[data-start="${words.dataset.start}"]`);

/** Both ends, in the page as it is now. @returns {{anchor: Place, head: Point} | null} */
function held() {
  const [first, last] = [anchor && present(anchor.words), head && present(head.words)];
  if (!anchor || !head || !(first instanceof HTMLElement) || !(last instanceof HTMLElement)) return null;
  anchor = { ...anchor, words: first };
  head = { ...head, words: last };
  return { anchor, head };
}

/** What is chosen, or where the walk goes on: its first and its last point. @returns {[Point, Point] | null} */
function stretch() {
  const both = held();
  if (!both) return null;
  const [from, to] = [start(both.anchor), end(both.anchor)];
  return [compare(both.head, from) < 0 ? both.head : from, compare(both.head, to) > 0 ? both.head : to];
}

/** The range from anchor to head, whichever comes first. @returns {Range | null} */
export function chosen() {
  const both = isChosen && stretch();
  return both ? rangeBetween(...both) : null;
}

/** @param {Place} place */
function stand(place) {
  anchor = place;
  head = end(place);
  isChosen = true;
}

/** Go on from where the mouse or a finger has pointed, without choosing anything. @param {Point} point */
export function rest(point) {
  const place = placeAt("word", point);
  forget();
  if (!place) return;
  stand(place);
  isChosen = false;
  isNew = true;
  entered = document.activeElement;
}

/** Take over what was selected by mouse or finger, to be extended by keyboard. @param {Span} span */
export function take({ first, last }) {
  const { words, from, to } = placeAt("word", first) ?? whole(first.words);
  stand({ words, from: Math.max(from, first.at), to: words === last.words ? Math.min(to, last.at) : to });
  head = last;
  isNew = false;
  entered = document.activeElement;
}

/**
 * Extend what is chosen up to the word at a point, as a click with Shift does.
 * @param {Point} point @returns {Span | null}
 */
export function reach(point) {
  const both = held();
  const place = placeAt("word", point);
  if (!both || !place) return null;
  head = compare(start(place), start(both.anchor)) < 0 ? start(place) : end(place);
  isChosen = true;
  return spanBetween(.../** @type {[Point, Point]} */ (stretch()));
}

/**
 * Where the walk begins: at the segment that has the focus, else at the first words in the window.
 * @param {EventTarget | null} target
 */
function begin(target) {
  const segment = target instanceof Element && target !== entered ? target.closest("#text .seg") : null;
  const words = segment && wordsOf(segment);
  if (segment && words) {
    const before = document.createRange();
    before.setStart(words, 0);
    before.setEndBefore(segment);
    rest({ words, at: before.toString().length });
  } else if (!held()) {
    const all = paragraphs();
    const top = (/** @type {HTMLElement} */ one) => one.getBoundingClientRect().top;
    const inView = all.find((one) => top(one) > -1);
    const first = inView && top(inView) < innerHeight - EDGE ? inView : all.findLast((one) => top(one) < 0);
    const found = first ?? all[0];
    if (found) rest({ words: found, at: 0 });
    return found !== undefined;
  }
  return false;
}

/** The unit to choose next. @param {Stride} stride @param {number} step @returns {Place | null} */
function walked(stride, step) {
  const [first, last] = /** @type {[Point, Point]} */ (stretch());
  if (stride === "sentence") {
    const around = placeAt("sentence", first);
    const isInside = around && around.words === last.words && around.from <= first.at && last.at <= around.to;
    if (isInside && last.at - first.at < around.to - around.from) return around;
  }
  if (stride === "word" || stride === "sentence") {
    if (step > 0) return seek(stride, { ...last, at: last.at - 1 }, 1, "from");
    return seek(stride, { ...first, at: first.at + 1 }, -1, "to");
  }
  const { words } = /** @type {Point} */ (head);
  const outermost = paragraphs().at(step > 0 ? -1 : 0);
  const into = stride === "paragraph" ? neighbour(words, step) : stride === "text" ? outermost : words;
  if (!into) return null;
  if (stride === "paragraph" || step < 0) return seek("word", { words: into, at: -1 }, 1, "from");
  return seek("word", { words: into, at: Infinity }, -1, "to");
}

/** Where the moving end goes next. @param {Stride} stride @param {number} step @returns {Point | null} */
function extended(stride, step) {
  const both = /** @type {{anchor: Place, head: Point}} */ (held());
  const [from, to] = [start(both.anchor), end(both.anchor)];
  if (stride === "end" || stride === "text") {
    const outermost = /** @type {HTMLElement} */ (paragraphs().at(step > 0 ? -1 : 0));
    const paragraph = whole(stride === "end" ? both.head.words : outermost);
    return step > 0 ? end(paragraph) : start(paragraph);
  }
  const [isBefore, isAfter] = [compare(both.head, from) < 0, compare(both.head, to) > 0];
  const edge = step > 0 ? (isBefore ? "from" : "to") : isAfter ? "to" : "from";
  const found = seek(stride, step < 0 && !isAfter && !isBefore ? from : both.head, step, edge);
  const point = found && { words: found.words, at: found[edge] };
  // Shrinking stops at the unit where the choice began, before it grows to the other side.
  if (step > 0 && isBefore) return point && compare(point, from) < 0 ? point : to;
  if (step < 0 && isAfter) return point && compare(point, to) > 0 ? point : to;
  return point;
}

/**
 * Bring the words at the caret away from the window's edges, where bars stand; once more in the next frame, when the
 * paragraphs that came into sight have their real heights.
 */
function reveal(isAgain = false) {
  const both = /** @type {{anchor: Place, head: Point}} */ (held());
  const isOnwards = compare(both.head, start(both.anchor)) >= 0;
  const { words, at } = both.head;
  const box = rangeIn(words, isOnwards ? Math.max(0, at - 1) : at, isOnwards ? at : at + 1).getBoundingClientRect();
  const isHidden = box.top < EDGE || box.bottom > innerHeight - EDGE;
  if (!isHidden) return;
  scrollBy({ top: box.top - innerHeight / 3, behavior: "instant" });
  if (!isAgain) requestAnimationFrame(() => held() && reveal(true));
}

/** What a screen reader hears of a choice: all of it, or how it begins and ends. @param {string} quote */
function spoken(quote) {
  const all = [...quote.trim()];
  if (all.length <= LONG) return all.join("");
  return `${all.slice(0, LONG / 2).join("")} … ${all.slice(-LONG / 2).join("")}`;
}

/**
 * Move the caret for a key of its own. Returns what is chosen then, as a screen reader says it; null for other keys.
 * @param {KeyboardEvent} event @returns {string | null}
 */
export function move(event) {
  const [unit, way] = MOVES[event.code] ?? [];
  if (!unit || !way || event.altKey || event.metaKey) return null;
  const isFirst = begin(event.target);
  const both = held();
  if (!both) return null;
  const stride = (event.ctrlKey && WITH_CONTROL[unit]) || unit;
  const step = unit === "word" && getComputedStyle(both.head.words).direction === "rtl" ? -way : way;
  const isTaken = isNew && (isFirst ? unit !== "end" : unit === "word");
  if (isTaken) stand((stride === "sentence" && placeAt("sentence", start(both.anchor))) || both.anchor);
  else if (event.shiftKey && isChosen) head = extended(stride, step) ?? both.head;
  else stand(walked(stride, step) ?? both.anchor);
  isNew = false;
  if (!getSelection()?.isCollapsed) getSelection()?.removeAllRanges();
  const found = /** @type {[Point, Point]} */ (stretch());
  show(rangeBetween(...found));
  reveal();
  return spoken(quoteBetween(...found));
}
