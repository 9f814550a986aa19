// Completes the figure one is writing in a question; without it the field takes the same text.
const SHOWN = 6;
const field = () => document.querySelector("[data-ask-input]");
const options = () => [...document.querySelectorAll("[data-ask-names] [data-name]")];
const fitting = () => options().filter((one) => !one.hidden);

function word(input) {
  const before = input.value.slice(0, input.selectionStart);
  return (before.match(/'/g) ?? []).length % 2 ? "" : (before.match(/[a-z][a-z0-9_]*$/i) ?? [""])[0];
}

function suggest(input) {
  const typed = word(input).toLowerCase();
  let left = typed.length > 1 ? SHOWN : 0;
  for (const one of options()) {
    const fits = left > 0 && one.dataset.name !== typed && `${one.dataset.name} ${one.textContent}`.toLowerCase().includes(typed);
    one.hidden = !fits;
    one.setAttribute("aria-selected", "false");
    if (fits) left -= 1;
  }
}

function take(option) {
  const input = field();
  const end = input.selectionStart;
  const start = end - word(input).length;
  input.setRangeText(`${option.dataset.name} `, start, end, "end");
  suggest(input);
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => event.target.matches("[data-ask-input]") && suggest(event.target));
document.addEventListener("click", (event) => {
  const option = event.target.closest("[data-ask-names] [data-name]");
  if (option) take(option);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-ask-input]") || !fitting().length) return;
  const shown = fitting();
  const at = shown.findIndex((one) => one.ariaSelected === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
    shown.forEach((one, place) => one.setAttribute("aria-selected", String(place === (at < 0 && event.key === "ArrowUp" ? shown.length - 1 : next))));
  } else if ((event.key === "Enter" && at >= 0) || (event.key === "Tab" && !event.shiftKey)) {
    take(shown[Math.max(at, 0)]);
  } else return;
  event.preventDefault();
});
