/* What Slack itself tells somebody, such as a command that failed; shown once, when it is new. */

import { toast } from "./toast.js";

const told = new Map();

export function tellNotices(state) {
  const before = told.get(state.me.id) ?? state.notices.length;
  told.set(state.me.id, state.notices.length);
  for (const notice of state.notices.slice(before)) toast(notice);
}
