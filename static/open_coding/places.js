/** Words, sentences and paragraphs of the text, by Intl.Segmenter: where one begins and ends, and which comes next. */

import { paragraphs } from "./offsets.js";

/** @typedef {import("./offsets.js").Point} Point */
/** @typedef {"word" | "sentence" | "paragraph"} Unit */
/** @typedef {{words: HTMLElement, from: number, to: number}} Place one unit: UTF-16 offsets in its paragraph */
/** @typedef {{text: string, word: Intl.Segments, sentence: Intl.Segments, isWordless: boolean}} Known */

const SIGN = /[\p{L}\p{N}\p{S}\p{Regional_Indicator}\p{Extended_Pictographic}]/u;
// A line feed inside a sentence, as in text wrapped by hand, does not end it.
const WRAP = /\n(?=[^\S\n]*\p{Ll})/gu;

const segmenters = /** @type {Map<string, Intl.Segmenter>} */ (new Map());
// By element: a paragraph that is replaced takes along what is known of it.
const known = /** @type {WeakMap<HTMLElement, Known>} */ (new WeakMap());

/** @param {string} language @param {"word" | "sentence"} granularity @returns {Intl.Segmenter} */
function segmenter(language, granularity) {
  const key = `${granularity} ${language}`;
  const held = segmenters.get(key);
  if (held) return held;
  let made;
  try {
    made = new Intl.Segmenter(language || undefined, { granularity });
  } catch {
    made = new Intl.Segmenter(undefined, { granularity }); // the language is free text, and need not be a tag
  }
  segmenters.set(key, made);
  return made;
}

/** @param {HTMLElement} words @returns {Known} */
function know(words) {
  const held = known.get(words);
  if (held) return held;
  const text = words.textContent ?? "";
  const language = words.closest("[lang]")?.getAttribute("lang") ?? "";
  const word = segmenter(language, "word").segment(text);
  const sentence = segmenter(language, "sentence").segment(text.replace(WRAP, " "));
  const made = { text, word, sentence, isWordless: !SIGN.test(text) };
  known.set(words, made);
  return made;
}

/**
 * The paragraph before or after one.
 * @param {HTMLElement} words @param {number} step @returns {HTMLElement | undefined}
 */
export function neighbour(words, step) {
  const all = paragraphs();
  return all[all.indexOf(words) + step];
}

/**
 * A stretch without the white space at its ends, if anything is left.
 * @param {HTMLElement} words @param {number} from @param {number} to @returns {Place | null}
 */
function trimmed(words, from, to) {
  const text = know(words).text.slice(from, to);
  const length = text.trimEnd().length;
  return length ? { words, from: from + text.length - text.trimStart().length, to: from + length } : null;
}

/** The whole of a paragraph. @param {HTMLElement} words @returns {Place} */
export const whole = (words) => trimmed(words, 0, know(words).text.length) ?? { words, from: 0, to: 0 };

/**
 * The next unit of one paragraph whose edge lies beyond an offset. A paragraph without words, as of asterisks, is one.
 * @param {Unit} unit @param {Point} point @param {number} step @param {"from" | "to"} edge @returns {Place | null}
 */
function within(unit, { words, at }, step, edge) {
  const { text, isWordless, ...segments } = know(words);
  const isBeyond = (/** @type {Place} */ place) => step * (place[edge] - at) > 0;
  if (unit === "paragraph" || isWordless) return isBeyond(whole(words)) ? whole(words) : null;
  let index = step > 0 ? Math.max(0, at) : Math.min(text.length, at) - 1;
  for (let one = segments[unit].containing(index); one; one = segments[unit].containing(index)) {
    const end = one.index + one.segment.length;
    const isPlace = unit === "sentence" || one.isWordLike || SIGN.test(one.segment);
    const place = isPlace ? trimmed(words, one.index, end) : null;
    if (place && isBeyond(place)) return place;
    index = step > 0 ? end : one.index - 1;
    if (index < 0) return null;
  }
  return null;
}

/**
 * The next unit whose edge lies beyond a point, going over to the paragraphs that follow (or come before).
 * @param {Unit} unit @param {Point} point @param {number} step 1 onwards, -1 backwards
 * @param {"from" | "to"} edge @returns {Place | null}
 */
export function seek(unit, point, step, edge) {
  const found = within(unit, point, step, edge);
  if (found) return found;
  const all = paragraphs();
  for (let index = all.indexOf(point.words) + step; all[index]; index += step) {
    const there = within(unit, { words: all[index], at: step > 0 ? -1 : Infinity }, step, edge);
    if (there) return there;
  }
  return null;
}

/**
 * The unit that holds the character after a point, else the nearest in the paragraph.
 * @param {Unit} unit @param {Point} point @returns {Place | null}
 */
export function placeAt(unit, point) {
  const after = within(unit, point, 1, "to");
  if (after && after.from <= point.at) return after;
  const before = within(unit, { words: point.words, at: point.at + 1 }, -1, "to");
  return before && (!after || point.at - before.to < after.from - point.at) ? before : after;
}
