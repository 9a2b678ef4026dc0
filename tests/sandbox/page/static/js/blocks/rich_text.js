/* rich_text blocks: what people type in Slack's composer, and what bots may send. */

import { h } from "../dom.js";
import { slackDate } from "../times.js";
import { withEmoji } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";

const STYLES = { code: "code", strike: "s", italic: "em", bold: "strong" };

function styled(nodes, style = {}) {
  let content = nodes;
  for (const [name, tag] of Object.entries(STYLES)) if (style[name]) content = [h(tag, {}, content)];
  return content;
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => [...(index ? [h("br")] : []), ...withEmoji(line)]);
}

const INLINE = {
  text: (element) => lines(element.text),
  link: (element, context) => [link(element.url, element.text ?? element.url, context)],
  user: (element, context) => [mention(element.user_id, context)],
  usergroup: (element) => [h("span", { class: "mention" }, `@${element.usergroup_id}`)],
  channel: (element) => [h("span", { class: "mention" }, `#${element.channel_id}`)],
  broadcast: (element) => [h("span", { class: "mention" }, `@${element.range}`)],
  emoji: (element) => withEmoji(`:${element.name}:`),
  color: (element) => [element.value],
  date: (element, context) => [slackDate(element.timestamp, element.format, context.now(), context.timeZone)],
};

function inline(elements, context) {
  return elements.flatMap((element) => {
    const draw = INLINE[element.type];
    return styled(draw ? draw(element, context) : [`[${element.type}]`], element.style);
  });
}

function list(element, context) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  const items = element.elements.map((item) => h("li", {}, inline(item.elements, context)));
  const made = h(tag, element.offset ? { start: element.offset + 1 } : {}, items);
  made.style.marginInlineStart = `${(element.indent ?? 0) * 24}px`;
  return made;
}

const PARTS = {
  rich_text_section: (element, context) => h("p", {}, inline(element.elements, context)),
  rich_text_list: list,
  rich_text_preformatted: (element, context) => h("pre", {}, inline(element.elements, context)),
  rich_text_quote: (element, context) => h("blockquote", {}, inline(element.elements, context)),
};

export function richText(block, context) {
  return block.elements.map((element) => PARTS[element.type]?.(element, context) ?? h("p", {}, `[${element.type}]`));
}
