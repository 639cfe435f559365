/**
 * Rating on a stance scale: each value is a row of three keys, −1, 0 and +1.
 * The keys 1, 2 and 3 say it of the value whose turn it is and go on to the next; up and down change whose turn it is.
 */

import { announce } from "../js/page.js";
import { begin, define, isElsewhere, nameOf, rows, save } from "./rate_page.js";

const STANCES = { Digit1: "-1", Digit2: "0", Digit3: "1" };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };
const SAID = { "-1": "goes against", 0: "not touched", 1: "promotes" };
let rest = /** @type {HTMLButtonElement | null} */ (null);
const keys = (row) => /** @type {HTMLInputElement[]} */ ([...row.querySelectorAll("[type=radio]")]);
const stance = (row) => keys(row).find((key) => key.checked);
const place = (row, value) => keys(row).find((key) => key.value === value);
let count = /** @type {HTMLElement | null} */ (null);
let turn = -1;

/** Say how many values have their stance. */
function tally() {
  const said = rows.filter(stance).length;
  if (count) count.textContent = `${said} of ${rows.length} values`;
  if (rest) rest.disabled = said === rows.length;
}

/** Give a value its turn: the focus goes to its stance, or to 0. @param {number} at */
function give(at) {
  turn = Math.max(0, Math.min(at, rows.length - 1));
  (stance(rows[turn]) ?? place(rows[turn], "0")).focus({ preventScroll: true });
  rows[turn].scrollIntoView({ block: "nearest" });
  define(rows[turn]);
}

/** @param {string} value */
function say(value) {
  if (turn < 0) turn = Math.max(0, rows.findIndex((row) => !stance(row)));
  const row = rows[turn];
  place(row, value).checked = true;
  tally();
  save();
  if (turn + 1 < rows.length) give(turn + 1);
  else give(turn);
  announce(`${nameOf(row)}: ${SAID[value]}.${row === rows[turn] ? "" : ` Next: ${nameOf(rows[turn])}`}`);
}

/** Say of all values that have no stance yet that the text does not touch them. */
function zeroRest() {
  const open = rows.filter((row) => !stance(row));
  for (const row of open) place(row, "0").checked = true;
  tally();
  if (open.length) save();
  announce(open.length ? `0 on ${open.length} more values` : "Every value has its stance");
}

function onKey(event) {
  if (isElsewhere(event)) return;
  if (STANCES[event.code]) say(STANCES[event.code]);
  else if (STEPS[event.code] && !event.shiftKey && event.target.closest?.(".rating-row")) give(turn + STEPS[event.code]);
  else if (event.code === "KeyN") zeroRest();
  else return;
  event.preventDefault();
}

/** @param {URLSearchParams} data */
function restore(data) {
  for (const row of rows) for (const key of keys(row)) key.checked = data.get(key.name) === key.value;
  tally();
}

function start() {
  rest = /** @type {HTMLButtonElement | null} */ (document.getElementById("rest-zero"));
  count = document.getElementById("stances-count");
  turn = -1;
  for (const [at, row] of rows.entries()) row.addEventListener("focusin", () => { turn = at; });
  rest?.addEventListener("click", zeroRest);
  tally();
}

begin({ change: () => { tally(); save(); }, key: onKey, restore, start, shown: () => rows.find((row) => Number(stance(row)?.value)) ?? null });
