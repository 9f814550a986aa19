// What failed is told where it would have stood, with a way to try again; what is already there stays.
const WORDS = {
  offline: ["No connection", "The portal can’t be reached. What you see is as it was."],
  slow: ["No answer yet", "The portal took too long. Nothing was changed."],
  403: ["Not for your role", "Your role doesn’t include this. An administrator can change that."],
  404: ["No longer there", "It was removed, or lies outside the territories you see."],
  login: ["You have been logged out", "Log in again in this window; you come back to this page."],
  broken: ["Something broke on our side", "It has been logged. Nothing was changed."],
};

function make(tag, values, ...children) {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...children);
  return element;
}

function noticeOf(kind, id, retry) {
  const [title, text] = WORDS[kind] ?? (kind >= 500 ? WORDS.broken : [WORDS.broken[0], "That request wasn’t understood. Reload the page."]);
  const words = make("div", {}, make("b", { textContent: title }), make("p", { textContent: text + (id && kind >= 500 ? ` Number ${id.slice(0, 8)}.` : "") }));
  const act = kind === "login"
    ? make("a", { className: "button", textContent: "Log in", href: `/login/?next=${encodeURIComponent(location.pathname + location.search)}` })
    : make("button", { className: "button", type: "button", textContent: "Try again" });
  if (kind !== "login") act.addEventListener("click", retry);
  const box = make("div", { className: `failed failed--${kind === 403 || kind === 404 ? "quiet" : "bad"}` }, words, ...(kind === 403 ? [] : [act]));
  box.setAttribute("role", "alert");
  return box;
}

function tell(event, kind) {
  const { target, requestConfig, xhr } = event.detail;
  if (requestConfig?.verb !== "get" || !target?.isConnected) return toast(kind);
  const box = noticeOf(kind, xhr?.getResponseHeader?.("X-Request-ID"), () => {
    box.remove();
    // What a form says is gathered anew from it, so that nothing is said twice.
    window.htmx.ajax("GET", requestConfig.path, { source: requestConfig.elt, target });
  });
  target.querySelector(":scope > .failed")?.remove();
  target.querySelector(":scope > .skeleton")?.replaceWith(box);
  if (!box.isConnected) target.prepend(box);
  const drawer = target.closest(".drawer");
  if (drawer && !drawer.matches(":popover-open")) {
    target.replaceChildren(box);
    drawer.showPopover();
  }
}

function toast(kind) {
  const [title, text] = WORDS[kind] ?? WORDS.broken;
  const box = make("div", { className: "toast toast--bad" }, make("p", {}, `${title}. ${text}`));
  box.dataset.toast = "";
  document.getElementById("toasts")?.append(box);
}

document.body.addEventListener("htmx:responseError", (event) => tell(event, event.detail.xhr.status));
document.body.addEventListener("htmx:sendError", (event) => tell(event, "offline"));
document.body.addEventListener("htmx:timeout", (event) => tell(event, "slow"));
// Behind an expired session every fragment turns out to be the login page.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/login/")) return;
  event.detail.shouldSwap = false;
  tell(event, "login");
});

// What takes longer than four seconds says so.
const waiting = new WeakMap();
document.body.addEventListener("htmx:beforeRequest", ({ detail: { target, xhr } }) =>
  waiting.set(xhr, setTimeout(() => target?.setAttribute("data-slow", ""), 4000)),
);
document.body.addEventListener("htmx:afterRequest", ({ detail: { target, xhr } }) => {
  clearTimeout(waiting.get(xhr));
  target?.removeAttribute("data-slow");
});
