/**
 * What every page needs of script: the current place in the scrolling navigation, and words for screen readers.
 * A reply may carry `HX-Trigger: {"announce": "Saved."}` or `{"alert": "Not saved."}`.
 */

import { renew } from "./door.js";

/** @param {string} id @param {string} text */
function say(id, text) {
  const region = document.getElementById(id);
  if (!region) return;
  // In place: a new text node makes Chromium reckon the styles of the whole page anew.
  if (!(region.firstChild instanceof Text)) region.append("");
  const node = /** @type {Text} */ (region.firstChild);
  node.data = "\u00a0";
  requestAnimationFrame(() => { node.data = text; });
}

/** Tell a screen reader when it is free. @param {string} text */
export const announce = (text) => say("announce", text);

/** Tell a screen reader at once. @param {string} text */
export const alertNow = (text) => say("alert", text);

document.addEventListener("announce", (event) => announce(event.detail.value));
document.addEventListener("alert", (event) => alertNow(event.detail.value));
document.addEventListener("htmx:sendError", () => alertNow("The server could not be reached. Try again."));

// A second click on a form that is on its way would show the refusal of the second instead of the answer to the first.
// On the window: every script that sends a form by itself has said so by then.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What this person did without a connection is sent from whatever page comes first, and not lost at sign-out unasked.
const me = document.body.dataset.user;
const queue = me ? import("../open_coding/queue.js").catch(() => null) : null;
queue?.then(async (found) => (await found?.all(me))?.length && import("../open_coding/saving.js"));
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!queue || !(form instanceof HTMLFormElement) || !form.getAttribute("action")?.endsWith("/sign-out/")) return;
  event.preventDefault();
  const found = await queue;
  const left = (await found?.all(me))?.length;
  const written = (await found?.drafts(me)) || isWriting();
  const [are, them] = left === 1 ? ["is", "it"] : ["are", "them"];
  const waits = left ? `${left} of your changes ${are} on this device only and not saved yet. ` : "";
  const drafts = written ? "What you were writing is on this device only. " : "";
  if ((left || written) && !confirm(`${waits}${drafts}Signing out throws ${left && !written ? them : "it"} away. Sign out?`)) return;
  const next = await signedOut(form).catch(() => "");
  if (!next) return alert("You are still signed in, as the server could not be reached or did not let you out. Nothing was thrown away. Try again later.");
  await found?.clear(me);
  document.body.dataset.leaves = ""; // who was asked is asked no second time
  location.assign(next);
});

const isWriting = () => [...document.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);

/** End the session, and say where to go then; nothing is thrown away before that. @param {HTMLFormElement} form */
async function signedOut(form) {
  const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form))) });
  const first = await send();
  const answer = first.status === 403 && !(await renew()) ? await send() : first;
  return answer.ok && answer.redirected ? answer.url : "";
}

const current = document.querySelector(".site-nav [aria-current]");
const strip = current?.closest("ul");
if (strip) strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - strip.clientWidth / 3;
