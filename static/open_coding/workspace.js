/** Wire the workspace: selection by mouse, touch and keyboard; segments in focus; undo. */

import { announce } from "../js/page.js";
import { does } from "../js/keys.js";
import { close as putAway, isWritten, refuse, show } from "./beside.js";
import { cardOf } from "./card.js";
import { chosen, forget, move, redraw } from "./caret.js";
import { stretch } from "./changing.js";
import { drop } from "./drafts.js";
import "./judging.js";
import { spanOf } from "./offsets.js";
import { close, inVivo, isOpen, numbered, open } from "./panel.js";
import "./pointing.js";
import { save } from "./saving.js";

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const card = /** @type {HTMLElement} */ (document.getElementById("card"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
const REACHED = "a[href], button, select, summary, input:not([type=hidden])"; // of a card, by keyboard
let focused = "";

/** Ring the runs of one segment and let the rest recede. @param {string} uid */
function ring(uid) {
  focused = uid;
  const runs = [...text.querySelectorAll(".seg")];
  const own = runs.filter((run) => run.dataset.seg.split(" ").includes(uid));
  for (const run of runs) {
    run.classList.toggle("is-focused", own.includes(run));
    run.classList.toggle("is-start", run === own[0]);
    run.classList.toggle("is-end", run === own.at(-1));
  }
  for (const name of text.querySelectorAll(".margin li")) name.classList.toggle("is-focused", name.querySelector("[data-go]")?.dataset.go === uid);
  text.classList.toggle("has-focus", Boolean(uid));
}

/** Show one segment: ringed in the text, and its card beside it. @param {string} uid */
async function focusOn(uid) {
  ring(uid);
  if (isWritten()) return uid ? refuse() : undefined;
  if (!uid) return card.replaceChildren();
  const shows = () => card.querySelector("[data-segment]")?.getAttribute("data-segment") === uid;
  if (!shows()) {
    card.replaceChildren(cardOf(uid));
    raise(text.querySelector(".seg.is-start"));
  }
  const answer = await fetch(`${base}segments/${uid}/`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // what the page itself knows of it stands there
  const html = await answer.text();
  if (focused !== uid || !shows()) return; // a memo or a comparison has taken its place
  const active = card.contains(document.activeElement) ? purpose(/** @type {Element} */ (document.activeElement)) : null;
  card.innerHTML = html;
  document.dispatchEvent(new CustomEvent("loam:card"));
  if (active !== null) ([...card.querySelectorAll(REACHED)].find((one) => purpose(one) === active) ?? card).focus({ preventScroll: true });
}

document.addEventListener("loam:close", () => {
  focusOn("");
  putAway();
});

/** On a small screen the card stands over the lower half: bring the segment above it. @param {Element | undefined} run */
function raise(run) {
  const top = run?.getBoundingClientRect().top ?? 0;
  if (run && matchMedia("(width < 60rem)").matches && top > innerHeight * 0.4) scrollBy({ top: top - innerHeight * 0.2, behavior: "instant" });
}

/** What a control of a card is for, so that the focus never comes to stand on something else. @param {Element} control */
const purpose = (control) =>
  [control.tagName, control.closest("form")?.action ?? control.getAttribute("href"), ...Object.entries(/** @type {HTMLElement} */ (control).dataset).flat()].join(" ");

/** The segment that a run shows: the shortest there, named first. @param {HTMLElement} run */
const topOf = (run) => (run.dataset.seg ?? "").split(" ")[0];

text.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !getSelection()?.isCollapsed) return;
  const go = event.target.closest("[data-go]");
  const run = event.target.closest(".seg");
  if (go instanceof HTMLElement) focusOn(go.dataset.go ?? "");
  else if (run instanceof HTMLElement) focusOn(topOf(run));
  else if (focused) focusOn("");
});

text.addEventListener("keydown", (event) => {
  if (isOpen() || !(event.target instanceof HTMLElement)) return;
  const onSegment = event.target.closest(".seg");
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) return;
  if (event.code === "Enter" || (event.code === "Space" && onSegment)) {
    if (event.target.closest("[data-go]")) return;
    event.preventDefault();
    if (onSegment instanceof HTMLElement && !chosen()) focusOn(topOf(onSegment));
    else openAtCaret(event.target);
  } else if (event.code === "Delete" || event.code === "Backspace") {
    const uid = onSegment instanceof HTMLElement ? topOf(onSegment) : focused;
    if (uid) remove(uid);
  } else if (event.code === "Escape") {
    forget();
    focusOn("");
  } else if (chosen() && does(event, "in_vivo")) {
    event.preventDefault();
    applyWords();
  } else if (document.body.dataset.singleKeys === "on" && numbered(event)) {
    event.preventDefault();
    applyAgain(/** @type {DOMStringMap} */ (numbered(event)));
  } else {
    const words = move(event);
    if (words === null) return;
    event.preventDefault();
    announce(words);
  }
});

