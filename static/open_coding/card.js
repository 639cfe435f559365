/** A segment's card from what the page knows: it stands at once, also without a connection, until the server's is there. */

import { stretch } from "./changing.js";

const MOST = 240; // characters of a quote
const blank = /** @type {HTMLTemplateElement} */ (document.getElementById("blank-card"));
const [SEGMENT, CODE] = ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"];

/** The codes on a segment, by the names in the margin; of one coined just now the page knows no more. @param {string} uid */
function codesOf(uid) {
  const known = [...document.querySelectorAll("#codes li[data-uid]")].map((row) => row.dataset);
  return [...document.querySelectorAll(`#text .margin [data-go="${uid}"]`)].map((one) => {
    const [name, hue] = [one.textContent ?? "", one.closest("li")?.dataset.hue];
    return known.find((row) => row.name === name) ?? { name, hue, uid: "" };
  });
}

/** Write an element's ids anew. @param {Element} element @param {string} old @param {string} uid */
function rename(element, old, uid) {
  for (const one of [element, ...element.querySelectorAll("*")]) {
    for (const attribute of one.attributes) attribute.value = attribute.value.replaceAll(old, uid);
  }
}

/** @param {string} uid @returns {Element} */
export function cardOf(uid) {
  const card = /** @type {Element} */ (blank.content.firstElementChild?.cloneNode(true));
  const words = [...(stretch(uid)?.quote ?? "")];
  const quote = /** @type {Element} */ (card.querySelector("blockquote"));
  quote.textContent = words.length > MOST ? `${words.slice(0, MOST - 1).join("")}…` : words.join("");
  const model = /** @type {Element} */ (card.querySelector("li"));
  const rows = codesOf(uid).map((code) => {
    const row = /** @type {Element} */ (model.cloneNode(true));
    if (code.uid) rename(row, CODE, code.uid);
    else row.querySelector(".toolbar")?.remove();
    for (const one of row.querySelectorAll("span:not(:has(*))")) {
      one.textContent = (one.textContent ?? "").replace("…", code.name ?? "");
    }
    row.querySelector(".code-name")?.setAttribute("data-hue", code.hue ?? "");
    return row;
  });
  model.replaceWith(...rows);
  rename(card, SEGMENT, uid);
  return card;
}
