/** Say how many paragraphs are without a code, as it changes; and ask before they are submitted so. */

const note = /** @type {HTMLElement} */ (document.getElementById("untouched"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("submit-form"));
const sure = /** @type {HTMLDialogElement} */ (document.getElementById("sure"));
const words = /** @type {HTMLElement} */ (document.getElementById("sure-words"));

const untouched = () => [...document.querySelectorAll("#text > [data-untouched]")];
const counted = (/** @type {number} */ count) => `${count} paragraph${count === 1 ? "" : "s"}`;

function tell() {
  const count = untouched().length;
  note.textContent = count ? `${counted(count)} without a code` : "";
}

form.addEventListener("submit", (event) => {
  const count = untouched().length;
  if (!count || sure.open) return;
  event.preventDefault();
  const all = document.querySelectorAll("#text > .para").length;
  words.textContent = count === all ? "Nothing is coded in it yet." : `${counted(count)} of ${all} ${count === 1 ? "is" : "are"} without a code. That can be right: not every paragraph says something.`;
  sure.showModal();
});

document.getElementById("sure-submit")?.addEventListener("click", () => form.requestSubmit());
document.getElementById("sure-stay")?.addEventListener("click", () => {
  sure.close();
  untouched()[0]?.scrollIntoView({ block: "center" });
  document.getElementById("text")?.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.code !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  if (event.target instanceof Element && event.target.closest("textarea, input")) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("loam:saved", tell);
