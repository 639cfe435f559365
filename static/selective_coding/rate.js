/** Rating on a presence scale: keys choose categories, one of them is primary, or none applies. */

import { announce } from "../js/page.js";
import { begin, define, isElsewhere, nameOf, rows, save } from "./rate_page.js";

let none = /** @type {HTMLInputElement | null} */ (null);
const box = (row) => row.querySelector("[type=checkbox]");
const radio = (row) => row.querySelector("[type=radio]");
const chosen = () => rows.filter((row) => box(row).checked);
let setAside = /** @type {{rows: Element[], primary: Element | undefined}} */ ({ rows: [], primary: undefined });

/** Keep at most one primary among what is chosen, and "none applies" apart from it. */
function settle() {
  const rest = chosen();
  if (rest.length && none) none.checked = false;
  for (const row of rows) if (!box(row).checked) radio(row).checked = false;
  if (rest.length === 1) radio(rest[0]).checked = true;
}

/** @param {Element} row @param {boolean} asPrimary */
function choose(row, asPrimary) {
  box(row).checked = asPrimary || !box(row).checked;
  if (asPrimary) radio(row).checked = true;
  settle();
  define(row);
  row.scrollIntoView({ block: "nearest" });
  const state = !box(row).checked ? "taken back" : radio(row).checked ? "chosen, primary" : "chosen";
  announce(`${nameOf(row)}: ${state}`);
  save();
}

/** Take "none applies" or take it back, which brings back what it set aside. @param {boolean} applies */
function setNone(applies) {
  none.checked = applies;
  if (applies) {
    setAside = { rows: chosen(), primary: chosen().find((row) => radio(row).checked) };
    for (const row of rows) box(row).checked = radio(row).checked = false;
  } else {
    for (const row of setAside.rows) box(row).checked = true;
    if (setAside.primary) radio(setAside.primary).checked = true;
    setAside = { rows: [], primary: undefined };
  }
  settle();
  save();
}

function onChange(event) {
  if (event.target === none) setNone(none.checked);
  else { settle(); save(); }
}

function onKey(event) {
  if (isElsewhere(event)) return;
  const row = rows.find((one) => one.dataset.code === event.code);
  if (!row && event.code !== "KeyN") return;
  event.preventDefault();
  if (row) choose(row, event.shiftKey);
  else {
    setNone(!none.checked);
    announce(none.checked ? "None applies: chosen" : "None applies: taken back");
  }
}

function start() {
  none = /** @type {HTMLInputElement | null} */ (document.getElementById("none-applies"));
  setAside = { rows: [], primary: undefined };
}

/** Put a draft that was kept on this device back into the form. @param {URLSearchParams} data */
function restore(data) {
  for (const row of rows) {
    box(row).checked = data.getAll("category").includes(box(row).value);
    radio(row).checked = data.get("primary") === radio(row).value;
  }
  if (none) none.checked = data.has("none_applies");
}

begin({ change: onChange, key: onKey, restore, start, shown: () => rows.find((row) => radio(row).checked) ?? null });
