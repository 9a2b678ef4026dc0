/* Buttons and overflow menus. */

import { h, icon } from "../dom.js";
import { menuOf } from "../menu.js";
import { textObject } from "./mrkdwn.js";

/** A button is busy until the bot has acknowledged it, as in Slack. */
async function whileBusy(node, act) {
  const spinner = h("span", { class: "spinner", "aria-hidden": "true" });
  node.setAttribute("aria-busy", "true");
  const late = setTimeout(() => node.append(spinner), 250);
  try {
    await act();
  } finally {
    clearTimeout(late);
    spinner.remove();
    node.removeAttribute("aria-busy");
  }
}

export function button(element, place) {
  const looks = {
    class: `button ${element.style ?? ""}`,
    "data-action-id": element.action_id,
    "aria-label": element.accessibility_label,
  };
  async function press() {
    if (node.getAttribute("aria-busy") === "true" || !(await place.surface.agreed(element))) return;
    await whileBusy(node, async () => {
      const done = await place.surface.click(place.blockId, element);
      if (done && element.url && element.confirm) window.open(element.url, "_blank", "noopener,noreferrer");
    });
  }
  const text = textObject(element.text, place.text);
  // A link's tab must open within the click itself, or the browser blocks it; a question before it waits its turn.
  const node =
    element.url && !element.confirm
      ? h("a", { ...looks, href: element.url, target: "_blank", rel: "noopener noreferrer", on: { click: press } }, text)
      : h("button", { ...looks, type: "button", on: { click: press } }, text);
  return node;
}

export function overflow(element, place) {
  const trigger = h("button", { type: "button", class: "button round", "data-action-id": element.action_id }, icon("more"));
  const entries = element.options.map((option) => ({
    label: textObject(option.text, place.text),
    pick: () => pick(option),
  }));
  async function pick(option) {
    if (!(await place.surface.agreed(element))) return;
    await whileBusy(trigger, async () => {
      if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
      await place.surface.click(place.blockId, element, option);
    });
  }
  return h("span", {}, trigger, menuOf(trigger, "More options", entries));
}
