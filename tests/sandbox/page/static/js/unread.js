/* Which messages somebody has not seen yet; remembered in this browser only. */

const KEY = "sandbox_seen";

function marks() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
}

/** How many of the bot's messages came in since this person last looked. */
export function unreadOf(person) {
  const seen = marks()[person.id] ?? "0";
  return person.arrivals.filter((ts) => Number(ts) > Number(seen)).length;
}

export function markSeen(person) {
  const newest = person.arrivals.at(-1);
  if (!newest) return;
  sessionStorage.setItem(KEY, JSON.stringify({ ...marks(), [person.id]: newest }));
}
