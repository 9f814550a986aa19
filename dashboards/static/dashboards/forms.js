// Filters act as they change; results are spoken; swapped work takes the focus.
document.addEventListener("click", (event) => {
  const fill = event.target.closest("[data-fill]");
  if (!fill) return;
  document.getElementById("id_username").value = fill.dataset.fill;
  document.getElementById("id_password").focus();
});
document.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.requestSubmit());
document.body.addEventListener("htmx:afterSettle", (event) => {
  const spoken = event.target.querySelector?.("[data-say]") ?? (event.target.matches?.("[data-say]") ? event.target : null);
  const status = document.getElementById("spoken");
  if (spoken && status) status.textContent = spoken.dataset.say;
});
// With the swap and not once it has settled: by then somebody may already be typing into the new card.
document.body.addEventListener("htmx:afterSwap", (event) => {
  const focus = document.querySelector("#work[data-autofocus] h1, #work [data-focus]");
  if (focus && event.target.id === "work") {
    focus.setAttribute("tabindex", "-1");
    focus.focus({ preventScroll: false });
  }
});
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const name of [...event.detail.formData.keys()]) if (event.detail.formData.get(name) === "") event.detail.formData.delete(name); // clean addresses
});
const work = document.querySelector("#work [data-focus]");
if (work) {
  work.setAttribute("tabindex", "-1");
  work.focus({ preventScroll: true });
}
