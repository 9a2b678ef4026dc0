/* Accounts, the calendars of the one that is open, and what the app may do there. */

import { arrange, h } from "../dom.js";
import { go } from "../store.js";
import { access, administration } from "./access.js";
import { calendarMenu } from "./calendar_menu.js";
import { roleOf, tintOf } from "./looks.js";

const MANY = 12;

let filter = "";
let filteredFor = null;

function accountRow(account, isOpen) {
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "account",
        "aria-pressed": String(isOpen),
        "data-testid": `account-${account.email}`,
        on: { click: () => go({ account: account.email, calendar: null }, { remember: false }) },
      },
      h("span", { class: "avatar tiny hue-1", "aria-hidden": "true" }, account.name[0]),
      h("span", {}, account.email, h("small", {}, account.hd ? `Workspace ${account.hd}` : "Personal account")),
    ),
  );
}

function calendarRow(account, calendar, isOpen) {
  const pick = h(
    "button",
    {
      type: "button",
      class: "calendar-pick",
      "aria-pressed": String(isOpen),
      on: { click: () => go({ calendar: calendar.id }, { remember: false }) },
    },
    h("span", { class: `swatch ${tintOf(account, calendar)}`, "aria-hidden": "true" }),
    h("span", {}, calendar.summary, h("small", {}, roleOf(calendar))),
  );
  return h(
    "li",
    { class: "calendar", "data-testid": "calendar", "data-calendar-id": calendar.id },
    pick,
    calendar.primary ? null : calendarMenu(account, calendar),
  );
}

function calendarSection(account, opened) {
  const list = h("ul", { class: "calendars" });
  const rows = new Map(account.calendars.map((each) => [each, calendarRow(account, each, each.id === opened?.id)]));
  const show = () => {
    const wanted = filter.toLowerCase();
    arrange(list, [...rows].filter(([each]) => each.summary.toLowerCase().includes(wanted)).map(([, row]) => row));
  };
  const field = h("input", {
    type: "search",
    class: "field calendar-filter",
    placeholder: `Search ${account.calendars.length} calendars`,
    "aria-label": "Search calendars",
    "data-testid": "calendar-filter",
    on: {
      input: () => {
        filter = field.value;
        show();
      },
    },
  });
  field.value = filter;
  show();
  return [h("h3", {}, "Calendars"), account.calendars.length > MANY ? field : null, list];
}

let drawn = null;

export function drawSide(state, account, calendar) {
  const side = document.getElementById("google-side");
  if (!account) {
    side.replaceChildren(
      h("h1", { id: "google-name" }, "Google"),
      h("p", { class: "popup-note" }, `${state.me.name} has no Google account.`),
    );
    return;
  }
  if (filteredFor !== account.email) filter = "";
  filteredFor = account.email;
  const now = JSON.stringify([state.accounts, account.email, calendar?.id, state.me.tz]);
  if (now === drawn) return;
  drawn = now;
  const name = side.contains(document.activeElement) ? document.activeElement.id : "";
  const focused = [...side.querySelectorAll("button, input")].indexOf(document.activeElement);
  const top = side.scrollTop;
  side.replaceChildren(
    h("h2", {}, "Google accounts"),
    h("ul", { class: "accounts" }, state.accounts.map((each) => accountRow(each, each === account))),
    ...calendarSection(account, calendar).filter(Boolean),
    access(account, state.me.tz),
    administration(account),
  );
  side.scrollTop = top;
  if (name) document.getElementById(name)?.focus({ preventScroll: true });
  else if (focused >= 0) [...side.querySelectorAll("button, input")][focused]?.focus({ preventScroll: true });
}
