/**
 * Select by mouse and by finger: a drag, a double click for a word, a triple click for a sentence, a finger's handles.
 */

import { forget, reach, rest, take } from "./caret.js";
import { compare, offsetIn, paragraphs, rangeIn, spanBetween, spanOf, wordsOf } from "./offsets.js";
import { close, isOpen, open } from "./panel.js";
import { placeAt } from "./places.js";

/** @typedef {import("./offsets.js").Point} Point */
/** @typedef {import("./offsets.js").Span} Span */
/** @typedef {{x: number, y: number, at: Point | null, clicks: number, isInside: boolean, isReaching: boolean}} Press */

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const UNITS = /** @type {const} */ (["word", "sentence", "paragraph"]); // by a second, third and fourth click
const BARS = 96; // CSS pixels: the bars above and below the text, where no words are hit
const STILL = 3; // CSS pixels that the mouse may move in a click
const PAUSE = 500; // milliseconds that a finger's handles must rest

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
let kind = ""; // what has pointed last: mouse, touch or pen
let press = /** @type {Press | null} */ (null);
let touched = /** @type {Span | null} */ (null);
let waiting = 0;

/**
 * The place between two characters that is nearest to a point of the window.
 * @param {number} x @param {number} y @returns {Point | null}
 */
function nearest(x, y) {
  const position = document.caretPositionFromPoint?.(x, y);
  const range = position ? null : document.caretRangeFromPoint?.(x, y);
  const node = position?.offsetNode ?? range?.startContainer;
  const words = node && wordsOf(node);
  return words && node ? { words, at: offsetIn(words, node, position?.offset ?? range?.startOffset ?? 0) } : null;
}

/**
 * The character under a point of the window, by where it begins; between lines the nearest one.
 * @param {number} x @param {number} y @returns {Point | null}
 */
function under(x, y) {
  const point = nearest(x, y);
  if (!point || !point.at) return point;
  const { words, at } = point;
  const before = clusters.segment(words.textContent).containing(at - 1);
  if (!before) return point;
  const boxes = [...rangeIn(words, before.index, at).getClientRects()];
  const isHit = boxes.some((box) => box.left <= x && x < box.right && box.top <= y && y < box.bottom);
  return isHit ? { words, at: before.index } : point;
}

/**
 * The place in the text that a point of the window beside it stands for: on the same line, or the text's end.
 * @param {number} x @param {number} y @returns {Point | null}
 */
function beside(x, y) {
  const all = paragraphs();
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return null;
  if (y < first.getBoundingClientRect().top) return { words: first, at: 0 };
  if (y > last.getBoundingClientRect().bottom) return { words: last, at: last.textContent.length };
  for (const height of [Math.max(0, Math.min(y, innerHeight - 1)), Math.max(BARS, Math.min(y, innerHeight - BARS))]) {
    const above = all.findLast((one) => one.getBoundingClientRect().top <= height);
    const below = all.find((one) => one.getBoundingClientRect().bottom > height);
    if (above && above !== below) return { words: above, at: above.textContent.length };
    if (!above) return { words: first, at: 0 };
    const box = above.getBoundingClientRect();
    const found = nearest(Math.max(box.left + 1, Math.min(x, box.right - 1)), height);
    if (found) return found;
  }
  return null;
}

/** @param {Span | null} span @param {boolean} focus */
function offer(span, focus) {
  if (!span) return;
  take(span);
  open(span, { focus });
}

/**
 * A place in the page as one in the text, if it is one.
 * @param {Node | null} node @param {number} offset @returns {Point | null}
 */
function inText(node, offset) {
  const words = wordsOf(node);
  return words && node ? { words, at: offsetIn(words, node, offset) } : null;
}

/** @param {(Point | null)[]} points @returns {Span | null} */
function between(points) {
  const ends = points.filter((one) => one !== null).filter((one) => one.words.isConnected).sort(compare);
  const [first, last] = [ends[0], ends.at(-1)];
  return first && last ? spanBetween(first, last) : null;
}

/**
 * Name what was dragged over, or remember where a plain click was.
 * @param {Press} from @param {{x: number, y: number, isInside: boolean}} to
 */
function finish(from, to) {
  const selection = getSelection();
  const isMoved = Math.hypot(to.x - from.x, to.y - from.y) > STILL;
  if (from.isInside && !isMoved && selection?.isCollapsed) {
    forget();
    if (from.at) rest(from.at);
  } else if ((from.isInside || to.isInside) && isMoved) {
    // Chromium selects nothing where a drag begins at the very middle of a letter, and we know both ends anyway.
    const isSelected = selection && !selection.isCollapsed;
    const start = isSelected ? inText(selection.anchorNode, selection.anchorOffset) : null;
    const end = isSelected ? inText(selection.focusNode, selection.focusOffset) : null;
    const last = end ?? nearest(to.x, to.y) ?? beside(to.x, to.y);
    if (isSelected || from.isInside) offer(between([start ?? from.at, last]), true);
  }
}

/**
 * Name the words or sentences from where a press began to where it ended.
 * @param {Press} from @param {{x: number, y: number}} to
 */
function finishUnits(from, to) {
  const unit = UNITS[Math.min(from.clicks, 4) - 2];
  const places = [from.at, under(to.x, to.y)].flatMap((point) => (point ? (placeAt(unit, point) ?? []) : []));
  offer(between(places.flatMap(({ words, from: start, to: end }) => [{ words, at: start }, { words, at: end }])), true);
}

document.addEventListener("pointerdown", (event) => {
  kind = event.pointerType;
  if (event.target instanceof Element && !event.target.closest("#panel")) close();
});

document.addEventListener("mousedown", (event) => {
  press = null;
  if (event.defaultPrevented || event.button !== 0 || (kind && kind !== "mouse")) return;
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("#panel, input, textarea, select")) return;
  const isInside = text.contains(event.target);
  const isReaching = isInside && event.shiftKey && event.detail === 1;
  if (isReaching) event.preventDefault();
  // Else a press on what is selected would drag it away.
  else if (isInside && event.detail === 1) getSelection()?.removeAllRanges();
  const { clientX: x, clientY: y, detail: clicks } = event;
  const at = clicks > 1 ? under(x, y) : (nearest(x, y) ?? beside(x, y));
  press = { x, y, at, clicks, isInside, isReaching };
});

// On the document: a drag may end anywhere, also outside the window.
document.addEventListener("mouseup", (event) => {
  if (!press || event.button !== 0) return;
  const from = press;
  press = null;
  const isInside = event.target instanceof Node && text.contains(event.target);
  const to = { x: event.clientX, y: event.clientY, isInside };
  // After the browser has settled its selection, and after the click.
  setTimeout(() => {
    const point = from.isReaching ? under(to.x, to.y) : null;
    if (point) offer(reach(point), true);
    else if (from.clicks > 1 && from.isInside) finishUnits(from, to);
    else finish(from, to);
  });
});

/** Open the panel at what a finger has selected; the focus stays, so that no keyboard covers the text. */
function offerTouched() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  const span = spanOf(selection.getRangeAt(0));
  if (!span || (isOpen() && touched?.start === span.start && touched.end === span.end)) return;
  touched = span;
  offer(span, false);
}

document.addEventListener("selectionchange", () => {
  if (kind ? kind === "mouse" : !matchMedia("(pointer: coarse)").matches) return;
  clearTimeout(waiting);
  waiting = setTimeout(offerTouched, PAUSE);
});
