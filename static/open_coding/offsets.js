/**
 * From places in the page to code points of the stored text, and back. The browser counts UTF-16; nothing else does.
 */

/** @typedef {{words: HTMLElement, at: number}} Point a UTF-16 offset in a paragraph's words */
/** @typedef {{start: number, end: number, quote: string, range: Range, first: Point, last: Point}} Span */

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// What the server calls white space: U+FEFF is none there.
const isSpace = (/** @type {string} */ unit) => /[^\S\uFEFF]/.test(unit);

/** Count code points. @param {string} text @returns {number} */
export function points(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The words of all paragraphs, in reading order. @returns {HTMLElement[]} */
export const paragraphs = () => [...document.querySelectorAll("#text .words")];

/** The paragraph's words that hold a node, if any. @param {Node | null} node @returns {HTMLElement | null} */
export function wordsOf(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest("#text .words") ?? null;
}

/** Say which of two points comes first: below 0, 0, above 0. @param {Point} one @param {Point} other */
export function compare(one, other) {
  if (one.words === other.words) return one.at - other.at;
  return one.words.compareDocumentPosition(other.words) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}

/**
 * Make a range over UTF-16 offsets of a paragraph's words.
 * @param {HTMLElement} words @param {number} from @param {number} to
 */
export function rangeIn(words, from, to) {
  const range = document.createRange();
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  range.selectNodeContents(words);
  let before = 0;
  let started = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.data.length;
    if (!started && from < before + length) {
      range.setStart(node, from - before);
      started = true;
    }
    if (started && to <= before + length) {
      range.setEnd(node, to - before);
      return range;
    }
    before += length;
  }
  if (!started) range.collapse(false);
  return range;
}

/** Make a range between two points. @param {Point} first @param {Point} last */
export function rangeBetween(first, last) {
  if (first.words === last.words) return rangeIn(first.words, first.at, last.at);
  const range = rangeIn(first.words, first.at, first.words.textContent.length);
  const end = rangeIn(last.words, 0, last.at);
  range.setEnd(end.endContainer, end.endOffset);
  return range;
}

/**
 * The UTF-16 offset of a place in the page within the words that hold it.
 * @param {HTMLElement} words @param {Node} node @param {number} offset
 */
export function offsetIn(words, node, offset) {
  const before = document.createRange();
  before.selectNodeContents(words);
  before.setEnd(node, offset);
  return before.toString().length;
}

/**
 * The two ends of what a range covers of the text: what lies outside it is left out.
 * @param {Range} range @returns {[Point, Point] | null}
 */
function ends(range) {
  const all = paragraphs().filter((words) => range.intersectsNode(words));
  const [head, tail] = [all[0], all.at(-1)];
  if (!head || !tail) return null;
  const from = head.contains(range.startContainer) ? offsetIn(head, range.startContainer, range.startOffset) : 0;
  const isInside = tail.contains(range.endContainer);
  const to = isInside ? offsetIn(tail, range.endContainer, range.endOffset) : tail.textContent.length;
  return [{ words: head, at: from }, { words: tail, at: to }];
}

/**
 * The stored words between two points, with the white space between paragraphs.
 * @param {Point} first @param {Point} last
 */
export function quoteBetween(first, last) {
  if (first.words === last.words) return first.words.textContent.slice(first.at, last.at);
  const all = paragraphs();
  let quote = "";
  for (const words of all.slice(all.indexOf(first.words), all.indexOf(last.words))) {
    quote += words.textContent.slice(words === first.words ? first.at : 0) + (words.dataset.gap ?? "\n\n");
  }
  return quote + last.words.textContent.slice(0, last.at);
}

/**
 * Leave out the white space from a point on, over paragraphs' ends.
 * @param {Point} first @param {Point} last @returns {Point | null}
 */
function led(first, last) {
  const all = paragraphs();
  for (const words of all.slice(all.indexOf(first.words), all.indexOf(last.words) + 1)) {
    const text = words.textContent;
    const end = words === last.words ? last.at : text.length;
    let at = words === first.words ? first.at : 0;
    while (at < end && isSpace(text[at])) at += 1;
    if (at < end) return { words, at };
  }
  return null;
}

/**
 * Leave out the white space before a point; there are words between the two.
 * @param {Point} first @param {Point} last @returns {Point}
 */
function trailed(first, last) {
  const all = paragraphs();
  for (const words of all.slice(all.indexOf(first.words), all.indexOf(last.words) + 1).reverse()) {
    const text = words.textContent;
    let at = words === last.words ? last.at : text.length;
    while (at > 0 && isSpace(text[at - 1])) at -= 1;
    if (at > 0) return { words, at };
  }
  return last;
}

/** Move a point out of the middle of a grapheme cluster. @param {Point} point @param {-1 | 1} step */
function snapped({ words, at }, step) {
  const held = clusters.segment(words.textContent).containing(at);
  if (!held || held.index === at) return { words, at };
  return { words, at: step < 0 ? held.index : held.index + held.segment.length };
}

/**
 * The stretch of text between two points: code points, its exact words, without white space at its ends and without
 * half a character. @param {Point} from @param {Point} to @returns {Span | null}
 */
export function spanBetween(from, to) {
  const lead = led(from, to);
  if (!lead) return null;
  const first = snapped(lead, -1);
  const last = snapped(trailed(lead, to), 1);
  const quote = quoteBetween(first, last);
  const start = Number(first.words.dataset.start) + points(first.words.textContent.slice(0, first.at));
  return { start, end: start + points(quote), quote, range: rangeBetween(first, last), first, last };
}

/** The stretch of text that a range covers, if it covers any words. @param {Range} range @returns {Span | null} */
export function spanOf(range) {
  const found = ends(range);
  return found && spanBetween(...found);
}
