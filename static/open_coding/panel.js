/** The panel that opens at a selection: type to find or coin a code, Enter applies, v takes the words themselves. */

import { show } from "./caret.js";
import { save } from "./saving.js";

/** @typedef {import("./offsets.js").Span} Span */
/** @typedef {{name: string, uid?: string, hue?: string, note: string, inVivo?: boolean, key?: string}} Choice */

const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
const input = /** @type {HTMLInputElement} */ (document.getElementById("panel-name"));
const list = /** @type {HTMLElement} */ (document.getElementById("panel-codes"));
const fault = /** @type {HTMLElement} */ (document.getElementById("panel-fault"));
const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const MOST = 8;

let span = /** @type {Span | null} */ (null);
let choices = /** @type {Choice[]} */ ([]);
let at = 0;
let foot = 0;
let back = /** @type {HTMLElement} */ (text);

export const isOpen = () => panel.matches(":popover-open");

/** Open at a stretch of text. @param {Span} chosen @param {{focus?: boolean, from?: HTMLElement}} [how] */
export function open(chosen, { focus = true, from = text } = {}) {
  span = chosen;
  back = from;
  input.value = "";
  fault.textContent = "";
  show(span.range);
  list_();
  if (!isOpen()) panel.showPopover();
  place(span.range.getBoundingClientRect());
  if (focus) input.focus({ preventScroll: true });
}

/** Close, and give the focus back to the text. */
export function close() {
  if (!isOpen()) return;
  panel.hidePopover();
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
const fold = (name) => name.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");

/** How well a name fits what was typed: 0 best, -1 not at all. @param {string} name @param {string} typed */
function fit(name, typed) {
  const place = fold(name).indexOf(typed);
  if (place < 0) return -1;
  if (fold(name) === typed) return 0;
  return place === 0 ? 1 : fold(name)[place - 1] === " " ? 2 : 3;
}

/** List what could be applied: fitting codes best first, then coining, then in vivo. */
function list_() {
  const typed = fold(input.value);
  const fitting = known()
    .map((row) => ({ row, rank: fit(row.name, typed) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || Number(b.row.uses) - Number(a.row.uses));
  choices = fitting.slice(0, MOST).map(({ row }) => ({ name: row.name, uid: row.uid, hue: row.hue, note: `${row.uses} · ${row.own === "yes" ? "own" : "shared"}` }));
  const exact = fitting.some(({ rank }) => rank === 0);
  const coin = { name: input.value.trim(), note: "new" };
  if (typed && !exact) choices.splice(fitting.length && fitting[0].rank <= 1 ? choices.length : 0, 0, coin);
  if (!typed && span) choices.push({ name: span.quote, inVivo: true, note: "in vivo", key: "v" });
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
  const fields = { start: String(span.start), end: String(span.end), quote: span.quote };
  if (choice.uid) fields.code = choice.uid;
  else fields.name = name;
  if (choice.inVivo) fields.in_vivo = "1";
  const held = span;
  const sent = save(text.dataset.code ?? "", fields, `Coded as ${name}: ${held.quote}`);
  if (again) {
    input.value = "";
    list_();
  } else close();
  try {
    await sent;
  } catch (wrong) {
    if (!isOpen()) open(held, { from: back });
    input.value = choice.uid || choice.inVivo ? "" : choice.name;
    list_();
    fault.textContent = wrong instanceof Error ? wrong.message : String(wrong);
  }
}

/** A name from the words: one line, at most 200 characters. @param {string} quote */
const inVivo = (quote) => [...quote.replace(/\s+/g, " ")].slice(0, 200).join("");

input.addEventListener("input", list_);
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    at = (at + (event.code === "ArrowDown" ? 1 : choices.length - 1)) % Math.max(1, choices.length);
    draw();
  } else if (event.code === "Enter" || event.code === "NumpadEnter") apply(choices[at], event.shiftKey);
  else if (event.code === "KeyV" && !input.value && !event.ctrlKey && !event.metaKey && text.dataset.singleKeys === "on") apply(choices.find((one) => one.inVivo), event.shiftKey);
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
