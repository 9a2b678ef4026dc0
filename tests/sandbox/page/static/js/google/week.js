/* A calendar's week as a grid, in the person's time zone. */

import { h, icon } from "../dom.js";
import { go, here } from "../store.js";
import { clockTime, dayKey, minuteOfDay, placeOf } from "../times.js";
import { addEvent, showEvent } from "./event_dialogs.js";
import { lanes, partOn } from "./layout.js";
import { roleOf, tintOf } from "./looks.js";

const DAY = 24 * 60;
const OPENS_AT_HOUR = 7.5;

const dateOf = (day) => new Date(`${day}T12:00:00Z`);
const words = (options) => (day) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(dateOf(day));
const weekday = words({ weekday: "short" });
const fullDay = words({ weekday: "long", day: "numeric", month: "long" });
const dayOfMonth = words({ day: "numeric" });
const month = words({ month: "long", year: "numeric" });

function head(state, account, calendar) {
  const { days } = state.week;
  const months = [...new Set([month(days[0]), month(days[6])])].join(" – ");
  const step = (weeks) => () => go({ weeks }, { remember: false });
  const may = ["owner", "writer"].includes(calendar.role);
  const arrow = (name, label, weeks) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, on: { click: step(weeks) } }, icon(name));
  return [
    h("h1", { id: "google-name" }, calendar.summary, h("small", {}, `${months} · ${roleOf(calendar)}`)),
    arrow("left", "The week before", here.weeks - 1),
    h("button", { type: "button", class: "button", on: { click: step(0) } }, "This week"),
    arrow("right", "The week after", here.weeks + 1),
    h(
      "button",
      {
        type: "button",
        class: "button primary",
        "data-testid": "add-event",
        disabled: !may,
        title: may ? null : "This role may not change events",
        on: { click: () => addEvent(state, account, calendar) },
      },
      icon("plus"),
      "Event",
    ),
  ];
}

function eventButton(event, state, account, calendar, { withTime, length = "" }) {
  const timeZone = state.me.tz;
  const at = (moment) => clockTime(new Date(moment), timeZone);
  const times = event.all_day ? "All day" : `${at(event.start)} – ${at(event.end)}`;
  const title = event.summary || (event.summary === null ? "Busy" : "(No title)");
  return h(
    "button",
    {
      type: "button",
      class: `event ${event.free ? "free" : ""} ${tintOf(account, calendar)} ${length}`,
      "data-testid": "event",
      "data-event-id": event.id,
      "aria-label": `${title}, ${times}${event.free ? ", free" : ""}`,
      on: { click: () => showEvent(event, { title, times }, account, calendar) },
    },
    h("b", {}, title),
    withTime ? h("span", {}, times) : null,
  );
}

function dayHead(day, today, allDay) {
  return h(
    "div",
    { class: `week-day ${day === today ? "today" : ""}` },
    h("abbr", { title: fullDay(day) }, weekday(day)),
    h("b", {}, dayOfMonth(day)),
    allDay,
  );
}

function dayColumn(day, state, account, calendar) {
  const timeZone = state.me.tz;
  const timed = state.week.events.filter((event) => !event.all_day);
  const parts = lanes(timed.map((event) => partOn(event, day, timeZone)).filter(Boolean));
  const column = h("div", { class: "day-column", role: "group", "aria-label": fullDay(day) });
  for (const { event, from, to, lane, of } of parts) {
    const minutes = to - from;
    const length = minutes < 30 ? "brief" : minutes <= 60 ? "short" : "";
    const node = eventButton(event, state, account, calendar, { withTime: minutes >= 40 && of < 3, length });
    Object.assign(node.style, {
      top: `${(from / DAY) * 100}%`,
      height: `calc(${((to - from) / DAY) * 100}% - 2px)`,
      left: `calc(${(lane / of) * 100}% + 2px)`,
      width: `calc(${100 / of}% - 5px)`,
    });
    column.append(node);
  }
  const now = new Date(state.now);
  if (day === dayKey(now, timeZone)) {
    const line = h("div", { class: "now" });
    line.style.top = `${(minuteOfDay(now, timeZone) / DAY) * 100}%`;
    column.append(line);
  }
  return column;
}

let drawn = null;

export function drawWeek(state, account, calendar) {
  const place = document.getElementById("week");
  if (!calendar || !state.week) {
    place.replaceChildren();
    drawn = null;
    return;
  }
  const now = JSON.stringify([state.week, calendar, state.me.id, state.now.slice(0, 15)]);
  if (now === drawn) return;
  drawn = now;
  const { days } = state.week;
  const today = dayKey(new Date(state.now), state.me.tz);
  const allDay = (day) =>
    state.week.events
      .filter((event) => event.all_day && event.start <= day && day < event.end)
      .map((event) => eventButton(event, state, account, calendar, { withTime: false }));
  const hours = Array.from({ length: 24 }, (_, hour) => h("li", {}, `${String(hour).padStart(2, "0")}:00`));
  const scroll = h(
    "div",
    { class: "week-scroll", tabindex: "0", role: "region", "aria-label": `Week of ${fullDay(days[0])}` },
    h(
      "div",
      { class: "week-days" },
      h("span", { class: "week-zone" }, placeOf(state.me.tz)),
      days.map((day) => dayHead(day, today, allDay(day))),
    ),
    h(
      "div",
      { class: "week-grid" },
      h("ul", { class: "hours", "aria-hidden": "true" }, hours),
      days.map((day) => dayColumn(day, state, account, calendar)),
    ),
  );
  const before = place.querySelector(".week-scroll")?.scrollTop;
  const focused = [...place.querySelectorAll("button")].indexOf(document.activeElement);
  place.replaceChildren(
    h("div", { class: "week-head" }, head(state, account, calendar)),
    scroll,
  );
  const hour = scroll.querySelector(".week-grid").clientHeight / 24;
  scroll.scrollTop = before ?? OPENS_AT_HOUR * hour;
  if (focused >= 0) [...place.querySelectorAll("button")][focused]?.focus({ preventScroll: true });
}
