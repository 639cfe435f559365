/** From places in the page to code points of the stored text, and back. The browser counts UTF-16; nothing else does. */

/** @typedef {{start: number, end: number, quote: string, range: Range}} Span */

/** Count code points. @param {string} text @returns {number} */
export function points(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The paragraph's words that hold a node, if any. @param {Node | null} node @returns {HTMLElement | null} */
export function wordsOf(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest("#text .words") ?? null;
}

/** Make a range over UTF-16 offsets of a paragraph's words. @param {HTMLElement} words @param {number} from @param {number} to */
export function rangeIn(words, from, to) {
  const range = document.createRange();
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
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
  range.selectNodeContents(words);
  return range;
}

/** UTF-16 offsets of a range within one paragraph's words. @param {HTMLElement} words @param {Range} range */
function cut(words, range) {
  const probe = document.createRange();
  probe.selectNodeContents(words);
  const length = probe.toString().length;
  const inside = (node) => words.contains(node);
  let from = 0;
  let to = length;
  if (inside(range.startContainer)) {
    probe.setEnd(range.startContainer, range.startOffset);
    from = probe.toString().length;
    probe.selectNodeContents(words);
  }
  if (inside(range.endContainer)) {
    probe.setEnd(range.endContainer, range.endOffset);
    to = probe.toString().length;
  }
  return [from, to];
}

/**
 * The stretch of text that a range covers: code points, its exact words, without white space at its ends.
 * @param {Range} range @returns {Span | null}
 */
export function spanOf(range) {
  const all = [...document.querySelectorAll("#text .words")].filter((words) => range.intersectsNode(words));
  let quote = "";
  let start = -1;
  for (const [index, words] of all.entries()) {
    const [from, to] = cut(words, range);
    if (start < 0) {
      if (from === to) continue;
      start = Number(words.dataset.start) + points(words.textContent.slice(0, from));
    } else if (index > 0) {
      quote += all[index - 1].dataset.gap ?? "\n\n";
    }
    quote += words.textContent.slice(from, to);
  }
  if (start < 0) return null;
  const led = quote.length - quote.trimStart().length;
  start += points(quote.slice(0, led));
  quote = quote.trim();
  return quote ? { start, end: start + points(quote), quote, range } : null;
}
