/**
 * Pictures whose parts are links, by keyboard: one stop for Tab, arrows between the parts. Without this module each
 * part is a stop of its own.
 */

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

/** Where a part stands: pictures without columns have one. @param {SVGAElement} link @returns {string} */
const columnOf = (link) => link.dataset.bar ?? link.dataset.column ?? "";

/** The place of the first part of the same column. @param {SVGAElement[]} links @param {SVGAElement} like */
const firstLike = (links, like) => links.findIndex((one) => columnOf(one) === columnOf(like));

/** Where a key leads from here. @param {SVGAElement[]} links @param {number} at @param {string} key @returns {number} */
function next(links, at, key) {
  if (key === "Home") return 0;
  if (key === "End") return links.length - 1;
  const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const isAcross = key === "ArrowRight" || key === "ArrowLeft";
  if (!isAcross || links.every((one) => columnOf(one) === columnOf(links[0]))) {
    return Math.min(Math.max(at + step, 0), links.length - 1);
  }
  let other = at;
  while (links[other] && columnOf(links[other]) === columnOf(links[at])) other += step;
  return links[other] ? firstLike(links, links[other]) : at;
}

/** Make one part the stop for Tab. @param {SVGAElement[]} links @param {SVGAElement} chosen */
function settle(links, chosen) {
  for (const one of links) one.setAttribute("tabindex", one === chosen ? "0" : "-1");
}

for (const picture of document.querySelectorAll("[data-walk]")) {
  /** @type {SVGAElement[]} */
  const links = [...picture.querySelectorAll("a[href]")];
  settle(links, links[0]);
  // Chromium gives an SVG that listens for focus a stop of its own, so what is around it listens.
  const around = picture.parentElement;
  around.addEventListener("focusin", (event) => {
    const link = event.target.closest("svg a");
    if (link) settle(links, link);
  });
  around.addEventListener("keydown", (event) => {
    const link = event.target.closest("svg a");
    if (!link || !KEYS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    links[next(links, links.indexOf(link), event.key)]?.focus();
  });
}