/** @param {HTMLElement} from */
function openAtCaret(from) {
  const range = chosen();
  const span = range && spanOf(range);
  if (span) open(span, { from: from.isConnected ? from : text });
}

/** Give a code that was used before to the chosen words, else to the segment in focus. @param {DOMStringMap} row */
function applyAgain(row) {
  const range = chosen();
  const span = (range && spanOf(range)) ?? (focused ? stretch(focused) : null);
  if (!span) return announce("Choose some words first.");
  const fields = { start: String(span.start), end: String(span.end), quote: span.quote, code: row.uid ?? "", segment: crypto.randomUUID() };
  save(text.dataset.code ?? "", fields, `Coded as ${row.name}: ${span.quote}`).catch(complain);
  forget();
}

/** Take the chosen words themselves as a code's name. */
function applyWords() {
  const range = chosen();
  const span = range && spanOf(range);
  if (!span) return;
  const name = inVivo(span.quote);
  const fields = { start: String(span.start), end: String(span.end), quote: span.quote, name, in_vivo: "1", segment: crypto.randomUUID() };
  save(text.dataset.code ?? "", fields, `Coded as ${name}: ${span.quote}`).catch(complain);
  forget();
}

/** @param {string} uid */
function remove(uid) {
  save(`${base}segments/${uid}/delete/`, {}, "Deleted the segment. Control Z brings it back.").then(() => text.focus(), complain);
}

/** @param {unknown} wrong */
function complain(wrong) {
  const alert = document.getElementById("alert");
  if (alert) alert.textContent = wrong instanceof Error ? wrong.message : String(wrong);
  const status = document.getElementById("status");
  if (status && wrong instanceof Error) status.textContent = wrong.message;
}

// Before htmx hears of it: whatever is done here goes into this device's line.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("save" in form.dataset)) return;
  event.preventDefault();
  event.stopPropagation();
  const texts = [...form.querySelectorAll("textarea")];
  const said = texts.filter((one) => one.value !== one.defaultValue).map((one) => one.value.trim()).filter(Boolean).join(" / ");
  const words = form.dataset.save ? [form.dataset.save, said].filter(Boolean).join(": ") : form.querySelector("button")?.textContent ?? "Saved";
  const compared = form.closest(".compared") ? card.dataset.url : "";
  save(form.action, fieldsOf(form), words).then(() => compared && show(compared), complain);
  if (texts.length) settleDown(form);
}, true);

/** What was written is in the line now: a new memo's form is free for the next, all else stands as it was worded. @param {HTMLFormElement} form */
function settleDown(form) {
  const isNew = !form.elements.namedItem("version") && form.classList.contains("memo-form");
  for (const field of form.querySelectorAll("textarea")) {
    if (isNew) field.value = field.defaultValue;
    else field.defaultValue = field.value;
  }
  drop(form);
}

/**
 * What a form says, several choices of one name as one text. Of a wording only the parts that were changed: the others
 * may be worded anew elsewhere by now.
 * @param {HTMLFormElement} form
 */
function fieldsOf(form) {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  const texts = [...form.querySelectorAll("textarea")];
  const same = texts.filter((one) => one.value === one.defaultValue);
  if ("parts" in form.dataset && same.length < texts.length) for (const { name } of same) data.delete(name);
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name).join(" ")]));
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-add]")) return;
  const span = stretch(focused);
  if (span) open(span);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  const isCommand = (event.ctrlKey || event.metaKey) && !typing;
  if (isCommand && ((event.code === "KeyZ" && event.shiftKey) || event.code === "KeyY")) {
    event.preventDefault();
    save(`${base}redo/`, {}, "Done again.").catch(complain);
  } else if (isCommand && event.code === "KeyZ") {
    event.preventDefault();
    save(`${base}undo/`, {}, "Undone.").catch(complain);
  } else if (event.code === "Escape" && isOpen()) close();
  else if ((event.code === "ArrowRight" || event.code === "ArrowLeft") && event.target === document.body) {
    const words = move(event);
    if (words === null) return;
    event.preventDefault();
    text.focus({ preventScroll: true });
    announce(words);
  }
});

document.addEventListener("loam:saved", async () => {
  if (!isOpen()) redraw();
  const codes = document.getElementById("codes");
  const still = focused && text.querySelector(`[data-seg~="${focused}"]`) ? focused : "";
  if (card.querySelector(".segment-card")) focusOn(still); // and not over a memo or a comparison
  else if (focused) ring(still);
  if (!codes) return;
  const answer = await fetch(codes.dataset.url ?? "", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const sent = document.createElement("template");
  sent.innerHTML = await answer.text();
  document.getElementById("codes")?.replaceWith(sent.content);
});

if (matchMedia("(width < 40rem)").matches) document.querySelector("#tour details")?.removeAttribute("open"); // the text first

// All of the text has its heights by then, so that places stay where they are while what is out of sight rests.
requestAnimationFrame(() => requestAnimationFrame(() => text.classList.add("is-laid")));
