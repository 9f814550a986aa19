// Theme and row height change at once; the server remembers them on the user.
const root = document.documentElement;
const dark = () =>
  root.dataset.theme === "dark" || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

function apply(name, value) {
  root.dataset[name] = value;
  for (const button of document.querySelectorAll(`[data-theme-form] .segment button[name="${name}"]`))
    button.setAttribute("aria-pressed", String(button.value === value));
  document.dispatchEvent(new CustomEvent("themechange"));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const value = "themeSwitch" in button.dataset ? (dark() ? "light" : "dark") : button.value;
  apply(button.name, value);
  const body = new FormData(form);
  body.set(button.name, value);
  fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));
