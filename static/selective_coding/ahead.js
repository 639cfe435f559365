/**
 * The page of the next incident, fetched while this one is being judged, so that going on does not wait for it.
 * It is kept in this tab's memory only (answers are `no-store`), and reading a page changes nothing on the server.
 */

const PARTS = ["main", ".footer-bar"];
const SCRIPTS = "script[src*=selective_coding]";
let next = { url: "", page: /** @type {Promise<Document | null>} */ (Promise.resolve(null)) };

/** Fetch what comes next as soon as there is nothing else to do. @param {string | undefined} url */
export function lookAhead(url) {
  if (!url || url === location.pathname || url === next.url) return;
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 300));
  next = { url, page: new Promise((done) => idle(() => done(fetched(url)))) };
}

/** @param {string} url @returns {Promise<Document | null>} */
async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return answer.text().then((text) => new DOMParser().parseFromString(text, "text/html"), () => null);
}

/** Give the page of an address if it was fetched, can still be worked on and belongs to the modules that run here. @param {string} url */
export async function ahead(url) {
  const page = next.url === url ? await next.page : null;
  const isOpen = page?.querySelector("#rating[data-may-rate]") && PARTS.every((part) => page.querySelector(part));
  const src = (from) => from.querySelector(SCRIPTS)?.getAttribute("src");
  return isOpen && src(page) === src(document) ? page : null;
}

/** Show that page in the place of this one, under its own address. @param {Document} page @param {string} url */
export function turnTo(page, url) {
  history.pushState(null, "", url);
  document.title = page.title;
  for (const part of PARTS) document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  document.querySelector("main").focus({ preventScroll: true });
  scrollTo(0, 0);
  next = { url: "", page: Promise.resolve(null) };
}

// Back and forward between incidents that were turned to ask the server, as between pages; a place in the page does not.
addEventListener("popstate", () => {
  if (document.getElementById("rating").getAttribute("action") !== location.pathname) location.reload();
});
