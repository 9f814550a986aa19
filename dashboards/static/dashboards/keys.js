// Single keys: pages by "g" and a letter, rows by j and k, everything else by the letter on its button.
// A person may press other keys than those shipped, or none at all.
import { open } from "./dialogs.js";

const { keys = "{}", singleKeys } = document.body.dataset;
const own = JSON.parse(keys); // key pressed -> key shipped
let going = 0;
// A field that has just been closed away may still have the focus for a moment: nobody types there.
const typing = (target) => target.closest?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]")?.getClientRects().length > 0;
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent);
export const current = () => {
  const focused = document.activeElement?.closest("[data-row]");
  return focused ?? document.querySelector("[data-row][data-at]");
};

function go(letter) {
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (link) location.href = link.href;
}

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next) return;
  all.forEach((row) => row.toggleAttribute("data-at", row === next));
  (next.querySelector("a") ?? next.querySelector("button"))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  document.dispatchEvent(new CustomEvent("rowmove", { detail: next }));
}

function press(key) {
  const scope = document.querySelector("[data-keyscope]");
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].findLast((item) => !item.disabled && item.getClientRects().length);
  if (!button || (scope && button.closest("[data-keyscope]") === scope && !scope.contains(document.activeElement) && document.activeElement !== document.body)) return false;
  if (button.matches("input:not([type=radio], [type=checkbox]), textarea")) button.focus();
  else button.click();
  return true;
}

// Keys of a list act on the row one stands on, or on the list.
const inRow = (selector) => () => current()?.querySelector(selector)?.click();
const listKeys = {
  j: () => move(1),
  k: () => move(-1),
  o: inRow("[data-peek]"),
  x: inRow("input[type=checkbox]"),
  X: () => document.dispatchEvent(new CustomEvent("tickrange", { detail: current() })),
  A: () => document.querySelector("[data-all]")?.click(),
  s: inRow("[data-snooze], [data-star]"),
  e: () => document.querySelector("[data-export]")?.click(),
};
const everywhere = {
  g: () => (going = Date.now()),
  "?": () => open(document.getElementById("keys")),
  "/": () => (document.querySelector("[data-filter]") ?? open(document.getElementById("palette")))?.focus(),
  "[": () => document.querySelector("[data-neighbour=previous]")?.click(),
  "]": () => document.querySelector("[data-neighbour=next]")?.click(),
};

function act(key) {
  if (key in everywhere) return everywhere[key](), true;
  if (press(key)) return true;
  if (key in listKeys && rows().length) return listKeys[key](), true;
  return false;
}

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open(document.getElementById("palette"));
  }
  if (singleKeys === "off" || event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = own[event.key] ?? event.key;
  if (Date.now() - going < 1200) {
    going = 0;
    return go(key);
  }
  if (key.length === 1 && act(key)) event.preventDefault();
});

if (!/Mac|iPhone|iPad/.test(navigator.platform))
  for (const key of document.querySelectorAll("kbd")) if (key.textContent === "⌘K") key.textContent = "Ctrl K";
