/* What a person does at Google. */

import { post } from "../api.js";
import { sure } from "../blocks/confirm.js";
import { current, refresh } from "../store.js";
import { attempt } from "../toast.js";

export function act(path, body) {
  return attempt(async () => {
    try {
      await post(`/google/${path}`, { person: current().me.id, ...body });
    } finally {
      await refresh();
    }
  });
}

export async function revoke(account) {
  const text = `Every token of ${account.email} dies at once. The bot is told nothing; it has to find out.`;
  if (await sure("Remove Calendar Bot’s access?", text, "Remove access")) await act("revoke", { account: account.email });
}

export async function deleteCalendar(account, calendar) {
  const text = `“${calendar.summary}” and all its events are gone for everybody who has it.`;
  const which = { account: account.email, calendar: calendar.id };
  if (await sure("Delete this calendar?", text, "Delete")) await act("delete-calendar", which);
}

export async function unsubscribe(account, calendar) {
  const text = `“${calendar.summary}” leaves the list of ${account.email}. Others keep it.`;
  const which = { account: account.email, calendar: calendar.id };
  if (await sure("Unsubscribe?", text, "Unsubscribe")) await act("unsubscribe", which);
}

export function changeRole(account, calendar, role) {
  return act("role", { account: account.email, calendar: calendar.id, role });
}
