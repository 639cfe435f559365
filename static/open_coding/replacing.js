/** Put what the server answered in the place of what stands there, and lose no words over it. */

/** @typedef {import("./queue.js").Change} Change */

/** What a taken wording made the version of its thing: as the answer's form says, else the next. @param {Change} change @param {string} html */
export function versionAfter({ url, fields: { version } }, html) {
  if (!version) return "";
  const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
  return content.querySelector(`form[action="${url}"] input[name=version]`)?.getAttribute("value") ?? String(Number(version) + 1);
}

/** The focus goes on to the same segment, or to the text where it is gone. @param {Element} old @param {Element} element */
function replaceText(old, element) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const uid = active?.closest("[data-seg]")?.getAttribute("data-seg")?.split(" ")[0];
  old.replaceWith(element);
  const next = uid ? element.querySelector(`[tabindex][data-seg~="${uid}"]`) : null;
  const to = next ?? (active && document.getElementById("text"));
  if (to instanceof HTMLElement) to.focus({ preventScroll: true });
}

/**
 * Replace the element of the same id; what is being written in it, and the focus, stay where they are.
 * @param {Element} element @param {Change | null} own the change that it answers, if it was made on this page
 */
export function replace(element, own) {
  const old = document.getElementById(element.id);
  if (!old) return;
  if (!old.closest("#card")) return replaceText(old, element);
  const [active, hadFocus] = [document.activeElement, old.contains(document.activeElement)];
  const unkept = [...old.querySelectorAll("form")].filter((form) => written(form).length);
  const fields = unkept.flatMap(written);
  const places = unkept.map((form) => placeOf(form, element));
  if (own) unkept.forEach((form) => renewVersion(form, own, element.outerHTML));
  if (!places.every(Boolean)) return; // words that nobody has yet, and their form does not come again
  unkept.forEach((form, index) => carryOver(form, /** @type {Element} */ (places[index])));
  old.replaceWith(element);
  /** @type {any} */ (window).htmx?.process(element);
  for (const field of fields) field.dispatchEvent(new Event("input", { bubbles: true })); // a draft of this form now
  const next = active?.isConnected ? active : element.querySelector("[autofocus], a[href], summary, button");
  if (hadFocus && next instanceof HTMLElement) next.focus({ preventScroll: true });
}

/** The fields whose words nobody has yet. @param {Element} within */
const written = (within) => [...within.querySelectorAll("textarea")].filter((one) => one.value !== one.defaultValue);

/** Where a form that is being written in goes: into the same one in what came, else with its article. @param {HTMLFormElement} form @param {Element} element */
function placeOf(form, element) {
  const article = form.closest("article[id]");
  const same = [...element.querySelectorAll("form")].find((one) => one.getAttribute("action") === form.getAttribute("action"));
  return same ?? (article && element.querySelector(`#${CSS.escape(article.id)}`));
}

/** The words keep the version that they are of. @param {HTMLFormElement} form @param {Element} place */
function carryOver(form, place) {
  if (!(place instanceof HTMLFormElement)) return place.replaceWith(/** @type {Element} */ (form.closest("article[id]")));
  for (const field of [...written(form), ...form.querySelectorAll("input[name=version]")]) {
    const anew = place.querySelector(`[name="${field.name}"]`);
    if (anew) anew.replaceWith(Object.assign(field, { id: anew.id }));
  }
}

/** Words that go on where a wording was sent from here are of the version that it has made. @param {HTMLFormElement} form @param {Change} change @param {string} html */
function renewVersion(form, change, html) {
  const version = form.querySelector("input[name=version]");
  if (version && form.getAttribute("action") === change.url) version.value = versionAfter(change, html);
}
