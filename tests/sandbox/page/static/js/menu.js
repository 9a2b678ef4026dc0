/* A button that opens a menu, by mouse and by keyboard: arrows move, Enter picks, Escape gives the focus back. */

import { h, uniqueId } from "./dom.js";
import { anchored } from "./blocks/popup.js";

/** `trigger` opens `entries`, each { label: nodes, pick }. { node, close } to be put beside the trigger. */
export function menuOf(trigger, label, entries, { minWidth = 180 } = {}) {
  const menuId = uniqueId("menu");
  const items = entries.map((entry) =>
    h(
      "div",
      { class: "option", role: "menuitem", tabindex: "-1", on: { click: () => pick(entry), mouseenter: focusIt } },
      h("span", {}, entry.label),
    ),
  );
  const menu = h(
    "div",
    { class: "popup", id: menuId, role: "menu", "aria-label": label, popover: "manual", on: { keydown: onMenu } },
    items,
  );
  const popup = anchored(trigger, menu, { onLeave: close, minWidth });
  const looks = { "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": menuId };
  for (const [name, value] of Object.entries(looks)) trigger.setAttribute(name, value);
  trigger.addEventListener("click", () => (popup.isOpen() ? close() : open(0)));
  trigger.addEventListener("keydown", onTrigger);

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
  function pick(entry) {
    close({ giveBack: true });
    entry.pick();
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
    else if (event.key === "Escape" || event.key === "Tab") close({ giveBack: true });
    else return;
    event.preventDefault();
  }
  return menu;
}
