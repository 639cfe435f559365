/**
 * The board by keyboard: arrows go between cards and columns, m or Enter opens a card's move, Space selects, Esc goes back.
 * Everything is found by delegation, so that columns may be replaced at any time. Without this module links and forms do all.
 */
import { does } from "../js/keys.js";
import { alertNow, announce } from "../js/page.js";

const board = document.querySelector(".board");
const sorts = board?.hasAttribute("data-sort");
/** Where the focus goes after a move: the uids of the cards that came after the moved one, then before it. @type {string[]} */
let afterwards = [];

/** Cards that can be seen now, of one column or the whole board. @param {ParentNode} within @returns {HTMLElement[]} */
const cardsIn = (within) => [...within.querySelectorAll(".code-card")].filter((card) => card.checkVisibility());

/** Make one card the board's tab stop, with its controls; the others wait for the arrows. @param {HTMLElement | undefined} current */
function rove(current) {
  // Only what changes is written: a look at each of 500 cards costs more than the move itself.
  for (const stop of board.querySelectorAll('.code-card:is([tabindex="0"], :not([tabindex]))')) if (stop !== current) rank(stop, -1);
  if (current) rank(current, 0);
}

/** @param {HTMLElement} card @param {number} index */
function rank(card, index) {
  card.tabIndex = index;
  for (const control of card.querySelectorAll("a, input, select, button")) control.tabIndex = index;
}

/** @param {HTMLElement | undefined} card */
function go(card) {
  if (!card) return;
  rove(card);
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Go to the neighbouring column that has cards, to the same height in it. @param {HTMLElement} card @param {number} step */
function cross(card, step) {
  const columns = [...board.querySelectorAll(".column")].filter((column) => cardsIn(column).length);
  const here = card.closest(".column");
  const next = columns[columns.indexOf(here) + step];
  if (!next) return announce(step > 0 ? "This is the last column with codes." : "This is the first column with codes.");
  const cards = cardsIn(next);
  go(cards[Math.min(cardsIn(here).indexOf(card), cards.length - 1)]);
  announce(`${next.dataset.column}: ${cards.length} ${cards.length === 1 ? "code" : "codes"}.`);
}

/** @param {HTMLElement} card */
const openMove = (card) => card.querySelector("[data-move]")?.click();

/** @param {HTMLElement} card */
function closeMove(card) {
  card.querySelector(".move")?.replaceChildren();
  go(card);
}

/** @param {HTMLElement} card @param {KeyboardEvent} event @returns {boolean} whether the key was one of ours */
function onCard(card, event) {
  const cards = cardsIn(card.closest(".column"));
  const at = cards.indexOf(card);
  const forward = getComputedStyle(board).direction === "rtl" ? -1 : 1;
  const keys = {
    ArrowDown: () => go(cards[at + 1]), ArrowUp: () => go(cards[at - 1]),
    Home: () => go(cards[0]), End: () => go(cards.at(-1)),
    ArrowRight: () => cross(card, forward), ArrowLeft: () => cross(card, -forward),
    Enter: () => (sorts ? openMove(card) : card.querySelector("h3 a")?.click()), Space: () => card.querySelector("[type=checkbox]")?.click(),
  };
  if (!Object.hasOwn(keys, event.code)) return false;
  keys[event.code]();
  return true;
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".code-card");
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const inForm = event.target.closest(".move");
  let ours = false;
  if (event.code === "Escape" && (inForm || event.target !== card)) {
    closeMove(card);
    ours = true;
  } else if (inForm && event.target.matches("select") && event.code === "Enter") {
    event.target.form.requestSubmit();
    ours = true;
  } else if (!inForm && does(event, "move") && sorts) {
    openMove(card);
    ours = true;
  } else if (event.target === card) ours = onCard(card, event);
  if (ours) event.preventDefault();
});

board?.addEventListener("focusin", (event) => {
  const card = event.target.closest(".code-card");
  if (card) rove(card);
});

document.addEventListener("click", (event) => {
  const cancel = event.target.closest?.("[data-cancel]");
  if (cancel) closeMove(cancel.closest(".code-card"));
});

/** Say how many cards are selected. */
function tellSelected() {
  const note = document.getElementById("selected");
  const count = document.querySelectorAll(".code-card > header > :checked").length;
  document.getElementById("sort")?.toggleAttribute("data-selected", count > 0);
  if (note) note.textContent = count ? `${count} selected:` : "Select cards, then";
}
document.addEventListener("change", (event) => {
  if (!event.target.matches(".code-card > header > input")) return;
  tellSelected();
  announce(document.getElementById("selected").textContent);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const card = event.detail.elt.closest(".code-card");
  if (event.detail.requestConfig.verb !== "post" || !card) { afterwards = []; return; }
  const cards = cardsIn(card.closest(".column"));
  const at = cards.indexOf(card);
  afterwards = [...cards.slice(at + 1), ...cards.slice(0, at).reverse()].map((one) => one.id).concat(card.id);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.(".move")) return;
  const cancel = event.target.querySelector("[data-cancel]");
  if (!cancel) return; // the answer to a move brings no form
  cancel.hidden = false;
  event.target.querySelector("select").focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig?.verb !== "post" || !event.detail.successful) return;
  if (!event.detail.elt.isConnected || afterwards.length) go(afterwards.map((id) => document.getElementById(id)).find((card) => card?.checkVisibility()));
  says("success");
  const bar = document.getElementById("sort");
  if (bar?.contains(event.detail.elt)) bar.reset();
  // New cards come as tab stops, for those who have no script.
  if (board) rove(document.activeElement?.closest(".code-card") ?? board.querySelector("details[open] > ul > .code-card"));
  tellSelected();
});

/**
 * Colour the notice above the board, and give it words unless the answer has brought them. The notice itself stays:
 * when a neighbour comes or goes, the browser works out the style of the whole board anew.
 * @param {"success" | "error"} tone @param {string} [text]
 */
function says(tone, text) {
  const notice = document.getElementById("board-says");
  if (!notice) return;
  notice.className = `notice ${tone}`;
  if (text !== undefined) notice.textContent = text;
}

document.addEventListener("htmx:responseError", (event) => {
  const plain = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  const text = plain ? event.detail.xhr.responseText : "That was not done. Reload the page and try again.";
  says("error", text);
  alertNow(text);
});

if (board) {
  const target = document.getElementById(location.hash.slice(1));
  rove(target?.matches(".code-card") ? target : cardsIn(board)[0]);
  if (target?.matches(".code-card")) target.focus();
}
