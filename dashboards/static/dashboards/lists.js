// Lists: ticking rows, columns up and down, the panel beside, and the way from record to record.
const boxes = () => [...document.querySelectorAll("[data-walk] input[name=id]")];
let last; // the box ticked before, where a range starts

function told() {
  const ticked = boxes().filter((box) => box.checked).length;
  const everyone = document.querySelector("[data-all]");
  const label = document.querySelector("[data-ticked]");
  if (label) label.textContent = everyone?.checked ? "All" : String(ticked);
  const all = document.querySelector("[data-tick-all]");
  if (all) Object.assign(all, { checked: ticked > 0 && ticked === boxes().length, indeterminate: ticked > 0 && ticked < boxes().length });
}

function range(to, on = true) {
  const all = boxes();
  const [from, until] = [all.indexOf(last ?? to), all.indexOf(to)].sort((a, b) => a - b);
  all.slice(from, until + 1).forEach((box) => (box.checked = on));
  last = to;
  told();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-walk] input[name=id]");
  if (box) {
    if (event.shiftKey) range(box, box.checked);
    last = box;
    told();
  }
  if (event.target.closest("[data-tick-all]")) {
    boxes().forEach((one) => (one.checked = event.target.checked));
    told();
  }
  if (event.target.closest("[data-untick]")) {
    [...boxes(), document.querySelector("[data-all]")].forEach((one) => one && (one.checked = false));
    told();
  }
  const mover = event.target.closest("[data-columns] [name=move]");
  if (mover) {
    event.preventDefault();
    const item = mover.closest("li");
    if (mover.value.startsWith("up:")) item.previousElementSibling?.querySelector("[name=move]") && item.previousElementSibling.before(item);
    else item.nextElementSibling?.after(item);
    mover.focus();
    mover.closest("form").dispatchEvent(new Event("moved"));
  }
  const row = event.target.closest("[data-walk] [data-row]");
  if (row) remember();
});
document.addEventListener("change", (event) => event.target.matches("[data-all]") && told());
document.addEventListener("tickrange", (event) => {
  const box = event.detail?.querySelector("input[name=id]");
  if (box) range(box);
});

// While the panel beside the list is open it follows the row.
document.addEventListener("rowmove", (event) => {
  const drawer = document.getElementById("drawer");
  if (drawer?.matches(":popover-open") && drawer.querySelector(".peek")) event.detail.querySelector("[data-peek]")?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && boxes().some((box) => box.checked) && !document.querySelector(":popover-open, dialog[open]")) document.querySelector("[data-untick]")?.click();
});

// What lies outside the results follows their state.
const state = () => document.getElementById("results")?.dataset.state ?? "";
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "results") return;
  told();
  for (const link of document.querySelectorAll("[data-state-link]")) link.search = state();
});
document.addEventListener("submit", (event) => {
  const field = event.target.matches("[data-with-state]") && event.target.querySelector("[name=state]");
  if (field) field.value = state();
}, true);

// [ and ] walk through the list one came from; it is kept for this window only.
function remember() {
  const ids = [...document.querySelectorAll("[data-walk] [data-row]")].map((row) => row.dataset.id);
  sessionStorage.setItem("walk", JSON.stringify({ ids, list: location.pathname + location.search, next: document.querySelector(".more [rel=next]")?.getAttribute("href") }));
}

const neighbours = document.querySelector("[data-neighbours]");
const walk = JSON.parse(sessionStorage.getItem("walk") ?? "null");
const at = walk && neighbours ? walk.ids.indexOf(neighbours.dataset.neighbours) : -1;
if (at >= 0) {
  const rest = location.pathname.replace(/^\/customers\/\d+\//, "");
  const [previous, next] = ["previous", "next"].map((side) => neighbours.querySelector(`[data-neighbour=${side}]`));
  neighbours.querySelector("[data-place]").textContent = `${at + 1} of ${walk.ids.length}${walk.next ? "+" : ""}`;
  if (at > 0) previous.href = `/customers/${walk.ids[at - 1]}/${rest}`;
  if (at + 1 < walk.ids.length) next.href = `/customers/${walk.ids[at + 1]}/${rest}`;
  else if (walk.next) next.href = `/customers/${walk.next}`;
  neighbours.hidden = false;
}

// Tabs that don't fit are moved to the one shown, and fade where more follow.
function settleTabs() {
  for (const bar of document.querySelectorAll(".tabs")) {
    const current = bar.querySelector("[aria-current]");
    if (current) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
    const more = () => bar.classList.toggle("tabs--over", bar.scrollWidth - bar.clientWidth - bar.scrollLeft > 4);
    bar.addEventListener("scroll", more, { passive: true });
    more();
  }
}
settleTabs();
addEventListener("resize", settleTabs);
document.body.addEventListener("htmx:afterSettle", (event) => event.target.id === "results" && settleTabs());
