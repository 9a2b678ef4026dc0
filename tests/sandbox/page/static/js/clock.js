/* The sandbox's clock: real time, and leaps forward. A leap may take a while: the bot's jobs run on the way. */

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { current, refresh } from "./store.js";
import { clockTime, shortDay } from "./times.js";
import { attempt } from "./toast.js";

const LEAPS = [
  ["+10 m", "Let ten minutes pass", { minutes: 10 }, "clock-10m"],
  ["+1 h", "Let one hour pass", { hours: 1 }, "clock-1h"],
  ["+1 d", "Let one day pass", { hours: 24 }, "clock-24h"],
  ["+1 w", "Let one week pass", { hours: 168 }, "clock-168h"],
];
const LOOK_AGAIN = 400;

let ahead = 0;
let timeZone = "UTC";
let looking = null;
const parts = {};

function show() {
  const now = new Date(Date.now() + ahead);
  parts.face.textContent = clockTime(now, timeZone);
  parts.day.textContent = shortDay(now, timeZone);
}

function leap([label, name, by, testid]) {
  const pass = (event) => {
    if (event.currentTarget.getAttribute("aria-disabled") === "true") return;
    attempt(async () => {
      try {
        const passed = post("/clock", by);
        await refresh();
        await passed;
      } finally {
        await refresh();
      }
    });
  };
  return h(
    "button",
    { type: "button", class: "frame-button", "data-testid": testid, "aria-label": name, title: name, on: { click: pass } },
    label,
  );
}

export function mountClock() {
  parts.face = h("span");
  parts.day = h("small");
  parts.leaps = LEAPS.map(leap);
  parts.passing = h("span", { class: "passing", role: "status", "data-testid": "passing" });
  document
    .getElementById("clock")
    .append(parts.passing, h("time", { "data-testid": "clock" }, parts.face, parts.day), h("div", { class: "leaps" }, parts.leaps));
  setInterval(show, 5000);
}

export function drawClock(state) {
  ahead = new Date(state.now).getTime() - Date.now();
  timeZone = state.me.tz;
  show();
  drawPassing(state);
}

function drawPassing({ passing }) {
  for (const button of parts.leaps) button.setAttribute("aria-disabled", String(Boolean(passing)));
  clearTimeout(looking);
  // Nothing tells the page that the clock itself moved.
  if (passing) looking = setTimeout(() => current().passing && refresh(), LOOK_AGAIN);
  if (Boolean(passing) === parts.passing.childElementCount > 0) return;
  parts.passing.replaceChildren(
    ...(passing ? [h("span", { class: "spinner", "aria-hidden": "true" }), h("span", { class: "hidden-visually" }, "Time passes…")] : []),
  );
}

export function logButton(state) {
  const faults = state.fault_count;
  const node = document.getElementById("log-toggle");
  node.replaceChildren(
    icon("log"),
    h("span", { class: "words" }, "Log"),
    faults ? h("span", { class: "count" }, faults) : "",
  );
  node.setAttribute("aria-label", faults ? `Log ${faults}: faults of the bot` : "Log");
}
