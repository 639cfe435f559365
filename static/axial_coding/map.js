/** Move and zoom the relation map by keys, buttons and mouse; without this module it stands whole and scrolls. */

const frame = document.getElementById("map-frame");
const svg = frame?.querySelector("svg");
const STEP = 0.15; // of what is in sight
const ZOOM = 1.25;
const LARGEST = 2; // times its own size
const READABLE = 0.75; // of its own size: a screen that shows all of it smaller begins with a part
const LOOSE = 4; // pixels by which a click may slip

let view = { x: 0, y: 0, width: 0, height: 0 };
let whole = view;

/** Give the view that shows all of the map, in the frame's own shape. */
function all() {
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const scale = Math.min(frame.clientWidth / width, frame.clientHeight / height, 1);
  const seen = { width: frame.clientWidth / scale, height: frame.clientHeight / scale };
  return { ...seen, x: (width - seen.width) / 2, y: (height - seen.height) / 2 };
}

/** Keep some of the map in sight. @param {number} at @param {number} seen @param {number} from @param {number} size */
const held = (at, seen, from, size) => Math.min(Math.max(at, from - seen / 2), from + size - seen / 2);

function show(next) {
  view = { ...next, x: held(next.x, next.width, whole.x, whole.width), y: held(next.y, next.height, whole.y, whole.height) };
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

const size = () => frame.clientWidth / view.width;

/** Make the map larger (above 1) or smaller around a point of the frame. */
function zoom(by, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
  const least = Math.min(frame.clientWidth / whole.width, 1);
  const to = Math.min(Math.max(size() * by, least), LARGEST);
  const [left, top] = [view.x + x / size(), view.y + y / size()];
  show({ width: frame.clientWidth / to, height: frame.clientHeight / to, x: left - x / to, y: top - y / to });
}

/** @param {number} x @param {number} y */
const middle = (x, y) => show({ ...view, x: x - view.width / 2, y: y - view.height / 2 });

const move = (x, y) => show({ ...view, x: view.x + x * STEP * view.width, y: view.y + y * STEP * view.height });

/** @param {string} key; says whether it is one of the map's. */
function act(key) {
  const acts = {
    ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0), ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1),
    "+": () => zoom(ZOOM), "=": () => zoom(ZOOM), "-": () => zoom(1 / ZOOM), "0": () => show(all()),
  };
  if (!Object.hasOwn(acts, key)) return false;
  acts[key]();
  if (!key.startsWith("Arrow")) tell(`The map is at ${Math.round(size() * 100)} percent.`);
  return true;
}

const tell = (value) => document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (act(event.key)) { event.preventDefault(); event.stopPropagation(); }
}

/** Bring what has the focus into sight. */
function onFocus(event) {
  const link = event.target.closest("a");
  if (!link || !link.matches(":focus-visible")) return;
  frame.scrollTo(0, 0);
  const box = link.getBBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const inside = x > view.x && x < view.x + view.width && y > view.y && y < view.y + view.height;
  if (!inside) middle(x, y);
}

let from = null;
let dragged = false;

function onDown(event) {
  if (event.button !== 0 || event.pointerType === "touch") return;
  from = { x: event.clientX, y: event.clientY, view };
  dragged = false;
}

function onMove(event) {
  if (!from) return;
  const [x, y] = [event.clientX - from.x, event.clientY - from.y];
  if (!dragged && Math.hypot(x, y) < LOOSE) return;
  dragged = true;
  frame.setPointerCapture(event.pointerId);
  show({ ...view, x: from.view.x - x / size(), y: from.view.y - y / size() });
}

function onWheel(event) {
  if (!event.ctrlKey && !event.metaKey) return; // else the page scrolls
  event.preventDefault();
  const box = frame.getBoundingClientRect();
  zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, event.clientX - box.x, event.clientY - box.y);
}

/** Begin with all of it, or where that is too small to read, with the box of most lines. */
function begin() {
  whole = { x: 0, y: 0, width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) };
  show(all());
  if (size() >= READABLE) return;
  zoom(READABLE / size());
  middle(Number(svg.dataset.x), Number(svg.dataset.y));
}

/** Keep size and middle when the frame takes another shape. @param {number} scale @param {typeof view} was */
function reshape(scale, was) {
  const [x, y] = [was.x + was.width / 2, was.y + was.height / 2];
  show({ width: frame.clientWidth / scale, height: frame.clientHeight / scale, x: 0, y: 0 });
  middle(x, y);
}

if (svg) {
  frame.dataset.live = "";
  document.querySelector(".map-tools").hidden = false;
  begin();
  frame.addEventListener("keydown", onKey);
  frame.addEventListener("focusin", onFocus);
  frame.addEventListener("pointerdown", onDown);
  frame.addEventListener("pointermove", onMove);
  frame.addEventListener("wheel", onWheel, { passive: false });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { from = null; });
  frame.addEventListener("click", (event) => { if (dragged) event.preventDefault(); dragged = false; }, true);
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  let shape = [frame.clientWidth, frame.clientHeight];
  new ResizeObserver(() => {
    const now = [frame.clientWidth, frame.clientHeight];
    if (now[0] && String(now) !== String(shape)) reshape(shape[0] / view.width, view);
    if (now[0]) shape = now;
  }).observe(frame);
  for (const button of document.querySelectorAll("[data-map]")) button.addEventListener("click", () => act(button.dataset.map));
}
