/* Emoji shortcodes. Those drawn in emoji.svg look the same on every machine; the rest use the system's font. */

import { emojiDrawing } from "../dom.js";

const DRAWN = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  calendar: "📅",
  lock: "🔒",
  unlock: "🔓",
  wave: "👋",
  hourglass: "⌛",
  key: "🔑",
  link: "🔗",
  bell: "🔔",
  mag: "🔍",
  tada: "🎉",
  bulb: "💡",
  information_source: "ℹ️",
  gear: "⚙️",
  arrows_counterclockwise: "🔄",
  eyes: "👀",
  no_entry: "⛔",
  red_circle: "🔴",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  white_circle: "⚪",
  bust_in_silhouette: "👤",
  busts_in_silhouette: "👥",
  wastebasket: "🗑️",
  pencil2: "📝",
  sparkles: "✨",
  clock3: "🕒",
  robot_face: "🤖",
  star: "⭐",
  email: "📧",
  shield: "🛡️",
  question: "❓",
  exclamation: "❗",
  electric_plug: "🔌",
  thumbsup: "👍",
  point_right: "👉",
  stop_sign: "🛑",
  rotating_light: "🚨",
  dart: "🎯",
  small_blue_diamond: "🔹",
  large_green_square: "🟩",
  large_yellow_square: "🟨",
  large_red_square: "🟥",
  large_blue_square: "🟦",
  large_purple_square: "🟪",
  large_brown_square: "🟫",
  white_large_square: "⬜",
  black_large_square: "⬛",
};

const SAME_DRAWING = {
  "+1": "thumbsup",
  date: "calendar",
  spiral_calendar_pad: "calendar",
  hourglass_flowing_sand: "hourglass",
  no_entry_sign: "no_entry",
  octagonal_sign: "stop_sign",
  heavy_exclamation_mark: "exclamation",
  memo: "pencil2",
  closed_lock_with_key: "lock",
  old_key: "key",
  envelope: "email",
  e_mail: "email",
  repeat: "arrows_counterclockwise",
  green_circle: "large_green_circle",
  yellow_circle: "large_yellow_circle",
  o: "white_circle",
  waving_hand: "wave",
  "e-mail": "email",
  mag_right: "mag",
  ballot_box_with_check: "white_check_mark",
};

const BY_FONT = {
  rocket: "🚀",
  house: "🏠",
  smile: "😄",
  slightly_smiling_face: "🙂",
  thinking_face: "🤔",
  pray: "🙏",
  heart: "❤️",
  fire: "🔥",
  coffee: "☕",
  zzz: "💤",
  door: "🚪",
  broom: "🧹",
  package: "📦",
  speech_balloon: "💬",
  arrow_right: "➡️",
  palm_tree: "🌴",
};

const bare = (character) => character.replaceAll("\uFE0F", "");
const NAMES = new Map([
  ...Object.entries(DRAWN).map(([name, character]) => [bare(character), name]),
  ["⏳", "hourglass"],
  ["🗓", "calendar"],
  ["✓", "heavy_check_mark"],
]);
const PATTERN = new RegExp(`:([a-z0-9_+'-]+):|(${[...NAMES.keys()].join("|")})\\uFE0F?`, "gu");

function node(name) {
  const drawn = DRAWN[name] ? name : SAME_DRAWING[name];
  if (drawn) return emojiDrawing(drawn);
  return BY_FONT[name] ? document.createTextNode(BY_FONT[name]) : null;
}

/** The text as nodes, its emoji drawn. Unknown shortcodes stay as they were typed, as in Slack. */
export function withEmoji(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(PATTERN)) {
    const emoji = node(found[1] ?? NAMES.get(found[2]));
    if (!emoji) continue;
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    nodes.push(emoji);
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** The text with emoji as characters, for places that hold text only: input values, labels. */
export function emojiAsText(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => DRAWN[name] ?? DRAWN[SAME_DRAWING[name]] ?? BY_FONT[name] ?? code);
}
