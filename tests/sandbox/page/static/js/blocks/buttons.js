/* Buttons and overflow menus. */

import { h, icon, uniqueId } from "../dom.js";
import { anchored } from "./popup.js";
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
  const menuId = uniqueId("menu");
  const trigger = h(
    "button",
    {
      type: "button",
      class: "button round",
      "data-action-id": element.action_id,
      "aria-label": "More options",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": menuId,
      on: { click: () => (popup.isOpen() ? close() : open(0)), keydown: onTrigger },
    },
    icon("more"),
  );
  const items = element.options.map((option) =>
    h(
      "div",
      { class: "option", role: "menuitem", tabindex: "-1", on: { click: () => pick(option), mouseenter: focusIt } },
      h("span", {}, textObject(option.text, place.text)),
    ),
  );
  const menu = h(
    "div",
    { class: "popup", id: menuId, role: "menu", "aria-label": "More options", popover: "manual", on: { keydown: onMenu } },
    items,
  );
  const popup = anchored(trigger, menu, { onLeave: close });

  function focusIt(event) {
    event.currentTarget.focus();
  }
  function open(index) {
    popup.open();
    trigger.setAttribute("aria-expanded", "true");
    items.at(index).focus();
  }
  function close({ giveBack = false } = {}) {
    popup.close();
    trigger.setAttribute("aria-expanded", "false");
    if (giveBack) trigger.focus();
  }
  async function pick(option) {
    close({ giveBack: true });
    if (!(await place.surface.agreed(element))) return;
    await whileBusy(trigger, async () => {
      if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
      await place.surface.click(place.blockId, element, option);
    });
  }
  function onTrigger(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? 0 : -1);
  }
  function onMenu(event) {
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in steps) items.at(steps[event.key] % items.length).focus();
    else if (event.key === "Enter" || event.key === " ") items[at].click();
    else if (event.key === "Escape") close({ giveBack: true });
    else if (event.key === "Tab") return close({ giveBack: true });
    else return undefined;
    return event.preventDefault();
  }
  return h("span", {}, trigger, menu);
}
