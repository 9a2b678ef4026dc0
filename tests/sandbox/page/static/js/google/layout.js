/* Where events lie in a day's column: side by side where they overlap. */

import { dayKey, minuteOfDay } from "../times.js";

const DAY = 24 * 60;
const SHORTEST = 20;

/** The part of a timed event that falls on `day`, in minutes, or null. */
export function partOn(event, day, timeZone) {
  const start = new Date(event.start);
  const end = new Date(event.end);
  const first = dayKey(start, timeZone);
  const last = dayKey(new Date(end.getTime() - 1), timeZone);
  if (day < first || day > last) return null;
  const from = day === first ? minuteOfDay(start, timeZone) : 0;
  const to = day === last ? minuteOfDay(end, timeZone) || DAY : DAY;
  return { event, from, to: Math.max(to, from + SHORTEST) };
}

/** Give every part its lane and the number of lanes of its cluster. */
export function lanes(parts) {
  const sorted = [...parts].sort((a, b) => a.from - b.from || b.to - a.to);
  let cluster = [];
  let ends = [];
  const finish = () => {
    for (const part of cluster) part.of = ends.length;
    cluster = [];
    ends = [];
  };
  for (const part of sorted) {
    if (ends.length > 0 && ends.every((end) => end <= part.from)) finish();
    const free = ends.findIndex((end) => end <= part.from);
    part.lane = free < 0 ? ends.length : free;
    ends[part.lane] = part.to;
    cluster.push(part);
  }
  finish();
  return sorted;
}
