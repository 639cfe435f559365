/** Wire the workspace: selection by mouse, touch and keyboard; segments in focus; undo. */

import { announce } from "../js/page.js";
import { chosen, forget, move } from "./caret.js";
import { spanOf, wordsOf } from "./offsets.js";
import { close, isOpen, open } from "./panel.js";
import { save } from "./saving.js";

const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const card = /** @type {HTMLElement} */ (document.getElementById("card"));
const base = (text.dataset.code ?? "").replace(/segments\/$/, "");
let focused = "";

/** Open the panel at what the mouse or finger has selected. @param {boolean} focus */
function openAtSelection(focus) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  if (!wordsOf(range.startContainer) && !wordsOf(range.endContainer)) return;
  const span = spanOf(range.cloneRange());
  if (span) open(span, { focus });
}

text.addEventListener("pointerup", (event) => {
  if (event.pointerType === "mouse") setTimeout(() => openAtSelection(true));
});
let waiting = 0;
document.addEventListener("selectionchange", () => {
  if (!matchMedia("(pointer: coarse)").matches) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => openAtSelection(false), 500);
});
document.addEventListener("pointerdown", (event) => {
  if (event.target instanceof Element && !event.target.closest("#panel")) close();
});

/** Show one segment: its runs ringed, the rest receding, its card beside the text. @param {string} uid */
async function focusOn(uid) {
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
  if (!uid) return card.replaceChildren();
  const answer = await fetch(`${base}segments/${uid}/`, { headers: { "HX-Request": "true" } });
  if (answer.ok && focused === uid) card.innerHTML = await answer.text();
}

/** The whole stretch of a segment, from its runs. @param {string} uid */
function stretch(uid) {
  const runs = [...text.querySelectorAll(".seg")].filter((run) => run.dataset.seg.split(" ").includes(uid));
  if (!runs.length) return null;
  const range = document.createRange();
  range.setStartBefore(runs[0]);
  range.setEndAfter(runs.at(-1));
  return spanOf(range);
}

text.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !getSelection()?.isCollapsed) return;
  const go = event.target.closest("[data-go]");
  const run = event.target.closest(".seg");
  if (go instanceof HTMLElement) focusOn(go.dataset.go ?? "");
  else if (run instanceof HTMLElement) focusOn(run.dataset.top ?? "");
  else if (focused) focusOn("");
});

text.addEventListener("keydown", (event) => {
  if (isOpen() || !(event.target instanceof HTMLElement)) return;
  const onSegment = event.target.closest(".seg");
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) return;
  if (event.code === "Enter" || (event.code === "Space" && onSegment)) {
    if (event.target.closest("[data-go]")) return;
    event.preventDefault();
    if (onSegment instanceof HTMLElement && !chosen()) focusOn(onSegment.dataset.top ?? "");
    else openAtCaret(event.target);
  } else if (event.code === "Delete" || event.code === "Backspace") {
    const uid = onSegment instanceof HTMLElement ? onSegment.dataset.top : focused;
    if (uid) remove(uid);
  } else if (event.code === "Escape") {
    forget();
    focusOn("");
  } else if (event.code === "KeyV" && chosen() && text.dataset.singleKeys === "on" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openAtCaret(event.target);
  } else {
    const range = move(event);
    if (!range) return;
    event.preventDefault();
    announce(range.toString());
  }
});

/** @param {HTMLElement} from */
function openAtCaret(from) {
  const range = chosen();
  const span = range && spanOf(range);
  if (span) open(span, { from: from.isConnected ? from : text });
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

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("save" in form.dataset)) return;
  event.preventDefault();
  save(form.action, {}, form.querySelector("button")?.textContent ?? "Saved").catch(complain);
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-add]")) return;
  const span = stretch(focused);
  if (span) open(span);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (event.code === "KeyZ" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing) {
    event.preventDefault();
    save(`${base}undo/`, {}, "Undone.").catch(complain);
  } else if (event.key === "?" && !typing && text.dataset.singleKeys === "on") {
    const keys = document.getElementById("keys");
    if (keys instanceof HTMLDetailsElement) {
      keys.open = !keys.open;
      keys.querySelector("summary")?.focus();
    }
  } else if (event.code === "Escape" && isOpen()) close();
  else if ((event.code === "ArrowRight" || event.code === "ArrowLeft") && event.target === document.body) {
    const range = move(event);
    if (!range) return;
    event.preventDefault();
    text.focus({ preventScroll: true });
    announce(range.toString());
  }
});

document.addEventListener("loam:saved", async () => {
  forget();
  const codes = document.getElementById("codes");
  if (focused) focusOn(text.querySelector(`[data-seg~="${focused}"]`) ? focused : "");
  if (!codes) return;
  const answer = await fetch(codes.dataset.url ?? "", { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const sent = document.createElement("template");
  sent.innerHTML = await answer.text();
  document.getElementById("codes")?.replaceWith(sent.content);
});
