/* The composer: plain text to the bot, and slash commands with their subcommands offered while one types. */

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { current, openChannel, refresh } from "./store.js";
import { attempt } from "./toast.js";

const COMMANDS = [
  ["/calendar free ", "See when colleagues are free: free @ana next week"],
  ["/calendar book ", "Book a time with colleagues: book @ana tomorrow at 10"],
  ["/calendar agenda", "Your appointments, today and this week"],
  ["/calendar why ", "Why you can or cannot be booked then: why tomorrow 10:00"],
  ["/calendar connect", "Get your personal link to connect a Google account"],
  ["/calendar calendars", "Pick the linked calendar and the conflict calendars"],
  ["/calendar status", "See how your connection is doing"],
  ["/calendar disconnect", "Remove the connection and all that is stored"],
  ["/calendar invite", "For admins: send colleagues their personal links"],
  ["/calendar team", "For admins: who is connected yet, and who is not"],
  ["/calendar doctor", "For admins: what is broken, for whom, and how to mend it"],
  ["/calendar help", "What the bot can do"],
];

export function mountComposer() {
  let offered = [];
  let active = 0;
  let closed = false;
  let moved = false;

  const list = h("ul", { class: "commands", id: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
  const field = h("textarea", {
    rows: "1",
    "data-testid": "composer",
    "aria-label": "Message",
    "aria-autocomplete": "list",
    "aria-controls": "commands",
    "aria-describedby": "composer-tip",
    placeholder: "Message Calendar Bot",
    autocomplete: "off",
    on: { input: onInput, keydown: onKey, blur: () => offer([]) },
  });
  const sendButton = h(
    "button",
    { type: "button", class: "send", "data-testid": "send", "aria-label": "Send", disabled: true, on: { click: send } },
    icon("send"),
  );
  const key = (name) => h("kbd", {}, name);
  const tip = h("span", { class: "tip", id: "composer-tip" }, key("/"), " for commands, ", key("Enter"), " sends");
  document
    .getElementById("composer")
    .append(list, h("div", { class: "composer-box" }, field, h("div", { class: "composer-foot" }, tip, sendButton)));

  function onInput() {
    sendButton.disabled = !field.value.trim();
    closed = false;
    moved = false;
    suggest();
  }

  function suggest() {
    const typed = field.value;
    const fits = typed.startsWith("/") && !typed.includes("\n") ? COMMANDS.filter(([command]) => command.startsWith(typed)) : [];
    offer(closed || fits.some(([command]) => command.trim() === typed) ? [] : fits);
  }

  function offer(commands) {
    offered = commands;
    active = 0;
    list.hidden = commands.length === 0;
    list.replaceChildren(
      ...commands.map(([command, does], index) =>
        h(
          "li",
          {
            role: "option",
            id: `command-${index}`,
            on: { mousedown: (event) => event.preventDefault(), click: () => take(index), mousemove: () => mark(index) },
          },
          h("b", {}, command),
          h("span", {}, does),
        ),
      ),
    );
    mark(0);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    list.children[index]?.scrollIntoView({ block: "nearest" });
    if (offered.length > 0) field.setAttribute("aria-activedescendant", `command-${index}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    field.value = offered[index][0];
    field.focus();
    onInput();
  }

  function onKey(event) {
    if (event.isComposing) return;
    if (offered.length > 0 && event.key in { ArrowDown: 1, ArrowUp: 1 }) {
      moved = true;
      mark((active + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
    } else if (offered.length > 0 && !event.shiftKey && (event.key === "Tab" || (event.key === "Enter" && !isWhole()))) {
      take(active);
    } else if (offered.length > 0 && event.key === "Escape") {
      closed = true;
      offer([]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      send();
    } else {
      return;
    }
    event.preventDefault();
  }

  // "/calendar" alone is a command too; Enter sends it unless somebody went down the list.
  function isWhole() {
    return !moved && field.value.trim() === "/calendar";
  }

  async function send() {
    const text = field.value.trim();
    if (!text || field.readOnly) return;
    const { me } = current();
    const act = text.startsWith("/") ? "command" : "say";
    field.readOnly = true;
    const went = await attempt(async () => {
      try {
        await post(`/slack/${act}`, { person: me.id, text, channel: openChannel()?.id ?? null });
      } finally {
        await refresh();
      }
    });
    field.readOnly = false;
    if (went) field.value = "";
    onInput();
  }
}

/** Say whom one writes to. */
export function drawComposer(state) {
  const channel = openChannel();
  document.querySelector("[data-testid=composer]").placeholder = `Message ${channel ? `#${channel.name}` : state.bot.name}`;
}
