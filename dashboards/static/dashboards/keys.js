// Single keys: pages by "g" and a letter, rows by j and k, cards by the letter on their buttons.
import { open } from "./dialogs.js";

let going = 0;
const typing = (target) => target.closest?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent);

function go(letter) {
  const link = document.querySelector(`[data-go="${letter}"]`);
  if (link) location.href = link.href;
}

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector("a, button")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const scope = document.querySelector("[data-keyscope]");
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].findLast((item) => !item.disabled && item.getClientRects().length);
  if (!button || (scope && button.closest("[data-keyscope]") === scope && !scope.contains(document.activeElement) && document.activeElement !== document.body)) return false;
  if (button.matches("input:not([type=radio]), textarea")) button.focus();
  else button.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const palette = (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";
  if (palette) {
    event.preventDefault();
    return open(document.getElementById("palette"));
  }
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() - going < 1200) {
    going = 0;
    return go(event.key);
  }
  const acts = {
    g: () => (going = Date.now()),
    "?": () => open(document.getElementById("keys")),
    "/": () => (document.querySelector("[data-filter]") ?? open(document.getElementById("palette")))?.focus(),
    j: () => move(1),
    k: () => move(-1),
  };
  if (event.key in acts && !(["j", "k"].includes(event.key) && !rows().length)) {
    event.preventDefault();
    acts[event.key]();
  } else if (event.key.length === 1 && press(event.key.toLowerCase())) event.preventDefault();
});

if (!/Mac|iPhone|iPad/.test(navigator.platform))
  for (const key of document.querySelectorAll("kbd")) if (key.textContent === "⌘K") key.textContent = "Ctrl K";
