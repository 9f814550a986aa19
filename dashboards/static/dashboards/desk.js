// The steward's card: fields by the arrows, values by digits, the result as it would stand, the next card at hand.
const work = () => document.querySelector("#work[data-card]");
const lines = () => [...(work()?.querySelectorAll("[data-compare] tr[data-field]") ?? [])].filter((line) => line.getClientRects().length);
const busy = (target) => target.closest?.("input:not([type=checkbox],[type=radio]), textarea, select") || document.querySelector("dialog[open]");
let ahead; // {id, html} of the card after this one

function keep(name, value) {
  const form = document.getElementById("decide");
  form.querySelector(`[name="take_${name}"], [name="type_${name}"]`)?.remove();
  if (!value) return;
  const input = Object.assign(document.createElement("input"), { type: "hidden", ...value });
  form.append(input);
}

function show(line, text, why, side) {
  const result = line.querySelector("[data-result]");
  if (!result) return;
  result.textContent = text || "—";
  line.querySelector("[data-why]").textContent = why;
  line.classList.toggle("chosen", why === "chosen by you");
  line.querySelectorAll(".pick").forEach((mark) => mark.classList.toggle("pick--on", mark.parentElement === side));
}

function take(line, place) {
  const side = line.querySelector(`[data-side="${place}"]`);
  if (!side?.dataset.text) return;
  keep(line.dataset.field, { name: `take_${line.dataset.field}`, value: side.dataset.record });
  show(line, side.dataset.text, "chosen by you", side);
}

function reset(line) {
  const result = line.querySelector("[data-result]");
  if (!result) return;
  keep(line.dataset.field);
  const winner = [...line.querySelectorAll("[data-side]")].find((side) => side.dataset.text === result.dataset.value);
  show(line, result.dataset.value, result.dataset.rule, winner);
}

function type(line) {
  const cell = line.querySelector("[data-result]");
  const field = Object.assign(document.createElement("input"), { className: "input", value: cell.textContent === "—" ? "" : cell.textContent });
  field.setAttribute("aria-label", `Value of ${line.querySelector("th").textContent.trim()}`);
  const done = (kept) => {
    field.remove();
    cell.hidden = false;
    if (kept && field.value.trim()) {
      keep(line.dataset.field, { name: `type_${line.dataset.field}`, value: field.value.trim() });
      show(line, field.value.trim(), "chosen by you");
    }
    line.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") (event.preventDefault(), done(true));
    if (event.key === "Escape") (event.stopPropagation(), done(false));
  });
  cell.hidden = true;
  cell.after(field);
  field.select();
}

function step(by) {
  const all = lines();
  const at = all.indexOf(document.activeElement.closest?.("tr[data-field]"));
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!work()?.querySelector("[data-result]") || busy(event.target)) return;
    if ((event.metaKey || event.ctrlKey) && event.key === "Enter") return document.getElementById("reason")?.focus();
    if (event.metaKey || event.ctrlKey || event.altKey || document.body.dataset.singleKeys === "off") return;
    const digit = /^Digit([0-5])$/.exec(event.code)?.[1];
    const line = document.activeElement.closest?.("tr[data-field]") ?? lines()[0];
    const acts = { ArrowDown: () => step(1), ArrowUp: () => step(-1), t: () => line && type(line) };
    const act = digit === "0" ? () => line && reset(line) : digit ? () => (event.shiftKey ? lines() : [line]).forEach((one) => one && take(one, digit)) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  },
  true,
);

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-compare] [data-side]");
  const line = cell?.closest("tr[data-field]");
  if (line?.querySelector(".pick") && work()?.querySelector("[data-result]")) take(line, cell.dataset.side);
  if (event.target.closest?.("[data-show-rest]")) {
    const rest = work().querySelector("[data-rest]");
    rest.hidden = !rest.hidden;
  }
});

// The next card is fetched while this one is read, and stands at once when this one is answered. What is answered and
// not yet arrived is still open to the server, so it is told to leave that out.
const underway = new Set();
async function fetchAhead() {
  const next = work()?.dataset.next;
  ahead = undefined;
  if (!next) return;
  const address = `${next}${next.includes("?") ? "&" : "?"}without=${[...underway]}`;
  const answer = await fetch(underway.size ? address : next, { headers: { "HX-Request": "true", "HX-Target": "work" } }).catch(() => undefined);
  if (answer?.status === 200 && work()?.dataset.next === next) ahead = { id: answer.headers.get("X-Task"), html: await answer.text() };
}

function put(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const card = holder.content.querySelector("#work");
  work().replaceWith(card);
  window.htmx.process(card);
  const heading = card.querySelector("[data-focus]");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
  document.getElementById("spoken").textContent = card.dataset.say;
  history.pushState(null, "", card.dataset.address);
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.detail.elt.matches?.("[data-decides]") || !ahead) return;
  const { xhr } = event.detail;
  const answered = { id: work().dataset.card, html: work().outerHTML };
  underway.add(answered.id);
  xhr.onload = null; // the answered card leaves the page, so htmx has nowhere to swap
  xhr.addEventListener("loadend", () => settle(event.detail, answered));
  put(ahead.html);
  fetchAhead();
});

// An answer that was refused or did not arrive leaves its card open: it stands there again, and says so.
function settle(detail, answered) {
  const { xhr } = detail;
  underway.delete(answered.id);
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const expired = new URL(xhr.responseURL || location.href).pathname.startsWith("/login/");
  if (xhr.status && xhr.status < 400 && !expired) return say(page.querySelector("[hx-swap-oob]"));
  put(xhr.status === 422 ? page.getElementById("work").outerHTML : answered.html);
  fetchAhead();
  if (xhr.status === 422) return;
  window.htmx.trigger(document.body, expired ? "htmx:beforeSwap" : xhr.status ? "htmx:responseError" : "htmx:sendError", detail);
}

function say(told) {
  const box = document.getElementById("toasts");
  if (!told || !box) return;
  box.innerHTML = told.innerHTML;
  window.htmx.process(box);
}

document.body.addEventListener("htmx:afterSettle", (event) => event.target.id === "work" && fetchAhead());
if (work()) fetchAhead();
