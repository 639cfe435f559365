/**
 * The map by keyboard: one stop for Tab, arrows between its bands and names. Without this module each is a stop of its own.
 */

const picture = document.querySelector("[data-flow]");

/** Give what can be gone to: down the columns of bands first, then the names. @returns {SVGAElement[]} */
const all = () => [...picture.querySelectorAll("a[href]")];

/** Where a key leads from here. @param {SVGAElement[]} links @param {number} at @param {string} key @returns {number} */
function next(links, at, key) {
  if (key === "Home") return 0;
  if (key === "End") return links.length - 1;
  if (key === "ArrowDown") return Math.min(at + 1, links.length - 1);
  if (key === "ArrowUp") return Math.max(at - 1, 0);
  const column = columnOf(links[at]);
  const step = key === "ArrowRight" ? 1 : -1;
  for (let other = at; other >= 0 && other < links.length; other += step) {
    if (columnOf(links[other]) !== column) return firstOf(links, other);
  }
  return at;
}

/** @param {SVGAElement} link @returns {string} */
const columnOf = (link) => link.dataset.bar ?? link.dataset.column ?? "";

/** The first of the same column. @param {SVGAElement[]} links @param {number} at @returns {number} */
const firstOf = (links, at) => links.findIndex((one) => columnOf(one) === columnOf(links[at]));

/** Make one link the stop for Tab. @param {SVGAElement} link */
function settle(link) {
  for (const one of all()) one.setAttribute("tabindex", one === link ? "0" : "-1");
}

if (picture) {
  settle(all()[0]);
  picture.addEventListener("focusin", (event) => settle(event.target.closest("a")));
  picture.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const links = all();
    event.preventDefault();
    links[next(links, links.indexOf(event.target.closest("a")), event.key)]?.focus();
  });
}
