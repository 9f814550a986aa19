// Keeps the keys pressed while a page's modules are on their way, for portal.js to press again.
window.early = {
  pressed: [],
  keep: (event) => window.early.pressed.push(event),
};
addEventListener("keydown", window.early.keep);
