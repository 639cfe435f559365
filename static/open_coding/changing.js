/** Change a segment that is in focus: move its ends by keyboard or handle, split it, put another code on it. */

import { announce } from "../js/page.js";
import { does } from "../js/keys.js";
import { forget, rest, take } from "./caret.js";
import { spanOf } from "./offsets.js";
import { divert, open } from "./panel.js";
import { save } from "./saving.js";

/** @typedef {import("./offsets.js").Span} Span */

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const card = /** @type {HTMLElement} */ (document.getElementById("card"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
let mode = "";

const shown = () => card.querySelector("[data-segment]");
const uid = () => (shown() instanceof HTMLElement ? shown().dataset.segment ?? "" : "");

/** The whole stretch of a segment, from its runs. @param {string} segment @returns {Span | null} */
export function stretch(segment) {
  const runs = [...text.querySelectorAll(`.seg[data-seg~="${segment}"]`)];
  if (!runs.length) return null;
  const range = document.createRange();
  range.setStartBefore(runs[0]);
  range.setEndAfter(/** @type {Element} */ (runs.at(-1)));
  return spanOf(range);
}

/** @param {string} next @param {string} words @param {((span: Span) => void) | null} taker */
function enter(next, words, taker) {
  mode = next;
  divert(taker);
  const note = document.getElementById("mode");
  if (note) {
    note.textContent = words;
    note.hidden = !words;
  }
  if (words) announce(words);
}

function leave() {
  enter("", "", null);
  forget();
}

/** Choose anew which words the segment holds; the next choice is its new span. */
function moveEnds() {
  const segment = uid();
  const was = stretch(segment);
  if (!was) return;
  take(was);
  enter("ends", "Choose the words that the segment should hold: Shift with the arrow keys moves the end, Enter keeps it. Esc leaves it as it is.", (span) => sendEnds(segment, was, span));
  text.focus({ preventScroll: true });
}

/** @param {string} segment @param {Span} was @param {Span} span */
function sendEnds(segment, was, span) {
  leave();
  if (span.start === was.start && span.end === was.end) return;
  const fields = { start: String(span.start), end: String(span.end), was_start: String(was.start), was_end: String(was.end) };
  send(`segments/${segment}/ends/`, fields, `The segment now holds: ${span.quote}`);
}

/** Cut the segment before the next word that is chosen. */
function split() {
  const segment = uid();
  const was = stretch(segment);
  if (!was) return;
  rest({ words: was.last.words, at: was.last.at - 1 });
  enter("split", "Go to the word with which the second part begins by the arrow keys and press Enter, or double click it. Esc leaves the segment whole.", (span) => {
    if (span.start <= was.start || span.start >= was.end) return announce("Choose a word inside the segment, after its first one.");
    leave();
    const fields = { at: String(span.start), was_start: String(was.start), was_end: String(was.end), new: crypto.randomUUID() };
    send(`segments/${segment}/split/`, fields, "Split in two.");
  });
  text.focus({ preventScroll: true });
}

/** @param {string} code */
function change(code) {
  const was = stretch(uid());
  if (was) open(was, { as: { label: "Change this code to", url: `${base}segments/${uid()}/codes/${code}/change/` } });
}

/** @param {string} path @param {Record<string, string>} fields @param {string} words */
function send(path, fields, words) {
  save(base + path, fields, words).catch((wrong) => complain(wrong));
}

/** @param {unknown} wrong */
function complain(wrong) {
  const alert = document.getElementById("alert");
  if (alert) alert.textContent = wrong instanceof Error ? wrong.message : String(wrong);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest("[data-ends], [data-split], [data-change]");
  if (!(button instanceof HTMLElement)) return;
  if ("ends" in button.dataset) moveEnds();
  else if ("split" in button.dataset) split();
  else change(button.dataset.change ?? "");
});

document.addEventListener("keydown", (event) => {
  if (mode && event.code === "Escape") {
    leave();
    return;
  }
  if (!uid()) return;
  if (does(event, "move_ends")) moveEnds();
  else if (does(event, "split")) split();
  else if (does(event, "uncertain")) card.querySelector('form[action$="/doubt/"]')?.requestSubmit();
  else if (does(event, "compare")) compare();
  else return;
  event.preventDefault();
});

/** Open the comparison of the segment's first code; of one coined just now when its card is there. */
function compare() {
  const link = card.querySelector("[data-beside]:not([data-memo])");
  if (link instanceof HTMLElement) link.click();
  else document.addEventListener("loam:card", compare, { once: true });
}

// Handles at both ends of the segment in focus: drag one to another word.
const handles = ["start", "end"].map((side) => {
  const handle = document.createElement("span");
  handle.className = "handle";
  handle.dataset.side = side;
  handle.ariaHidden = "true";
  handle.hidden = true;
  document.body.append(handle);
  return handle;
});

/** Put the handles at the ends of the segment in focus, or away. */
function placeHandles() {
  const own = mode ? [] : [...text.querySelectorAll(".seg.is-focused")];
  for (const handle of handles) handle.hidden = !own.length;
  if (!own.length) return;
  const first = own[0].getClientRects()[0];
  const last = [...(own.at(-1)?.getClientRects() ?? [])].at(-1);
  const isRight = getComputedStyle(own[0].closest(".words") ?? text).direction === "rtl";
  if (!first || !last) return;
  put(handles[0], isRight ? first.right : first.left, first, isRight);
  put(handles[1], isRight ? last.left : last.right, last, !isRight);
}

/** @param {HTMLElement} handle @param {number} x @param {DOMRect} line @param {boolean} isLeftwards the segment lies on its left */
function put(handle, x, line, isLeftwards) {
  handle.dataset.inward = isLeftwards ? "left" : "right";
  handle.style.setProperty("--x", `${x + scrollX}px`);
  handle.style.setProperty("--y", `${line.top + scrollY}px`);
  handle.style.setProperty("--line", `${line.height}px`);
}

for (const handle of handles) {
  handle.addEventListener("pointerdown", (event) => {
    const segment = uid();
    const was = stretch(segment);
    if (!was) return;
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    let held = was;
    const follow = (/** @type {PointerEvent} */ now) => {
      const range = reached(was, handle.dataset.side === "start", now);
      const span = range && spanOf(range);
      if (span) {
        held = span;
        take(span);
      }
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener(
      "pointerup",
      () => {
        handle.removeEventListener("pointermove", follow);
        sendEnds(segment, was, held);
      },
      { once: true },
    );
  });
}

/** The range from the end that stays to where the pointer is, by whole words. @param {Span} was @param {boolean} isStart @param {PointerEvent} event */
function reached(was, isStart, event) {
  const hit = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  if (!hit || !text.contains(hit.startContainer) || hit.startContainer.nodeType !== Node.TEXT_NODE) return null;
  const node = /** @type {Text} */ (hit.startContainer);
  const word = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(node.data)].find((one) => one.index <= hit.startOffset && hit.startOffset <= one.index + one.segment.length && one.isWordLike);
  const range = was.range.cloneRange();
  const [from, to] = word ? [word.index, word.index + word.segment.length] : [hit.startOffset, hit.startOffset];
  if (isStart) range.setStart(node, from);
  else range.setEnd(node, to);
  return range.collapsed ? null : range;
}

new MutationObserver(placeHandles).observe(card, { childList: true });
addEventListener("resize", placeHandles);
// What stands above the text grows and goes: a sentence in the status, the first steps, a notice.
const moved = new ResizeObserver(placeHandles);
for (const one of document.querySelectorAll(".work-head, .work-main")) moved.observe(one);
document.addEventListener("loam:saved", () => requestAnimationFrame(placeHandles));
