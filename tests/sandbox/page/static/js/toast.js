/* Short notices at the foot of the page. They sit in the top layer, or a modal would hide them. */

import { h, icon } from "./dom.js";

const SECONDS = 9;

let shelf = null;

function shelfInTopLayer() {
  shelf ??= document.getElementById("toasts");
  if (shelf.matches(":popover-open")) shelf.hidePopover();
  // An open modal makes all outside of it inert, so the shelf moves into it.
  const dialogs = document.querySelectorAll("dialog[open]");
  (dialogs[dialogs.length - 1] ?? document.body).append(shelf);
  shelf.showPopover();
  return shelf;
}

/** Put the notices back before the dialog that holds them leaves the page. */
export function rescueToasts(dialog) {
  if (!shelf || !dialog.contains(shelf)) return;
  document.body.append(shelf);
  if (shelf.childElementCount > 0) shelf.showPopover();
}

export function toast(message) {
  const notice = h(
    "div",
    { class: "toast", "data-testid": "toast" },
    h("span", {}, message),
    h("button", { type: "button", "aria-label": "Dismiss", on: { click: dismiss } }, icon("close")),
  );
  function dismiss() {
    notice.remove();
    if (shelf.childElementCount === 0 && shelf.matches(":popover-open")) shelf.hidePopover();
  }
  shelfInTopLayer().append(notice);
  setTimeout(dismiss, SECONDS * 1000);
}

/** Carry out an act; a refusal is shown and not thrown. Says whether it went well. */
export async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}
