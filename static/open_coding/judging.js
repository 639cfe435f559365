/** Judge paragraphs: nothing here, and the way to the next one that is untouched. Show only one code, or what is uncoded. */

import { does } from "../js/keys.js";
import { announce } from "../js/page.js";
import { chosen } from "./caret.js";
import { wordsOf } from "./offsets.js";
import { isOpen } from "./panel.js";
import { save } from "./saving.js";

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
const filter = document.getElementById("filter");

/** The paragraph that the caret, the focus or the middle of the window stands in. @returns {HTMLElement | null} */
function here() {
  const range = chosen();
  const words = range ? wordsOf(range.startContainer) : wordsOf(document.activeElement);
  const held = words?.closest(".para") ?? (document.activeElement instanceof Element ? document.activeElement.closest(".para") : null);
  if (held instanceof HTMLElement) return held;
  const all = /** @type {HTMLElement[]} */ ([...text.querySelectorAll(".para")]);
  return all.find((one) => one.getBoundingClientRect().bottom > innerHeight / 3) ?? null;
}

/** @param {HTMLElement} part */
const startOf = (part) => part.querySelector(".words")?.getAttribute("data-start") ?? "";

/** Say that a paragraph holds nothing, or take it back. @param {HTMLElement} part */
function judge(part) {
  const kind = part.dataset.mark === "nothing_here" ? "" : "nothing_here";
  const words = kind ? "Read, nothing here." : "Judgement taken back.";
  save(`${base}marks/`, { start: startOf(part), kind }, words).catch((wrong) => {
    const alert = document.getElementById("alert");
    if (alert) alert.textContent = wrong instanceof Error ? wrong.message : String(wrong);
  });
}

/** Go to the next paragraph without code or mark, round the corner too. */
export function nextUntouched() {
  const all = /** @type {HTMLElement[]} */ ([...text.querySelectorAll(".para")]);
  const at = all.indexOf(/** @type {HTMLElement} */ (here()));
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((one) => "untouched" in one.dataset);
  if (!next) return announce("Each paragraph is coded or judged.");
  next.scrollIntoView({ block: "center" });
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  announce(next.querySelector(".words")?.textContent?.slice(0, 120) ?? "");
}

document.addEventListener("keydown", (event) => {
  if (isOpen()) return;
  if (does(event, "nothing_here")) {
    const part = here();
    if (!part) return;
    event.preventDefault();
    judge(part);
  } else if (does(event, "next_uncoded")) {
    event.preventDefault();
    nextUntouched();
  } else if (does(event, "filter") && filter instanceof HTMLSelectElement) {
    event.preventDefault();
    filter.focus();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-next-untouched]") : null;
  if (button) nextUntouched();
});

// By mouse or finger: one button, which stands beside the paragraph that is pointed at while nothing is coded there.
const judging = Object.assign(document.createElement("button"), { type: "button", className: "button small quiet judge" });
text.addEventListener("pointerover", ({ target }) => {
  const part = target instanceof Element ? target.closest(".para") : null;
  if (!(part instanceof HTMLElement) || part.contains(judging)) return;
  if (!("untouched" in part.dataset || "mark" in part.dataset)) return judging.remove();
  judging.textContent = part.dataset.mark === "nothing_here" ? "Take back" : "Nothing here";
  part.querySelector(".margin")?.append(judging);
});
judging.addEventListener("click", () => {
  const part = judging.closest(".para");
  if (part instanceof HTMLElement) judge(part);
});

/** Let what the filter does not ask for recede: all but one code's segments, or all that is coded. */
function show() {
  if (!(filter instanceof HTMLSelectElement)) return;
  const wanted = filter.value;
  text.classList.toggle("is-filtered", Boolean(wanted));
  for (const name of text.querySelectorAll(".margin li")) name.classList.remove("is-shown");
  for (const run of text.querySelectorAll(".seg.is-shown")) run.classList.remove("is-shown");
  text.classList.toggle("shows-uncoded", wanted === "uncoded");
  if (!wanted || wanted === "uncoded") return;
  const names = new Set(JSON.parse(filter.selectedOptions[0]?.dataset.names ?? "[]"));
  for (const item of text.querySelectorAll(".margin li")) {
    const button = item.querySelector("[data-go]");
    if (!(button instanceof HTMLElement) || !names.has(button.textContent ?? "")) continue;
    item.classList.add("is-shown");
    for (const run of text.querySelectorAll(`.seg[data-seg~="${button.dataset.go}"]`)) run.classList.add("is-shown");
  }
}

filter?.addEventListener("change", show);
document.addEventListener("loam:saved", show);
