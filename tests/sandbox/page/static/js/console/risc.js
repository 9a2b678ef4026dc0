/* Cross-Account Protection: security events that Google sends to the bot. */

import { h, icon, uniqueId } from "../dom.js";
import { clockTime } from "../times.js";
import { toast } from "../toast.js";
import { act } from "./console.js";

const REASONS = ["", "hijacking", "bulk-account"];
const ACCEPTED = 202;

// What was chosen survives a redraw.
const chosen = { event: "tokens-revoked", account: "", reason: "" };

function choice(label, name, options, onChange = () => {}) {
  const id = `risc-${name}`;
  const select = h(
    "select",
    { class: "field", id },
    options.map(([value, text]) => h("option", { value, selected: chosen[name] === value }, text)),
  );
  select.addEventListener("change", () => {
    chosen[name] = select.value;
    onChange();
  });
  return h("label", { for: id, "data-testid": id }, h("span", {}, label), select);
}

function form(seen) {
  if (!seen.accounts.includes(chosen.account)) chosen.account = seen.accounts[0] ?? "";
  const same = (values) => values.map((value) => [value, value]);
  const reason = choice("Reason", "reason", REASONS.map((each) => [each, each || "none given"]));
  const account = choice("About", "account", same(seen.accounts));
  const fit = () => {
    reason.hidden = chosen.event !== "account-disabled";
    account.hidden = chosen.event === "verification";
  };
  fit();
  return h(
    "form",
    {
      class: "form-grid",
      "data-testid": "risc-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          const reasonOf = chosen.event === "account-disabled" ? chosen.reason : "";
          act("risc", { event: chosen.event, account: chosen.account, reason: reasonOf }, ({ status }) => {
            if (status !== ACCEPTED) toast(status ? `The bot answered ${status}.` : "The bot did not answer.");
          });
        },
      },
    },
    choice("Event", "event", same(seen.events), fit),
    account,
    reason,
    h("button", { type: "submit", class: "button primary", id: "risc-send" }, icon("send"), "Send"),
  );
}

function sentRow(each, state) {
  const accepted = each.status === ACCEPTED;
  const answer = each.status ? `answered ${each.status}` : "no answer";
  return h(
    "li",
    { "data-testid": "risc-sent" },
    h("span", { class: `log-status ${accepted ? "good" : "bad"}` }, each.status || "–"),
    h("span", {}, each.event, each.account ? h("small", {}, each.account) : null),
    h(
      "small",
      {},
      h("span", { class: "hidden-visually" }, `${answer}, `),
      clockTime(new Date(each.at), state.me.tz),
      each.tries > 1 ? `, ${each.tries} tries` : "",
    ),
  );
}

export function riscCard(seen, state) {
  const { stream } = seen;
  const titleId = uniqueId("title");
  const told = stream
    ? [stream.status === "enabled" ? "Events go to " : "The stream is stopped; events would go to ", h("code", {}, stream.url)]
    : ["No receiver is registered. ", h("code", {}, "calendar-bot risc register"), " registers the bot."];
  return h(
    "section",
    { class: "card", "aria-labelledby": titleId },
    h("h2", { id: titleId }, "Cross-Account Protection"),
    h("p", { class: "card-note", "data-testid": "stream" }, told),
    stream?.status === "enabled" ? form(seen) : null,
    seen.sent.length ? h("ul", { class: "sent" }, seen.sent.map((each) => sentRow(each, state))) : null,
  );
}
