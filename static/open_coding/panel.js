/** The panel that opens at a selection: type to find or coin a code, Enter applies, v takes the words, 1 to 9 the codes last used. */

import { capOf, does } from "../js/keys.js";
import { forget, show } from "./caret.js";
import { save } from "./saving.js";

/** @typedef {import("./offsets.js").Span} Span */
/** @typedef {{name: string, uid?: string, hue?: string, note: string, inVivo?: boolean, key?: string}} Choice */

const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
const input = /** @type {HTMLInputElement} */ (document.getElementById("panel-name"));
const list = /** @type {HTMLElement} */ (document.getElementById("panel-codes"));
const fault = /** @type {HTMLElement} */ (document.getElementById("panel-fault"));
const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const side = document.querySelector(".side"); // its codes can be clicked while the panel is open
const MOST = 8;

let span = /** @type {Span | null} */ (null);
let choices = /** @type {Choice[]} */ ([]);
let at = 0;
let foot = 0;
let back = /** @type {HTMLElement} */ (text);
let purpose = /** @type {As | null} */ (null);
const label = /** @type {HTMLElement} */ (panel.querySelector("label"));
const LABEL = label.textContent ?? "";

export const isOpen = () => panel.matches(":popover-open");

/** Whoever waits for the next chosen words instead of the panel (to move ends, to split). @type {((span: Span) => void) | null} */
let taker = null;
/** Let the next chosen words go elsewhere, or (null) to the panel again. @param {((span: Span) => void) | null} next */
export const divert = (next) => {
  taker = next;
};

/** @typedef {{label: string, url: string}} As what a name is chosen for, if not to code the words: a label and where it is sent */
/** Open at a stretch of text. @param {Span} chosen @param {{focus?: boolean, from?: HTMLElement, as?: As | null}} [how] */
export function open(chosen, { focus = true, from = text, as = null } = {}) {
  if (taker) return taker(chosen);
  span = chosen;
  back = from;
  purpose = as;
  label.textContent = as?.label ?? LABEL;
  input.value = "";
  fault.textContent = "";
  show(span.range);
  list_();
  if (!isOpen()) panel.showPopover();
  side?.classList.add("is-offered");
  place(span.range.getBoundingClientRect());
  if (focus) input.focus({ preventScroll: true });
}

/** Close, and give the focus back to the text. */
export function close() {
  if (!isOpen()) return;
  panel.hidePopover();
  side?.classList.remove("is-offered");
  show(null);
  span = null;
  back.focus({ preventScroll: true });
}

/** Put the panel below the words, or above where there is no room; never over them. @param {DOMRect} words */
function place(words) {
  const size = panel.getBoundingClientRect();
  const isBelow = words.bottom + 8 + size.height < innerHeight || words.top - size.height - 8 < 0;
  const left = Math.max(8, Math.min(words.left, innerWidth - size.width - 16));
  panel.style.setProperty("--x", `${left + scrollX}px`);
  foot = isBelow ? 0 : words.top + scrollY - 8;
  panel.style.setProperty("--y", `${isBelow ? words.bottom + scrollY + 8 : foot - size.height}px`);
}

/** Keep a panel that stands above its words standing on them, as its list grows and shrinks. */
function stand() {
  if (foot && isOpen()) panel.style.setProperty("--y", `${foot - panel.getBoundingClientRect().height}px`);
}

const known = () => [...document.querySelectorAll("#codes li[data-uid]")].map((row) => row.dataset);
const singleKeys = () => document.body.dataset.singleKeys === "on";
/** Apply a code of the list beside the text. @param {DOMStringMap | undefined} row */
const applyRow = (row) => row && apply({ name: row.name ?? "", uid: row.uid, note: "" }, false);
const fold = (name) => name.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");

/** How well a name fits what was typed: 0 best, -1 not at all. @param {string} name @param {string} typed */
function fit(name, typed) {
  const place = fold(name).indexOf(typed);
  if (place < 0) return typed.length > 3 && nearly(fold(name), typed) ? NEAR : -1;
  if (fold(name) === typed) return 0;
  return place === 0 ? 1 : fold(name)[place - 1] === " " ? 2 : 3;
}

const NEAR = 4;
/** Is one text the other but for a slip in five letters? @param {string} one @param {string} other */
function nearly(one, other) {
  const most = Math.floor(Math.max(one.length, other.length) / 5);
  if (Math.abs(one.length - other.length) > most) return false;
  let row = [...other, ""].map((_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, other_] of [...other].entries()) next.push(Math.min(next[column] + 1, row[column + 1] + 1, row[column] + Number(letter !== other_)));
    row = next;
  }
  return row[other.length] <= most;
}

