/* What can be done to a calendar that is not somebody's primary one: another role, unsubscribe, delete. */

import { anchored } from "../blocks/popup.js";
import { h, icon, uniqueId } from "../dom.js";
import { changeRole, deleteCalendar, unshare, unsubscribe } from "./acts.js";
import { ROLES } from "./looks.js";

export function calendarMenu(account, calendar) {
  const menuId = uniqueId("menu");
  const trigger = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": `Options for ${calendar.summary}`,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-testid": "calendar-menu",
      on: { click: () => (popup?.isOpen() ? close() : open()), keydown: (event) => event.key === "ArrowDown" && open() },
    },
    icon("more"),
  );
  const holder = h("span", {}, trigger);
  let popup = null;
  let menu = null;

  const item = (label, act, { role = "menuitem", checked = null } = {}) =>
    h(
      "div",
      {
        class: "option",
        role,
        tabindex: "-1",
        "aria-checked": checked === null ? null : String(checked),
        on: {
          click: () => {
            close();
            trigger.focus();
            act();
          },
        },
      },
      icon("check"),
      h("span", {}, label),
    );

  // Somebody with 300 calendars has 300 of these: each is made when it is first wanted.
  function make() {
    const labelId = uniqueId("label");
    const roles = Object.entries(ROLES).map(([role, label]) =>
      item(label, () => changeRole(account, calendar, role), { role: "menuitemradio", checked: calendar.role === role }),
    );
    menu = h(
      "div",
      { class: "popup", id: menuId, role: "menu", "aria-label": calendar.summary, popover: "manual", on: { keydown: onKey } },
      h(
        "div",
        { role: "group", "aria-labelledby": labelId },
        h("div", { class: "option-group", id: labelId }, `${account.name} is`),
        roles,
      ),
      item("Unsubscribe", () => unsubscribe(account, calendar)),
      item("Stop sharing it", () => unshare(account, calendar)),
      item("Delete the calendar", () => deleteCalendar(account, calendar)),
    );
    holder.append(menu);
    trigger.setAttribute("aria-controls", menuId);
    popup = anchored(trigger, menu, { onLeave: close, minWidth: 220 });
  }

  function open() {
    if (!menu) make();
    popup.open();
    trigger.setAttribute("aria-expanded", "true");
    menu.querySelector("[tabindex]").focus();
  }

  function close() {
    popup.close();
    trigger.setAttribute("aria-expanded", "false");
  }

  function onKey(event) {
    const items = [...menu.querySelectorAll("[tabindex]")];
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in steps) items.at(steps[event.key] % items.length).focus();
    else if (event.key === "Enter" || event.key === " ") items[at].click();
    else if (event.key === "Escape" || event.key === "Tab") {
      close();
      trigger.focus();
    } else return;
    event.preventDefault();
  }

  return holder;
}
