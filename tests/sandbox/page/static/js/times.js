/* Moments as people read them, in the time zone of whoever is at the browser. */

const LOCALE = "en-GB";

export function clockTime(moment, timeZone) {
  return new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone }).format(moment);
}

export function longDay(moment, timeZone) {
  return new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long", timeZone }).format(moment);
}

export function shortDay(moment, timeZone) {
  return new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short", timeZone }).format(moment);
}

/** "2026-11-22" in that zone: days compare as strings. */
export function dayKey(moment, timeZone) {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone }).format(moment);
}

/** Minutes since midnight in that zone. */
export function minuteOfDay(moment, timeZone) {
  const [hours, minutes] = clockTime(moment, timeZone).split(":").map(Number);
  return hours * 60 + minutes;
}

/** "Lisbon" of "Europe/Lisbon". */
export function placeOf(timeZone) {
  return timeZone.split("/").at(-1).replaceAll("_", " ");
}

export function dayName(moment, now, timeZone) {
  const day = dayKey(moment, timeZone);
  if (day === dayKey(now, timeZone)) return "Today";
  if (day === dayKey(new Date(now.getTime() - 86_400_000), timeZone)) return "Yesterday";
  return longDay(moment, timeZone);
}

/** Slack's <!date^…> tokens. */
export function slackDate(seconds, format, now, timeZone) {
  const moment = new Date(seconds * 1000);
  const inZone = (options) => new Intl.DateTimeFormat("en-US", { ...options, timeZone }).format(moment);
  const long = inZone({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const short = inZone({ year: "numeric", month: "short", day: "numeric" });
  const plain = inZone({ year: "numeric", month: "long", day: "numeric" });
  const tomorrow = dayKey(new Date(now.getTime() + 86_400_000), timeZone) === dayKey(moment, timeZone) ? "tomorrow" : null;
  const near = { Today: "today", Yesterday: "yesterday" }[dayName(moment, now, timeZone)] ?? tomorrow;
  const tokens = {
    date_num: dayKey(moment, timeZone),
    date: plain,
    date_short: short,
    date_long: long,
    date_pretty: near ?? plain,
    date_short_pretty: near ?? short,
    date_long_pretty: near ?? long,
    time: clockTime(moment, timeZone),
    time_secs: inZone({ timeStyle: "medium" }),
    ago: ago(moment, now),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => tokens[name] ?? token);
}

function ago(moment, now) {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(Math.round(seconds), "second");
}
