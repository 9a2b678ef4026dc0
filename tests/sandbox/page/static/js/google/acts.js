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
  const text = `Every token of ${account.email} dies at once. The bot has to find out, unless it receives security events.`;
  if (await sure("Remove Calendar Bot’s access?", text, "Remove access")) await act("revoke", { account: account.email });
}

export async function expire(account) {
  const text = `Access of ${account.email} ends as if it had been given for a time. The bot is told nothing.`;
  if (await sure("End Calendar Bot’s access?", text, "End access")) await act("expire", { account: account.email });
}

export async function removePermission(account, { scope, says }) {
  const text = `${account.email} takes back: “${says}”. The other permissions stay.`;
  const which = { account: account.email, scope };
  if (await sure("Remove this permission?", text, "Remove")) await act("remove-permission", which);
}

export async function unshare(account, calendar) {
  const text = `The owner of “${calendar.summary}” no longer shares it with ${account.email}.`;
  const which = { account: account.email, calendar: calendar.id };
  if (await sure("Stop sharing?", text, "Stop sharing")) await act("unshare", which);
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
