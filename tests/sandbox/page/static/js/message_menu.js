/* "More actions" of a message: the shortcuts that apps have there. Slack has none on what only one person sees. */

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { menuOf } from "./menu.js";
import { current, refresh } from "./store.js";
import { attempt } from "./toast.js";

/** Stands in the corner of the message, seen while somebody points at the message or is in it by keyboard. */
export function messageMenu(message, author) {
  const { shortcuts, bot } = current();
  if (message.ephemeral || shortcuts.length === 0) return null;
  const trigger = h("button", { type: "button", class: "icon-button", "data-testid": "more-actions" }, icon("more"));
  const entries = shortcuts.map((shortcut) => ({
    label: [shortcut.name, h("small", {}, bot.name)],
    pick: () => take(shortcut),
  }));
  function take(shortcut) {
    return attempt(async () => {
      try {
        const where = { channel: message.channel, message_ts: message.ts };
        await post("/slack/shortcut", { person: current().me.id, callback_id: shortcut.callback_id, ...where });
      } finally {
        await refresh();
      }
    });
  }
  return h("div", { class: "message-actions" }, trigger, menuOf(trigger, `More actions on the message of ${author}`, entries));
}
