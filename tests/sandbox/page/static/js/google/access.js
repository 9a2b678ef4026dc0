/* What the app may do with an account, and what the account's owner and administrator can do about it. */

import { h, icon } from "../dom.js";
import { segmented } from "../segmented.js";
import { clockTime, shortDay } from "../times.js";
import { act, expire, removePermission, revoke } from "./acts.js";

const LIFETIMES = [["0", "For good"], ["2", "2 days"], ["7", "7 days"], ["30", "30 days"]];
const STATES = [
  ["ok", "Active"],
  ["not_a_calendar_user", "Active, without Calendar"],
  ["disabled", "Suspended"],
  ["deleted", "Deleted"],
];

function permission(account, { scope, says }) {
  return h(
    "li",
    {},
    h("span", {}, says),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "data-testid": "remove-permission",
        "aria-label": `Remove: ${says}`,
        title: "Remove this permission",
        on: { click: () => removePermission(account, { scope, says }) },
      },
      icon("close"),
    ),
  );
}

function granted(account, timeZone) {
  const ends = account.ends && new Date(account.ends);
  return [
    h("p", {}, h("strong", {}, "Calendar Bot"), " may:"),
    h("ul", {}, account.access.map((each) => permission(account, each))),
    ends ? h("p", { class: "notice" }, `Ends on ${shortDay(ends, timeZone)} at ${clockTime(ends, timeZone)}`) : null,
    account.session_ended ? h("p", { class: "notice", "data-testid": "session-ended" }, "The session has ended: no refresh.") : null,
    h(
      "div",
      { class: "access-buttons" },
      h("button", { type: "button", class: "button", "data-testid": "expire", on: { click: () => expire(account) } }, "Let it expire"),
      h("button", { type: "button", class: "button danger", "data-testid": "revoke", on: { click: () => revoke(account) } }, "Remove access"),
    ),
  ];
}

export function access(account, timeZone) {
  return h(
    "section",
    { class: "access", "data-testid": "access" },
    h("h3", {}, icon("shield"), "Third-party access"),
    account.access ? granted(account, timeZone) : h("p", {}, "Calendar Bot has no access to this account."),
    segmented({
      name: "lifetime",
      legend: "Access given from now on lasts",
      options: LIFETIMES,
      value: String(account.days),
      onChange: (days) => act("lifetime", { account: account.email, days: Number(days) }),
    }),
  );
}

function stateOf(account) {
  const select = h(
    "select",
    { class: "field", id: "account-state" },
    STATES.map(([value, label]) => h("option", { value, selected: account.state === value }, label)),
  );
  select.addEventListener("change", () => act("account-state", { account: account.email, state: select.value }));
  return h("label", { for: "account-state" }, h("span", {}, "The account is"), select);
}

/** What an administrator of the Workspace, or Google for a personal account, does to it. */
export function administration(account) {
  const policies = [
    segmented({
      name: "block",
      legend: "For this account Calendar Bot is",
      options: [["allowed", "Allowed"], ["blocked", "Blocked"]],
      value: account.blocked ? "blocked" : "allowed",
      onChange: (value) => act("block", { account: account.email, blocked: value === "blocked" }),
    }),
    account.access
      ? h(
          "button",
          {
            type: "button",
            class: "button",
            "data-testid": "end-session",
            on: { click: () => act("end-session", { account: account.email }) },
          },
          "End the session",
        )
      : null,
  ];
  return h(
    "section",
    { class: "access", "data-testid": "administration" },
    h("h3", {}, icon("sliders"), account.hd ? `Administrator of ${account.hd}` : "Google"),
    account.hd ? policies : null,
    stateOf(account),
  );
}
