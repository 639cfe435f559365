/**
 * Send changes one after the other, each with its own idempotency key, and say at every moment how things stand.
 * A change whose answer was lost goes again with the same key, before anything newer.
 * Submitting is a change too; where it does not come about, what it held is saved all the same.
 */

import { keep, kept } from "./draft.js";

const WAITS = [2, 5, 15, 30, 60]; // seconds between tries
const CHANGED = "Not submitted yet, as it was changed after Submit. Submit it again when it is done.";

/** @typedef {import("./draft.js").Change} Change */

/**
 * @typedef {object} Hooks
 * @property {(state: "saved" | "saving" | "kept" | "error", words: string) => void} status
 * @property {(sentence: string) => void} refused
 * @property {(sentence: string, stands: {version: string, says: string}) => void} moved
 * @property {(url: string, said: {submitted?: number}) => void} submitted where to go, and how many are submitted now
 */

/** @param {Change} change */
export const isSubmit = (change) => change.fields.includes("action=submit");

export class Saver {
  #busy = false;
  #tries = 0;
  #timer = 0;
  #why = ""; // nothing was submitted though it was asked for

  /** @param {HTMLFormElement} form @param {Hooks} hooks */
  constructor(form, hooks) {
    this.url = form.getAttribute("action"); // form.action would be the buttons of that name
    this.token = form.elements.namedItem("csrfmiddlewaretoken").value;
    this.version = form.elements.namedItem("version").value;
    this.name = form.dataset.draft ?? "";
    this.hooks = hooks;
    /** @type {Change[]} */
    this.queue = kept(this.name);
    addEventListener("online", () => this.run());
  }

  get isIdle() {
    return this.queue.length === 0;
  }

  /** Take a change in; what was not sent yet gives way to it, a submission too. @param {string} fields */
  take(fields) {
    const before = this.queue.at(-1)?.version === null ? this.queue.pop() : null;
    const change = fresh(fields);
    if (isSubmit(change)) this.#why = "";
    else if (before && isSubmit(before)) this.#why = CHANGED;
    this.queue.push(change);
    this.#keep();
    return this.run();
  }

  /** Forget what waits. */
  drop() {
    this.queue = [];
    this.#keep();
  }

  /** Wait until all is sent, at most so many milliseconds. @param {number} most */
  async settled(most) {
    const end = Date.now() + most;
    while (!this.isIdle && Date.now() < end) await new Promise((done) => setTimeout(done, 30));
  }

  /** Send what waits, in order. */
  async run() {
    if (this.#busy || !this.queue.length) return;
    clearTimeout(this.#timer);
    this.#busy = true;
    this.hooks.status("saving", "Saving");
    try {
      while (this.queue.length && (await this.#send(this.queue[0])));
    } finally {
      this.#busy = false;
    }
  }

  /** Send one change. Says whether to go on. @param {Change} change */
  async #send(change) {
    change.version ??= this.version;
    this.#keep();
    let answer;
    try {
      answer = await fetch(this.url, {
        method: "POST", credentials: "same-origin", redirect: "manual", keepalive: change.fields.length < 50_000,
        headers: { "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true",
                   "X-CSRFToken": this.token, "Idempotency-Key": change.key },
        body: `${change.fields}&version=${encodeURIComponent(change.version)}`,
      });
    } catch {
      return this.#later();
    }
    if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) return this.#signedOut();
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return this.#later();
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("application/json");
    if (!answer.ok || !isJson) return this.#refused(answer, isJson);
    return this.#done(await answer.json());
  }

  /** @param {{version?: string, at?: string, next?: string, submitted?: number}} said */
  #done(said) {
    this.#tries = 0;
    this.queue.shift();
    this.#keep();
    this.version = said.version ?? this.version;
    if (said.next) this.hooks.submitted(said.next, said);
    else if (!this.queue.length) this.#saved(said.at);
    return true;
  }

  /** @param {string | undefined} at */
  #saved(at) {
    const why = this.#why;
    this.#why = "";
    this.hooks.status("saved", why ? "Saved, not submitted" : `Saved ${clock(at)}`);
    if (why) this.hooks.refused(why);
  }

  /** @param {Response} answer @param {boolean} isJson */
  async #refused(answer, isJson) {
    if (isJson) {
      const { sentence, stands } = await answer.json();
      this.hooks.status("error", "Not saved");
      this.hooks.moved(sentence, stands);
      return false;
    }
    const isPlain = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
    const sentence = isPlain ? await answer.text() : "The server could not take this. Reload the page and try again.";
    const change = this.queue.shift();
    if (isSubmit(change)) {
      if (!this.queue.length) this.queue.push(fresh(change.fields.replace("action=submit", "action=save")));
      this.#why = sentence;
      this.#keep();
      return true;
    }
    this.#why = "";
    if (this.queue.length) this.#keep(); // else the device keeps it, in case the page is left
    this.hooks.status("error", "Not saved");
    this.hooks.refused(sentence);
    return this.queue.length > 0;
  }

  #later() {
    const wait = WAITS[Math.min(this.#tries++, WAITS.length - 1)];
    this.#timer = setTimeout(() => this.run(), wait * 1000);
    this.#waiting("The server could not be reached. It is tried again by itself.");
    return false;
  }

  #signedOut() {
    this.#waiting("Your sign-in has ended. Reload this page and sign in: what you chose is sent then.");
    return false;
  }

  /** @param {string} sentence */
  #waiting(sentence) {
    if (this.#keep()) this.hooks.status("kept", "Not saved yet, kept on this device");
    else this.hooks.status("error", "Not saved yet: leave this page open");
    this.hooks.refused(this.#why ? `${this.#why} ${sentence}` : sentence);
  }

  #keep() {
    return keep(this.name, this.queue);
  }
}

/** @param {string | undefined} at */
function clock(at) {
  return new Date(at ?? Date.now()).toLocaleTimeString("en-GB");
}

/** @param {string} fields @returns {Change} */
function fresh(fields) {
  return { key: crypto.randomUUID?.() ?? randomKey(), fields, version: null };
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
