// Plotly is fetched only once a chart comes on screen; colours follow the theme.
let library;
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
const colour = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const fetchLibrary = (url) =>
  (library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: url, onload: () => resolve(window.Plotly), onerror: reject });
    document.head.append(script);
  }));

// A figure names colours by token ("var:accent"); they become what the theme says.
const dress = (part) => {
  if (typeof part === "string" && part.startsWith("var:")) return colour(part.slice(4));
  if (Array.isArray(part)) return part.map(dress);
  if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, dress(value)]));
  return part;
};

async function draw(box) {
  const plotly = await fetchLibrary(box.dataset.library);
  const figure = dress(JSON.parse(document.getElementById(box.dataset.figure).textContent));
  const axis = figure.layout.xaxis;
  const step = box.clientWidth < 520 ? 3 : 1; // on a phone every third label, rather than slanted ones
  if (axis?.ticktext) {
    axis.ticktext = axis.ticktext.filter((_, place) => place % step === 0);
    axis.tickvals = axis.tickvals.filter((_, place) => place % step === 0);
  }
  figure.layout.font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("muted") };
  await plotly.react(box, figure.data, figure.layout, { displayModeBar: false, responsive: true, staticPlot: reduced });
  box.dataset.drawn = "";
  box.removeAttribute("aria-busy");
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      draw(entry.target).catch(() => entry.target.closest("[data-chart]")?.querySelector("details")?.setAttribute("open", ""));
    }
}, { rootMargin: "120px" });
const look = (root) => root.querySelectorAll("[data-figure]").forEach((box) => seen.observe(box));
look(document);
document.body.addEventListener("htmx:afterSettle", (event) => look(event.target));
document.addEventListener("themechange", () => requestAnimationFrame(() => document.querySelectorAll("[data-drawn]").forEach(draw)));
