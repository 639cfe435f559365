/** A caret that walks the text by word, sentence and paragraph, and extends with Shift. Words come from Intl.Segmenter. */

import { rangeIn } from "./offsets.js";

/** @typedef {{words: HTMLElement, from: number, to: number}} Place a word: UTF-16 offsets in its paragraph */

const HIGHLIGHT = "pending";
let anchor = /** @type {Place | null} */ (null);
let head = /** @type {Place | null} */ (null);

/** Mark words as chosen without changing the page. @param {Range | null} range */
export function show(range) {
  if (!("highlights" in CSS)) return;
  if (range) CSS.highlights.set(HIGHLIGHT, new Highlight(range));
  else CSS.highlights.delete(HIGHLIGHT);
}

/** Forget the caret. */
export function forget() {
  anchor = head = null;
  show(null);
}

const paragraphs = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#text .words")]);

/** @param {HTMLElement} words @param {"word" | "sentence"} unit @returns {Place[]} */
function places(words, unit) {
  const segmenter = new Intl.Segmenter(words.closest("[lang]")?.lang || "en", { granularity: unit });
  const found = [];
  for (const one of segmenter.segment(words.textContent)) {
    if (unit === "word" && !one.isWordLike) continue;
    const text = one.segment.trimEnd();
    if (text) found.push({ words, from: one.index, to: one.index + text.length });
  }
  return found;
}

/** The place after (or before) one, going over to the next paragraph. @param {Place} place @param {"word" | "sentence" | "paragraph"} unit @param {number} step */
function next(place, unit, step) {
  const all = paragraphs();
  const at = all.indexOf(place.words);
  const inside = unit === "paragraph" ? [] : places(place.words, unit);
  const found = step > 0 ? inside.find((one) => one.from > place.from) : inside.findLast((one) => one.to < place.to && one.from < place.from);
  if (found) return found;
  const other = all[at + step];
  if (!other) return place;
  const there = places(other, unit === "paragraph" ? "word" : unit);
  return (step > 0 || unit === "paragraph" ? there[0] : there.at(-1)) ?? place;
}

/** The range from anchor to head, whichever comes first. @returns {Range | null} */
export function chosen() {
  if (!anchor || !head || !anchor.words.isConnected || !head.words.isConnected) return null;
  const order = anchor.words === head.words ? anchor.from - head.from : anchor.words.compareDocumentPosition(head.words) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
  const [first, last] = order <= 0 ? [anchor, head] : [head, anchor];
  const range = rangeIn(first.words, first.from, Math.max(first.to, first.from));
  const end = rangeIn(last.words, last.from, last.to);
  range.setEnd(end.endContainer, end.endOffset);
  return range;
}

const EDGE = 96; // CSS pixels: the bars above and below the text, and a line

const MOVES = {
  ArrowRight: ["word", 1], ArrowLeft: ["word", -1], ArrowDown: ["paragraph", 1], ArrowUp: ["paragraph", -1],
};

/** Bring the words at the caret away from the window's edges, where bars stand. @param {DOMRect} words */
function reveal(words) {
  if (words.top < EDGE || words.bottom > innerHeight - EDGE) scrollBy({ top: words.top - innerHeight / 3, behavior: "instant" });
}

/** Move the caret for a key; says whether the key was one of its own. @param {KeyboardEvent} event @returns {Range | null} */
export function move(event) {
  const [unit, step] = MOVES[event.code] ?? [];
  if (!unit || event.altKey || event.metaKey) return null;
  const turned = getComputedStyle(head?.words ?? document.body).direction === "rtl" && unit === "word" ? -step : step;
  const scale = event.ctrlKey && unit === "word" ? "sentence" : unit;
  const lost = !head || !head.words.isConnected;
  const start = lost ? places(paragraphs()[0], "word")[0] : null;
  if (lost && !start) return null;
  head = start ?? next(/** @type {Place} */ (head), scale, turned);
  if (scale === "sentence" && !event.shiftKey) anchor = head;
  if (!event.shiftKey || !anchor || !anchor.words.isConnected) anchor = head;
  const range = chosen();
  show(range);
  reveal(rangeIn(head.words, head.from, head.to).getBoundingClientRect());
  return range;
}