/** The codes last used, latest first. */
export const recent = () => known().filter((row) => row.recent).sort((a, b) => Number(a.recent) - Number(b.recent));
/** What a number key stands for. @param {KeyboardEvent} event @returns {DOMStringMap | undefined} */
export const numbered = (event) => (/^(Digit|Numpad)[1-9]$/.test(event.code) && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey ? recent()[Number(event.code.at(-1)) - 1] : undefined);

/** List what could be applied: fitting codes best first, then those last used; then coining, then in vivo. */
function list_() {
  const typed = fold(input.value);
  const fitting = known()
    .map((row) => ({ row, rank: fit(row.name, typed) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || Number(a.row.recent || Infinity) - Number(b.row.recent || Infinity) || Number(b.row.uses) - Number(a.row.uses));
  const numbers = typed || !singleKeys() ? [] : recent();
  choices = fitting.slice(0, MOST + 1).map(({ row }) => {
    const number = numbers.indexOf(row) + 1;
    return { name: row.name, uid: row.uid, hue: row.hue, note: `${row.uses} · ${row.own === "yes" ? "own" : "shared"}`, key: number && number < 10 ? String(number) : undefined };
  });
  const exact = fitting.some(({ rank }) => rank === 0);
  const coin = { name: input.value.trim(), note: "new" };
  if (typed && !exact) choices.splice(fitting.length && fitting[0].rank <= 1 ? choices.length : 0, 0, coin);
  if (!typed && span && !purpose) choices.push({ name: span.quote, inVivo: true, note: "in vivo", key: capOf("in_vivo") || undefined });
  at = 0;
  draw();
}

function draw() {
  list.replaceChildren(...choices.map(option));
  input.setAttribute("aria-activedescendant", choices.length ? `choice-${at}` : "");
  stand();
  document.getElementById(`choice-${at}`)?.scrollIntoView({ block: "nearest" });
}

/** @param {Choice} choice @param {number} index */
function option(choice, index) {
  const item = document.createElement("li");
  item.id = `choice-${index}`;
  item.role = "option";
  item.dataset.index = String(index);
  item.ariaSelected = String(index === at);
  if (choice.hue) item.dataset.hue = choice.hue;
  const name = document.createElement("span");
  name.dir = "auto";
  name.className = choice.uid ? "code-name" : "";
  name.textContent = choice.uid ? choice.name : choice.inVivo ? "In vivo: the words themselves" : `Coin “${choice.name}”`;
  const note = document.createElement(choice.key ? "kbd" : "span");
  note.className = choice.key ? "" : "count";
  note.textContent = choice.key ?? choice.note;
  item.append(name, note);
  return item;
}

/** Apply a choice; with `again` the panel stays for another code. @param {Choice | undefined} choice @param {boolean} again */
async function apply(choice, again) {
  if (!choice || !span) return;
  const name = choice.inVivo ? inVivo(choice.name) : choice.name;
  const fields = purpose ? {} : { start: String(span.start), end: String(span.end), quote: span.quote, segment: crypto.randomUUID() };
  if (choice.uid) fields.code = choice.uid;
  else fields.name = name;
  if (choice.inVivo) fields.in_vivo = "1";
  const held = span;
  const as = purpose;
  const sent = save(as?.url ?? text.dataset.code ?? "", fields, `Coded as ${name}: ${held.quote}`);
  if (again && !as) {
    input.value = "";
    list_();
  } else {
    close();
    forget(); // what is chosen from now on is for something else
  }
  try {
    await sent;
  } catch (wrong) {
    if (!isOpen()) open(held, { from: back, as });
    input.value = choice.uid || choice.inVivo ? "" : choice.name;
    list_();
    fault.textContent = wrong instanceof Error ? wrong.message : String(wrong);
  }
}

/** A name from the words: one line, at most 200 characters. @param {string} quote */
export const inVivo = (quote) => [...quote.replace(/\s+/g, " ")].slice(0, 200).join("");

input.addEventListener("input", list_);
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    at = (at + (event.code === "ArrowDown" ? 1 : choices.length - 1)) % Math.max(1, choices.length);
    draw();
  } else if (event.code === "Enter" || event.code === "NumpadEnter") apply(choices[at], event.shiftKey);
  else if (does(event, "in_vivo")) apply(choices.find((one) => one.inVivo), event.shiftKey);
  else if (!input.value && singleKeys() && numbered(event)) applyRow(numbered(event));
  else if (event.code === "Escape" || event.code === "Tab") close();
  else return;
  event.preventDefault();
});
// A click on a code beside the text applies it too; the keyboard has the list of the panel.
document.addEventListener("pointerdown", (event) => {
  const row = event.target instanceof Element ? event.target.closest("#codes li[data-uid]") : null;
  if (!(row instanceof HTMLElement) || !isOpen()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  apply({ name: row.dataset.name ?? "", uid: row.dataset.uid, note: "" }, event.shiftKey);
});
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const item = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  if (item instanceof HTMLElement) apply(choices[Number(item.dataset.index)], event.shiftKey);
});
