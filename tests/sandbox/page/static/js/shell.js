/* The frame: people at the top, applications in the rail, conversations in the sidebar, tabs above a conversation. */

import { avatar, botAvatar, h, icon } from "./dom.js";
import { go, here, openChannel } from "./store.js";
import { clockTime, placeOf } from "./times.js";
import { unreadOf } from "./unread.js";

const byId = (id) => document.getElementById(id);

/** Draw into a place, giving the focus back to the control with the same data-testid. */
function redraw(where, nodes) {
  const focused = where.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  where.replaceChildren(...nodes);
  if (focused) where.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function personButton(person, state) {
  const unread = person.id === state.me.id ? 0 : unreadOf(person);
  const [first, ...rest] = person.name.split(" ");
  const time = clockTime(new Date(state.now), person.tz);
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "person",
        "data-testid": `person-${person.id}`,
        "aria-current": person.id === state.me.id ? "true" : null,
        title: `${person.name} · ${person.email} · ${person.tz}`,
        on: { click: () => go({ person: person.id }) },
      },
      avatar(person, "small"),
      h(
        "span",
        {},
        h("span", { class: "person-name" }, first, h("span", { class: "last" }, ` ${rest.join(" ")}`)),
        h(
          "span",
          { class: "person-facts" },
          person.roles.map((role) => h("span", { class: "role" }, role)),
          h("span", {}, placeOf(person.tz)),
          h("time", {}, time),
        ),
      ),
      unread > 0 ? h("span", { class: "dot" }, h("span", { class: "hidden-visually" }, `${unread} unread`)) : null,
    ),
  );
}

const inSlack = () => ["home", "messages"].includes(here.tab);

function railItem(tab, name, iconName, state) {
  const isHere = (inSlack() ? "slack" : here.tab) === tab;
  const dot = tab === "slack" && !isHere && unreadOf(state.me) > 0;
  return h(
    "button",
    {
      type: "button",
      class: "rail-item",
      "data-testid": `tab-${tab}`,
      "aria-current": isHere ? "page" : null,
      on: { click: () => go({ tab: tab === "slack" ? "messages" : tab }) },
    },
    h("span", { class: "rail-tile" }, icon(iconName), dot ? h("span", { class: "dot" }) : null),
    name,
  );
}

function placeButton(label, mark, { isHere, unread = 0, onClick, testid }) {
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: `place ${unread ? "unread" : ""}`,
        "aria-current": isHere ? "page" : null,
        "data-testid": testid,
        on: { click: onClick },
      },
      mark,
      label,
      unread ? h("span", { class: "count" }, unread, h("span", { class: "hidden-visually" }, " unread")) : null,
    ),
  );
}

function sidebar(state) {
  const { me } = state;
  const channels = state.channels.map((channel) =>
    placeButton(channel.name, icon("hash"), {
      isHere: openChannel() === channel,
      onClick: () => go({ tab: "messages", channel: channel.id }),
      testid: `channel-${channel.id}`,
    }),
  );
  const app = placeButton(state.bot.name, botAvatar("tiny"), {
    isHere: !openChannel(),
    unread: here.tab === "messages" && !openChannel() ? 0 : unreadOf(me),
    onClick: () => go({ tab: "messages", channel: null }),
    testid: "app",
  });
  return [
    h("h2", { class: "workspace" }, state.team.name),
    channels.length ? [h("h3", {}, "Channels"), h("ul", {}, channels)] : [],
    h("h3", {}, "Apps"),
    h("ul", {}, app),
    h(
      "div",
      { class: "me" },
      avatar(me, "small"),
      h("div", {}, h("strong", {}, me.name), h("span", { class: "facts" }, me.email), h("span", { class: "facts" }, me.tz)),
    ),
  ].flat();
}

function tabButton(tab, label, state) {
  const isHere = here.tab === tab;
  return h(
    "button",
    {
      type: "button",
      class: "tab",
      role: "tab",
      id: `tab-${tab}`,
      "aria-selected": String(isHere),
      "aria-controls": tab,
      tabindex: isHere ? null : "-1",
      "data-testid": `tab-${tab}`,
      on: { click: () => go({ tab }), keydown: (event) => /^Arrow(Left|Right)$/.test(event.key) && otherTab(tab) },
    },
    label,
    tab === "messages" && !isHere && unreadOf(state.me) > 0
      ? h("span", { class: "new" }, h("span", { class: "hidden-visually" }, "unread"))
      : null,
  );
}

function otherTab(tab) {
  const next = tab === "home" ? "messages" : "home";
  go({ tab: next });
  byId(`tab-${next}`).focus();
}

function heading(state) {
  const channel = openChannel();
  if (channel) return [h("h1", { class: "conversation-title in-channel", id: "conversation-name" }, `# ${channel.name}`)];
  return [
    h(
      "h1",
      { class: "conversation-title", id: "conversation-name" },
      botAvatar(),
      state.bot.name,
      h("span", { class: "app-badge" }, "APP"),
    ),
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": state.bot.name },
      tabButton("home", "Home", state),
      tabButton("messages", "Messages", state),
    ),
  ];
}

// The bot's messages are one of two tabs; a channel's stand alone.
function asPanel(messages, isTab) {
  if (isTab) messages.setAttribute("role", "tabpanel");
  else messages.removeAttribute("role");
  messages.toggleAttribute("aria-labelledby", false);
  if (isTab) messages.setAttribute("aria-labelledby", "tab-messages");
}

/** Who, where and which tab; everything around the content. */
export function drawShell(state) {
  document.title = `${state.me.name} · Calendar Bot sandbox`;
  redraw(byId("people"), state.people.map((person) => personButton(person, state)));
  const applications = [["slack", "Slack", "chat"], ["google", "Google", "calendar"], ["console", "Console", "sliders"]];
  redraw(byId("rail"), applications.map((each) => railItem(...each, state)));
  byId("slack").hidden = !inSlack();
  byId("console").hidden = here.tab !== "console";
  byId("google").hidden = here.tab !== "google";
  byId("home").hidden = here.tab !== "home";
  byId("messages").hidden = here.tab !== "messages";
  asPanel(byId("messages"), !openChannel());
  redraw(byId("sidebar"), sidebar(state));
  redraw(byId("conversation-header"), heading(state));
}
