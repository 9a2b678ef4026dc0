/* Slack's mrkdwn, as nodes. */

import { h } from "../dom.js";
import { slackDate } from "../times.js";
import { withEmoji } from "./emoji.js";

const ATOM = /```\n?([\s\S]+?)\n?```|`([^`\n]+)`|<([^<>\n]+)>/g;
const FORMAT = /(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?)(?<=\S)\1(?![\p{L}\p{N}])/u;
const TAGS = { "*": "strong", _: "em", "~": "s" };
const BARE_LINK = /https?:\/\/[^\s<>"'\uE000-\uF8FF]*[^\s<>"'.,;:!?)\uE000-\uF8FF]/;
const SAFE_LINK = /^(https?|mailto):/i;

export function unescapeEntities(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function link(url, label, context) {
  if (!SAFE_LINK.test(url)) return h("span", {}, label);
  const outside = { href: url, target: "_blank", rel: "noopener noreferrer" };
  return h("a", context.insideLabel ? {} : outside, label);
}

export function mention(userId, context) {
  const person = context.people.find((each) => each.id === userId);
  return h("span", { class: "mention" }, `@${person?.name ?? (userId === context.botId ? "Calendar Bot" : userId)}`);
}

function angled(inside, context) {
  const [target, label] = [inside.split("|", 1)[0], inside.includes("|") ? inside.slice(inside.indexOf("|") + 1) : null];
  if (target.startsWith("@")) return mention(target.slice(1), context);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    const text = Number.isFinite(Number(seconds))
      ? slackDate(Number(seconds), unescapeEntities(format ?? ""), context.now(), context.timeZone)
      : (label ?? "");
    return url ? link(unescapeEntities(url), text, context) : h("span", { title: label ?? "" }, text);
  }
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${target.slice(1).split("^")[0]}`);
  const url = unescapeEntities(target);
  return link(url, label === null ? url.replace(/^mailto:/, "") : withEmoji(unescapeEntities(label)), context);
}

function leaf(text, atoms, context) {
  const nodes = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (index > 0) nodes.push(h("br"));
    for (const piece of line.split(/([\uE000-\uF8FF])/)) {
      const atom = /^[\uE000-\uF8FF]$/.test(piece) ? atoms[piece.codePointAt(0) - 0xe000] : null;
      nodes.push(...(atom ? [atom] : autolinked(unescapeEntities(piece), context)));
    }
  }
  return nodes;
}

function autolinked(text, context) {
  const found = context.verbatim ? null : BARE_LINK.exec(text);
  if (!found) return text ? withEmoji(text) : [];
  const after = text.slice(found.index + found[0].length);
  return [...withEmoji(text.slice(0, found.index)), link(found[0], found[0], context), ...autolinked(after, context)];
}

function formatted(text, atoms, context) {
  const found = FORMAT.exec(text);
  if (!found) return leaf(text, atoms, context);
  return [
    ...leaf(text.slice(0, found.index), atoms, context),
    h(TAGS[found[1]], {}, formatted(found[2], atoms, context)),
    ...formatted(text.slice(found.index + found[0].length), atoms, context),
  ];
}

function quoted(text, atoms, context) {
  const nodes = [];
  let lines = [];
  let inQuote = false;
  const flush = () => {
    if (lines.length === 0) return;
    const content = formatted(lines.join("\n"), atoms, context);
    nodes.push(...(inQuote ? [h("blockquote", {}, content)] : content));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?/.exec(line);
    if (Boolean(quote) !== inQuote) {
      flush();
      inQuote = Boolean(quote);
    }
    lines.push(quote ? line.slice(quote[0].length) : line);
  }
  flush();
  return nodes;
}

/** The nodes of a mrkdwn text. Code and <…> are set aside first: nothing is formatted inside them. */
export function mrkdwn(text, context) {
  const atoms = [];
  const marked = text.replace(/[\uE000-\uF8FF]/g, "").replace(ATOM, (whole, block, code, inside) => {
    if (atoms.length > 6000) return whole;
    if (block !== undefined) atoms.push(h("pre", {}, unescapeEntities(block)));
    else if (code !== undefined) atoms.push(h("code", {}, unescapeEntities(code)));
    else atoms.push(angled(inside, context));
    return String.fromCodePoint(0xe000 + atoms.length - 1);
  });
  return quoted(marked, atoms, context);
}

/** The nodes of a text object, plain_text or mrkdwn. */
export function textObject(object, context) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, { ...context, verbatim: object.verbatim });
  const lines = object.text.split("\n");
  return lines.flatMap((line, index) => [...(index ? [h("br")] : []), ...(object.emoji === false ? [line] : withEmoji(line))]);
}
