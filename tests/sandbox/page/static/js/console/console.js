/* At Google's console: what the operator of the bot, or Google itself, can break and mend. */

import { post } from "../api.js";
import { h, icon } from "../dom.js";
import { replaceKeepingFocus, segmented } from "../segmented.js";
import { here, refresh } from "../store.js";
import { attempt } from "../toast.js";
import { riscCard } from "./risc.js";

const SHARES = [["0", "None"], ["0.1", "10 %"], ["0.3", "30 %"], ["0.6", "60 %"]];

export function act(path, body, then = () => {}) {
  return attempt(async () => {
    try {
      then(await post(`/console/${path}`, body));
    } finally {
      await refresh();
    }
  });
}

function card(title, troubled, ...content) {
  return h("section", { class: `card ${troubled ? "troubled" : ""}` }, h("h2", {}, title), content);
}

function clientCard(seen) {
  return card(
    "The bot’s OAuth client",
    !seen.secret_works || seen.client !== "ok",
    h("p", { class: "card-note" }, h("code", {}, seen.client_id)),
    segmented({
      name: "secret",
      legend: "The secret that the bot knows",
      options: [["works", "Works"], ["rotated", "Was rotated"]],
      value: seen.secret_works ? "works" : "rotated",
      onChange: (value) => act("secret", { works: value === "works" }),
    }),
    segmented({
      name: "client",
      legend: "The client",
      options: [["ok", "Enabled"], ["disabled_client", "Disabled"], ["deleted_client", "Deleted"]],
      value: seen.client,
      onChange: (state) => act("client", { state }),
    }),
  );
}

function apiCard(seen) {
  return card(
    "Google Calendar API",
    seen.api !== "ok",
    segmented({
      name: "api",
      legend: "In the bot’s project it is",
      options: [["ok", "Enabled"], ["SERVICE_DISABLED", "Disabled"]],
      value: seen.api,
      onChange: (state) => act("api", { state }),
    }),
    h(
      "p",
      { class: "card-note" },
      `Calls today: ${seen.calls_today}. The busiest minute had ${seen.busiest_minute}; Google allows 10,000.`,
    ),
  );
}

function organizationsCard(seen) {
  return card(
    "Workspace administrators",
    seen.domains.some((each) => each.blocked),
    seen.domains.map(({ name, blocked }) =>
      segmented({
        name: `organization-${name}`,
        legend: `At ${name} Calendar Bot is`,
        options: [["allowed", "Allowed"], ["blocked", "Blocked"]],
        value: blocked ? "blocked" : "allowed",
        onChange: (value) => act("organization", { domain: name, blocked: value === "blocked" }),
      }),
    ),
  );
}

function outageCard(seen) {
  return card(
    "Trouble at Google",
    seen.share > 0,
    segmented({
      name: "share",
      legend: "Requests for tokens and calendars that fail",
      options: SHARES,
      value: String(seen.share),
      onChange: (share) => act("outage", { share: Number(share) }),
    }),
    h("p", { class: "card-note" }, "At random: an error 500 or 503, “too many requests”, or no answer at all."),
    seen.met ? h("p", { class: "card-note", "data-testid": "met" }, `${seen.met} failed so far.`) : null,
  );
}

let drawn = null;

export function drawConsole(state) {
  if (here.tab !== "console" || !state.console) return;
  const now = JSON.stringify([state.console, state.me.tz]);
  if (now === drawn) return;
  drawn = now;
  const seen = state.console;
  replaceKeepingFocus(document.getElementById("console"), [
    h(
      "header",
      { class: "console-head" },
      h("h1", { id: "console-name" }, icon("sliders"), "At Google’s console"),
      h("p", {}, "What goes wrong on Google’s side, for everybody at once. The bot has to find out."),
    ),
    h("div", { class: "cards" }, clientCard(seen), apiCard(seen), organizationsCard(seen), outageCard(seen), riscCard(seen, state)),
  ]);
}
