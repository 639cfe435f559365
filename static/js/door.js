/**
 * Whether the person of this page is signed in still. A page that stood open over a new sign-in has an old token, and
 * takes the new one.
 */

const PATIENCE = 30_000;
const KEYS = "/keys/"; // a small page for anybody who is signed in
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

// What htmx sends: a refusal says why, and the next try has the new token.
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => { isOld ||= [401, 403].includes(xhr.status); });
document.addEventListener("htmx:confirm", (event) => {
  if (!isOld || event.detail.verb === "get") return;
  event.preventDefault();
  renew().catch(() => null).then(() => event.detail.issueRequest(true));
});
