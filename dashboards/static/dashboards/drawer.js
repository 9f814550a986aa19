// A value's lineage opens beside it; Escape closes it and gives the focus back.
const drawer = document.getElementById("drawer");
let opener;

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "drawer-body") opener = event.detail.elt;
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "drawer-body") return;
  if (!drawer.matches(":popover-open")) drawer.showPopover();
  const heading = drawer.querySelector("h2");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
  document.querySelectorAll("[data-open-value]").forEach((item) => delete item.dataset.openValue);
  if (opener) opener.dataset.openValue = "";
});
drawer?.addEventListener("toggle", (event) => {
  if (event.newState !== "closed") return;
  opener?.removeAttribute("data-open-value");
  if (drawer.contains(document.activeElement) || document.activeElement === document.body) opener?.focus();
});
