// Toasts leave by themselves after a while, later when they can be undone, never while looked at.
function watch(toast) {
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), toast.querySelector("form") ? 12000 : 6000));
  const stop = () => clearTimeout(timer);
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

const box = document.getElementById("toasts");
if (box) {
  box.querySelectorAll("[data-toast]").forEach(watch);
  new MutationObserver((changes) =>
    changes.forEach((change) => change.addedNodes.forEach((node) => node.matches?.("[data-toast]") && watch(node))),
  ).observe(box, { childList: true });
}
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());
