/**
 * Whether the person of this page is signed in still. A page that stood open over a new sign-in has an old token, and
 * takes the new one; words are not sent away by a form when nobody, or somebody else, is signed in.
 */

const PATIENCE = 30_000;
const KEYS = "/keys/"; // a small page for anybody who is signed in
const SENTENCES = /** @type {Record<string, string>} */ ({
  "signed out": "You were signed out, so this was not sent. What you wrote stands here still: sign in in another tab, then come back and send it again.",
  "somebody else": "Somebody else is signed in in this browser now, so this was not sent. What you wrote stands here still: sign in as yourself in another tab, then come back and send it again.",
  offline: "The server could not be reached, so this was not sent. What you wrote stands here still: send it again when there is a connection.",
});
const me = document.body.dataset.user ?? "";
let isOld = false;

export const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";

/**
 * Take the token of the present session, if it is the same person's; else say what hinders.
 * @returns {Promise<{why: "signed out" | "somebody else" | "server", way?: string} | null>}
 */
export async function renew() {
  const answer = await fetch(KEYS, { signal: AbortSignal.timeout(PATIENCE) });
  const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!body.dataset.user) return answer.redirected ? { why: "signed out", way: answer.url } : { why: "server" };
  if (body.dataset.user !== me) return { why: "somebody else" };
  document.body.setAttribute("hx-headers", body.getAttribute("hx-headers") ?? "{}");
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token();
  isOld = false;
  return null;
}

const SAY_IT_THEMSELVES = "[data-memos], .placing, .board, .sort-bar";

// What htmx sends: a refusal says why, and the next try has the new token.
document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
  isOld ||= [401, 403].includes(xhr.status);
  if (xhr.status === 401 && !elt.closest(SAY_IT_THEMSELVES)) sayAbove(xhr.responseText);
});
document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr } }) => {
  if (xhr.status < 400) document.querySelector("ul[data-door]")?.remove();
});

/** @param {string} sentence */
function sayAbove(sentence) {
  const list = document.querySelector("ul[data-door]") ?? Object.assign(document.createElement("ul"), { className: "notices" });
  list.setAttribute("data-door", "");
  list.setAttribute("role", "alert");
  list.replaceChildren(Object.assign(document.createElement("li"), { className: "notice error", textContent: sentence }));
  document.getElementById("main")?.prepend(list);
  list.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:confirm", (event) => {
  if (!isOld || event.detail.verb === "get") return;
  event.preventDefault();
  renew().catch(() => null).then(() => event.detail.issueRequest(true));
});

/** The fields of a form whose words would go with the page. @param {HTMLFormElement} form */
const words = (form) => [...form.elements].filter((one) => one instanceof HTMLTextAreaElement && one.value.trim());

/** @param {HTMLFormElement} form @param {string} sentence */
function say(form, sentence) {
  const line = document.querySelector("p[data-door]") ?? Object.assign(document.createElement("p"), { className: "notice error" });
  line.setAttribute("data-door", "");
  line.setAttribute("role", "alert");
  line.textContent = sentence;
  const last = /** @type {Element} */ (words(form).at(-1));
  (last.closest(".field") ?? last).after(line);
  line.scrollIntoView({ block: "nearest" });
}

// What a plain form sends: the browser would show the page of sign-in, and the words would be gone with this one.
let asked = /** @type {HTMLFormElement | null} */ (null);
window.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !me || !(form instanceof HTMLFormElement) || form === asked || !words(form).length) return;
  if (form.getAttribute("method") !== "post") return;
  event.preventDefault();
  const { why = "" } = (await renew().catch(() => ({ why: "offline" }))) ?? {};
  if (SENTENCES[why]) return say(form, SENTENCES[why]);
  document.querySelector("p[data-door]")?.remove();
  asked = form;
  form.requestSubmit(submitter);
  asked = null;
});
