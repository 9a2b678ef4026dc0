/* The messages of the conversation that is open. */

import { arrange, avatar, botAvatar, h, icon } from "./dom.js";
import { Surface } from "./blocks/surface.js";
import { mrkdwn } from "./blocks/mrkdwn.js";
import { messageMenu } from "./message_menu.js";
import { here, openChannel } from "./store.js";
import { clockTime, dayKey, dayName } from "./times.js";
import { markSeen } from "./unread.js";

const NEAR_THE_END = 80;

let shown = new Map();
let shownFor = null;
let seenTs = null;
let restsAtEnd = true;

/** Who reads the newest message goes on reading it when the room changes: a bar above is drawn, the composer grows. */
export function mountConversation() {
  const scroll = document.getElementById("scroll");
  let height = 0;
  scroll.addEventListener("scroll", () => {
    if (scroll.clientHeight === height) restsAtEnd = scroll.scrollHeight - scroll.scrollTop - height < NEAR_THE_END;
  });
  new ResizeObserver(() => {
    height = scroll.clientHeight;
    if (restsAtEnd) scroll.scrollTop = scroll.scrollHeight;
  }).observe(scroll);
}

class Shown {
  constructor(message, world) {
    const on = message.ephemeral ? "ephemeral" : message.channel === world.person.dm ? "dm" : "channel";
    this.surface = new Surface({ on, message_ts: message.ts, channel: message.channel }, { headingLevel: 3 });
    this.head = h("div", { class: "message-head" });
    this.body = h("div", { class: "message-body" });
    const author = world.people.find((person) => person.id === message.user);
    this.node = h(
      "article",
      {
        class: `message ${message.ephemeral ? "ephemeral" : ""} ${seenTs && message.ts > seenTs ? "arrived" : ""}`,
        "data-testid": message.ephemeral ? "ephemeral" : "message",
        "data-ts": message.ts,
        "aria-label": `${author?.name ?? world.bot.name}, ${clockTime(timeOf(message), world.person.tz)}`,
      },
      message.ephemeral ? h("p", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
      author ? avatar(author) : botAvatar(),
      h("div", {}, this.head, this.body),
      messageMenu(message, author?.name ?? world.bot.name),
    );
    this.author = author;
  }

  update(message, world) {
    const time = timeOf(message);
    this.head.replaceChildren(
      h("strong", {}, this.author?.name ?? world.bot.name),
      this.author ? "" : h("span", { class: "app-badge" }, "APP"),
      h("time", { datetime: time.toISOString() }, clockTime(time, world.person.tz)),
      message.edited ? h("span", { class: "edited" }, "(edited)") : "",
    );
    if (message.blocks.length > 0) {
      this.surface.update({ blocks: message.blocks, values: message.values, world });
      arrange(this.body, [this.surface.node]);
    } else {
      this.surface.world = world;
      this.body.replaceChildren(h("div", { class: "blocks" }, h("div", {}, mrkdwn(message.text, this.surface.textContext))));
    }
    for (const file of message.files) this.body.append(attached(file));
  }
}

/** A file that stands in the conversation, to be downloaded. */
function attached(file) {
  const address = `/slack/file?${new URLSearchParams({ id: file.id })}`;
  const size = file.size < 1000 ? `${file.size} bytes` : `${Math.round(file.size / 1000).toLocaleString("en")} kB`;
  return h(
    "a",
    { class: "file", href: address, download: file.name, "data-testid": "file" },
    h("strong", {}, file.title),
    h("span", {}, `${file.name} · ${size}`),
  );
}

function timeOf(message) {
  return new Date(Number(message.ts) * 1000);
}

function beginning(state) {
  const channel = openChannel();
  if (channel) {
    return h(
      "div",
      { class: "beginning" },
      h("h2", {}, `# ${channel.name}`),
      h("p", {}, "Slash commands work in channels too; only you see their answers."),
      h("p", {}, "Apps have shortcuts under ", h("strong", {}, "More actions"), " of each message."),
    );
  }
  return h(
    "div",
    { class: "beginning" },
    botAvatar(),
    h("h2", {}, state.bot.name),
    h("p", {}, "This conversation is just between you and the app. Try ", h("strong", {}, "/calendar connect"), "."),
  );
}

/** Draw the conversation; new messages come in at the end and are read out by the log's live region. */
export function drawConversation(state, world) {
  const scroll = document.getElementById("scroll");
  const channel = openChannel()?.id ?? state.me.dm;
  const conversation = `${state.me.id} ${channel}`;
  const isNew = conversation !== shownFor;
  if (isNew) {
    shown = new Map();
    shownFor = conversation;
    seenTs = null;
  }
  const atEnd = isNew || restsAtEnd;
  const before = shown;
  shown = new Map();
  const nodes = [];
  let day = null;
  for (const message of state.messages.filter((each) => each.channel === channel)) {
    const key = `${message.ephemeral} ${message.ts}`;
    const each = before.get(key) ?? new Shown(message, world);
    each.update(message, world);
    shown.set(key, each);
    const itsDay = dayKey(timeOf(message), world.person.tz);
    if (itsDay !== day) nodes.push(dayNode(itsDay, dayName(timeOf(message), world.now, world.person.tz)));
    day = itsDay;
    nodes.push(each.node);
  }
  const first = isNew || !scroll.firstChild ? beginning(state) : scroll.firstChild;
  arrange(scroll, [first, ...nodes]);
  const newest = state.messages.at(-1)?.ts ?? "0";
  if (seenTs === null || newest > seenTs) seenTs = newest;
  if (here.tab !== "messages") return;
  if (channel === state.me.dm) markSeen(state.me);
  if (!atEnd) return;
  restsAtEnd = true;
  scroll.scrollTop = scroll.scrollHeight;
}

const days = new Map();

function dayNode(key, name) {
  const node = days.get(key) ?? h("div", { class: "day" });
  days.set(key, node);
  if (node.textContent !== name) node.textContent = name;
  return node;
}
