// Buttons and links that open or close a dialog.
export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const field = dialog.querySelector("input");
  field?.select();
  if (field?.getAttribute("hx-get")) window.htmx?.trigger(field, "search"); // shows the pages before anything is typed
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.open));
  }
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-close]")) event.target.closest("dialog, [popover]")?.[event.target.closest("dialog") ? "close" : "hidePopover"]();
  if (event.target.matches("dialog[open]")) event.target.close(); // a click on the backdrop
});
