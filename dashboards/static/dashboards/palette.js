// Results of the palette are chosen with arrows while the field keeps the focus.
const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input");
const hits = () => [...dialog.querySelectorAll(".hit")];

function choose(index) {
  const all = hits();
  all.forEach((hit, place) => hit.setAttribute("aria-selected", String(place === index)));
  if (all[index]) {
    field.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

field?.addEventListener("keydown", (event) => {
  const all = hits();
  const at = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose((at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length);
  } else if (event.key === "Enter" && all.length) {
    event.preventDefault();
    const url = all[Math.max(at, 0)].href;
    if (event.metaKey || event.ctrlKey) window.open(url, "_blank");
    else location.href = url;
  }
});
document.body.addEventListener("htmx:afterSwap", (event) => event.target.id === "palette-hits" && choose(0));
