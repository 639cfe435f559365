/**
 * Carry cards between columns: by mouse (drag and drop), or by keyboard (Shift and an arrow pick up and choose a column,
 * Enter drops, Esc puts back). A drop fills the bar of the selected cards and presses its button, so that there is one
 * way to move; selected cards go along with the one that is carried.
 */
import { announce } from "../js/page.js";

const board = document.querySelector(".board[data-sort]");
const bar = /** @type {HTMLFormElement | null} */ (document.getElementById("sort"));
/** What is carried now: the card, and the column that it is over. @type {{card: HTMLElement, over: HTMLElement | null} | null} */
let carried = null;
/** Where the focus goes after the drop: the card's id. */
let dropped = "";

const columns = () => [...board.querySelectorAll(".column")];
const nameOf = (card) => card.querySelector("h3").textContent.trim();
const countIn = (column) => column.querySelectorAll(".code-card").length;

/** @param {HTMLElement} card @param {HTMLElement | null} over */
function hold(card, over) {
  carried = { card, over };
  for (const column of columns()) column.toggleAttribute("data-over", column === over);
  card.toggleAttribute("data-carried", true);
}

function letGo() {
  carried?.card.removeAttribute("data-carried");
  for (const column of columns()) column.removeAttribute("data-over");
  carried = null;
}

/** Move the carried card (with those that are selected, if it is) into a column. @param {HTMLElement} card @param {HTMLElement} column */
function drop(card, column) {
  letGo();
  if (card.closest(".column") === column) return announce(`“${nameOf(card)}” stays where it was.`);
  const box = card.querySelector("header > [type=checkbox]");
  if (!box.checked) for (const other of board.querySelectorAll(".code-card > header > :checked")) other.checked = false;
  box.checked = true;
  bar.elements.namedItem("category").value = column.dataset.key;
  bar.elements.namedItem("new").value = "";
  dropped = card.id;
  bar.querySelector("[data-drop]").click();
}

/** Pick a card up, or take it on to the next column. @param {HTMLElement} card @param {number} step */
function carry(card, step) {
  const all = columns();
  const from = carried?.card === card ? carried.over : card.closest(".column");
  const over = all[all.indexOf(from) + step];
  const picked = carried?.card === card ? "" : `Picked up “${nameOf(card)}”. `;
  if (!over) return announce(step > 0 ? "This is the last column." : "This is the first column.");
  if (carried) letGo();
  hold(card, over);
  over.scrollIntoView({ block: "nearest", inline: "nearest" });
  announce(`${picked}Over ${over.dataset.column}, ${countIn(over)} ${countIn(over) === 1 ? "code" : "codes"}. Enter drops it here, Escape puts it back.`);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const card = event.target;
  if (!card.matches?.(".code-card") || event.ctrlKey || event.metaKey || event.altKey) return;
  const forward = getComputedStyle(board).direction === "rtl" ? -1 : 1;
  const step = { ArrowRight: forward, ArrowLeft: -forward }[event.code];
  const carries = carried?.card === card;
  if (step && (event.shiftKey || carries)) carry(card, step);
  else if (carries && event.code === "Enter") drop(card, carried.over);
  else if (carries && event.code === "Escape") { letGo(); announce(`“${nameOf(card)}” is back where it was.`); }
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

if (board && bar) {
  // Before the board's own keys: while a card is carried, Enter drops it.
  document.addEventListener("keydown", onKey, true);
  board.addEventListener("focusout", (event) => { if (carried?.card === event.target) letGo(); });
  board.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".code-card");
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(card));
    hold(card, null);
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest?.(".column");
    if (!carried || !column) return;
    event.preventDefault();
    if (carried.over !== column) hold(carried.card, column);
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest?.(".column");
    if (!carried || !column) return;
    event.preventDefault();
    drop(carried.card, column);
  });
  board.addEventListener("dragend", letGo);
  document.addEventListener("htmx:afterRequest", (event) => {
    const status = document.getElementById("status");
    if (status?.dataset.at) status.textContent = `Saved ${new Date(status.dataset.at).toLocaleTimeString("en-GB")}`;
    if (!dropped || !bar.contains(event.detail.elt)) return;
    const card = document.getElementById(dropped);
    dropped = "";
    if (!card) return;
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
