/* The Google side: one account at a time, one calendar's week at a time. */

import { here } from "../store.js";
import { drawSide } from "./side.js";
import { drawWeek } from "./week.js";

/** The account and calendar that are open; the first ones until somebody picks. */
export function opened(state) {
  const account = state.accounts.find((each) => each.email === state.week?.account) ?? state.accounts[0];
  const calendar = account?.calendars.find((each) => each.id === state.week?.calendar) ?? null;
  return { account, calendar };
}

export function drawGoogle(state) {
  if (here.tab !== "google") return;
  const { account, calendar } = opened(state);
  drawSide(state, account, calendar);
  drawWeek(state, account, calendar);
}
