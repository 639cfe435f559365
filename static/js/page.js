/**
 * What every page needs of script: the current place in the scrolling navigation, and words for screen readers.
 * A reply may carry `HX-Trigger: {"announce": "Saved."}` or `{"alert": "Not saved."}`.
 */

/** @param {string} id @param {string} text */
function say(id, text) {
  const region = document.getElementById(id);
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Tell a screen reader when it is free. @param {string} text */
export const announce = (text) => say("announce", text);

/** Tell a screen reader at once. @param {string} text */
export const alertNow = (text) => say("alert", text);

document.addEventListener("announce", (event) => announce(event.detail.value));
document.addEventListener("alert", (event) => alertNow(event.detail.value));
document.addEventListener("htmx:sendError", () => alertNow("The server could not be reached. Try again."));

const current = document.querySelector(".site-nav [aria-current]");
const strip = current?.closest("ul");
if (strip) strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - strip.clientWidth / 3;
