/**
 * Carry cards between columns: by mouse (drag and drop), or by keyboard (Shift and an arrow pick up and choose a column,
 * Enter drops, Esc puts back). A drop presses the button of the bar of the selected cards, so that there is one way to
 * move, which a card's own form takes too; selected cards go along with the one that is carried. A refused drop puts its
 * cards back.
 */
import { announce } from "../js/page.js";

const board = document.querySelector(".board[data-sort]");
const bar = /** @type {HTMLFormElement | null} */ (document.getElementById("sort"));
/** What is carried now: the card, and the column that it is over. @type {{card: HTMLElement, over: HTMLElement | null} | null} */
let carried = null;
/** What was dropped and is not stored yet; the first is under way. @type {Drop[]} */
const waiting = [];
/** @typedef {{said: FormData, cards: string[], focus: string, into: string, from: Map<string, string>}} Drop ids of cards and of their columns */

const columns = () => [...board.querySelectorAll(".column")];
const nameOf = (card) => card.querySelector("h3").textContent.trim();
const countIn = (column) => column.querySelectorAll(".code-card").length;
const selected = () => [...board.querySelectorAll(".code-card:has(> header > :checked)")].map((card) => card.id);
const found = (/** @type {string[]} */ ids) => ids.map((id) => document.getElementById(id)).filter((card) => card);

/** @param {string[]} cards @param {boolean} checked */
function select(cards, checked) {
  for (const card of found(cards)) card.querySelector("header > [type=checkbox]").checked = checked;
}

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

/**
 * Move the carried card (with those that are selected, if it is) into a column: it stands there at once, marked until
 * the server has answered. Drops are sent one after the other, in their order.
 * @param {HTMLElement} card @param {HTMLElement} column
 */
function drop(card, column) {
  letGo();
  if (card.closest(".column") === column) return announce(`“${nameOf(card)}” stays where it was.`);
  const chosen = card.querySelector("header > :checked") ? selected() : [card.id];
  const from = new Map(found(chosen).map((one) => [one.id, one.closest(".column").id]));
  select(chosen, false); // they are on their way, and go along with no other card
  const said = new FormData();
  for (const id of from.keys()) said.append("code", id.replace("card-", ""));
  said.set("category", column.dataset.key);
  line({ said, cards: [...from.keys()], focus: card.id, into: column.id, from });
}

/**
 * Move a card as its form says: in the line too, for the answer to an earlier move takes the form away, and with it the
 * place where its own answer would go. The focus goes on to the next card.
 * @param {SubmitEvent} event
 */
function byForm(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const [card, said] = [form.closest(".code-card"), new FormData(form)];
  if (!card || !(said.get("category") || said.get("new"))) return; // the server says what is missing
  event.preventDefault();
  event.stopPropagation();
  const cards = [...card.closest(".column").querySelectorAll(".code-card")];
  const at = cards.indexOf(card);
  const focus = (cards[at + 1] ?? cards[at - 1] ?? card).id;
  const into = said.get("new") ? "" : `column-${said.get("category")}`;
  card.querySelector(".move").replaceChildren();
  line({ said, cards: [card.id], focus, into, from: new Map([[card.id, card.closest(".column").id]]) });
}

/** @param {Drop} one */
function line(one) {
  waiting.push(one);
  show(one);
  focusOn(one.focus);
  if (waiting.length === 1) send();
}

/** Put a card into a column where its name says; the answer lays the column out anew. @param {HTMLElement} card @param {string} column */
function place(card, column) {
  const list = document.getElementById(column)?.querySelector("ul[aria-label]");
  if (!list || card.parentElement === list) return;
  const name = nameOf(card).toLowerCase();
  list.insertBefore(card, [...list.children].find((other) => nameOf(other).toLowerCase() > name) ?? null);
}

/** @param {Drop} one */
function show(one) {
  for (const card of found(one.cards)) {
    place(card, one.into);
    card.toggleAttribute("data-waiting", true);
  }
}

/** @param {string} id */
function focusOn(id) {
  const card = document.getElementById(id);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function send() {
  tell("saving", "Saving …");
  bar.querySelector("[data-drop]").click();
}

/** Let the bar's request say what was dropped, whatever is selected by now. @param {CustomEvent} event */
function fill({ detail: { elt, formData } }) {
  if (!waiting.length || !elt.matches("[data-drop]")) return;
  for (const name of ["code", "category", "new", ...waiting[0].said.keys()]) formData.delete(name);
  for (const [name, value] of waiting[0].said) formData.append(name, value);
}

/** Tell in the coder's own sort how it stands; the lead's board has its notice. @param {"saving" | "error"} state @param {string} text */
function tell(state, text) {
  const status = document.getElementById("status");
  if (status) Object.assign(status, { textContent: text }).dataset.state = state;
}

/** Where somebody is who has gone on before the answer came: their card, the column that they carry it over, its open move, what they selected. */
let here = { card: /** @type {Element | null} */ (null), over: "", moves: false, chosen: /** @type {string[]} */ ([]) };

/** Come back to the card, which the answer may have drawn anew. @param {string} dropped */
function comeBack(dropped) {
  const { card, over, moves, chosen } = here;
  select(chosen, true);
  if (chosen.length) document.getElementById(chosen[0])?.querySelector("header > input").dispatchEvent(new Event("change", { bubbles: true }));
  const [again, column] = [document.getElementById(card?.id ?? ""), document.getElementById(over)];
  if (again && !again.contains(document.activeElement)) focusOn(again.id);
  else if (document.activeElement === document.body) focusOn(dropped);
  if (again && column) hold(again, column);
  if (again && again !== card && moves) again.querySelector("[data-move]").click();
}

/** Show what the answer to the first drop means for its cards, and send the next. @param {boolean} stored */
function answered(stored) {
  const done = waiting.shift();
  if (!stored) for (const card of found(done.cards)) {
    place(card, done.from.get(card.id));
    card.removeAttribute("data-waiting");
  }
  if (!stored) tell("error", "Not saved");
  for (const one of waiting) show(one);
  comeBack(done.focus);
  if (waiting.length) send();
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
  board.addEventListener("submit", byForm, true); // before the form's own request
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
  document.addEventListener("htmx:configRequest", fill);
  document.addEventListener("htmx:beforeOnLoad", () => {
    const card = document.activeElement?.closest(".code-card") ?? null;
    const moves = Boolean(card?.querySelector(".move:not(:empty), [data-move].htmx-request"));
    here = { card, over: carried?.over?.id ?? "", moves, chosen: selected() };
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const status = document.getElementById("status");
    if (status?.dataset.at) status.textContent = `Saved ${new Date(status.dataset.at).toLocaleTimeString("en-GB")}`;
    if (waiting.length && bar.contains(event.detail.elt)) answered(event.detail.successful);
  });
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
}
