/** Send changes one after the other, each with its own key, and put what comes back in its place. */

import { announce } from "../js/page.js";

const TRIES = 4;
let queue = Promise.resolve();

/** @param {"saved" | "saving" | "kept" | "error"} state @param {string} words */
function say(state, words) {
  const status = document.getElementById("status");
  if (!status) return;
  status.dataset.state = state;
  status.textContent = words;
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Send a change; resolves when the server has answered for that very change. Rejects with the server's sentence.
 * @param {string} url @param {Record<string, string>} fields @param {string} words what to announce
 */
export function save(url, fields, words) {
  const key = newKey();
  const run = queue.then(() => attempt(url, fields, key, 1)).then(() => announce(words));
  queue = run.catch(() => undefined);
  return run;
}

/** @param {string} url @param {Record<string, string>} fields @param {string} key @param {number} tried */
async function attempt(url, fields, key, tried) {
  say("saving", "Saving");
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "HX-Request": "true", "Idempotency-Key": key, "X-CSRFToken": token() },
    });
  } catch {
    if (tried >= TRIES) {
      say("kept", "Not saved: no connection. Try again.");
      throw new Error("There is no connection. Your last change was not saved; try it again.");
    }
    say("kept", "Not saved yet, trying again");
    await new Promise((done) => setTimeout(done, 500 * 2 ** tried));
    return attempt(url, fields, key, tried + 1);
  }
  const text = await answer.text();
  if (!answer.ok || answer.redirected) {
    say("error", "Not saved");
    throw new Error(answer.ok ? "You were signed out. Sign in again in another tab, then repeat your last change." : sentence(text, answer));
  }
  put(text);
  say("saved", `Saved ${new Date().toLocaleTimeString([], { hour12: false })}`);
}

/** @param {string} text @param {Response} answer */
const sentence = (text, answer) => (answer.headers.get("Content-Type")?.startsWith("text/plain") ? text : `The server refused this (${answer.status}). Reload the page and try again.`);

/** Replace each element that came back by its id. @param {string} html */
function put(html) {
  const sent = document.createElement("template");
  sent.innerHTML = html;
  for (const element of sent.content.querySelectorAll("[id]")) {
    document.getElementById(element.id)?.replaceWith(element);
  }
  document.dispatchEvent(new CustomEvent("loam:saved", { detail: { segment: sent.content.getElementById("last-saved")?.dataset.segment } }));
}
