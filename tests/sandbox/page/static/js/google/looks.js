/* How calendars are named and coloured. */

export const ROLES = {
  owner: "Owner",
  writer: "May change events",
  reader: "May see events",
  freeBusyReader: "May see free and busy",
};

export function roleOf(calendar) {
  return calendar.primary ? "Primary" : (ROLES[calendar.role] ?? calendar.role);
}

/** The colour of a calendar: by its place in the list, so that neighbours differ. */
export function tintOf(account, calendar) {
  return calendar.primary ? "tint-0" : `tint-${1 + (account.calendars.findIndex((each) => each.id === calendar.id) % 7)}`;
}
