/* The log drawer: what went between Slack, the bot and Google, the newest first, and the bot's faults. */

import { h, icon } from "./dom.js";
import { here, go } from "./store.js";
import { clockTime } from "./times.js";

let shown = "";

function colour(status) {
  const word = String(status);
  if (/^(ok|2\d\d)$/.test(word)) return "good";
  return /^3\d\d$/.test(word) ? "odd" : "bad";
}

function row(entry, state) {
  const at = new Date(entry.at);
  return h(
    "li",
    { class: "log-entry", "data-testid": "log-entry" },
    h(
      "details",
      { "data-key": entry.key },
      h(
        "summary",
        {},
        h("span", { class: `log-status ${colour(entry.status)}` }, entry.status),
        h("span", { class: "log-what" }, entry.what),
        h("time", { datetime: entry.at }, clockTime(at, state.me.tz)),
        h("span", { class: "log-where" }, entry.where),
      ),
      h("pre", {}, entry.detail),
    ),
  );
}

function faults(list) {
  if (list.length === 0) return null;
  return h(
    "ul",
    { class: "log-faults", "data-testid": "faults", "aria-label": "Faults of the bot" },
    h("li", {}, h("strong", {}, "Faults of the bot")),
    list.map((fault) => h("li", { class: "field-error" }, icon("warning"), fault)),
  );
}

export function mountLog() {
  document.getElementById("log-toggle").addEventListener("click", () => go({ log: !here.log }, { remember: false }));
}

export function drawLog(state) {
  const drawer = document.getElementById("log");
  drawer.hidden = !here.log;
  document.getElementById("log-toggle").setAttribute("aria-expanded", String(here.log));
  if (!here.log || !state.log) return;
  const now = JSON.stringify([state.log, state.me.tz]);
  if (now === shown) return;
  shown = now;
  const opened = new Set([...drawer.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  const top = drawer.querySelector(".log-scroll")?.scrollTop ?? 0;
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close the log", on: { click: closeLog } },
    icon("close"),
  );
  const scroll = h(
    "div",
    { class: "log-scroll", tabindex: "0", role: "region", "aria-label": "Requests" },
    faults(state.log.faults),
    state.log.entries.length ? null : h("p", { class: "popup-note" }, "Nothing has happened yet."),
    h("ul", { class: "log-list" }, state.log.entries.map((entry) => row(entry, state))),
  );
  for (const details of scroll.querySelectorAll("details")) details.open = opened.has(details.dataset.key);
  drawer.replaceChildren(h("div", { class: "log-head" }, h("h2", {}, "Log"), close), scroll);
  scroll.scrollTop = top;
}

function closeLog() {
  go({ log: false }, { remember: false });
  document.getElementById("log-toggle").focus();
}
