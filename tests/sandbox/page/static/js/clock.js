/* The sandbox's clock: real time, and leaps forward. */

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { refresh } from "./store.js";
import { clockTime, shortDay } from "./times.js";
import { attempt } from "./toast.js";

let ahead = 0;
let timeZone = "UTC";
let face = null;
let day = null;

function show() {
  const now = new Date(Date.now() + ahead);
  face.textContent = clockTime(now, timeZone);
  day.textContent = shortDay(now, timeZone);
}

function leap(label, name, hours) {
  const pass = () => attempt(async () => {
    await post("/clock", { hours });
    await refresh();
  });
  return h(
    "button",
    { type: "button", class: "frame-button", "data-testid": `clock-${hours}h`, "aria-label": name, on: { click: pass } },
    label,
  );
}

export function mountClock() {
  face = h("span");
  day = h("small");
  document
    .getElementById("clock")
    .append(
      h("time", { "data-testid": "clock" }, face, day),
      leap("+1 h", "Let one hour pass", 1),
      leap("+1 day", "Let one day pass", 24),
    );
  setInterval(show, 5000);
}

export function drawClock(state) {
  ahead = new Date(state.now).getTime() - Date.now();
  timeZone = state.me.tz;
  show();
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
