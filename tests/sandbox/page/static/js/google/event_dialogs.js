/* Adding an event, and looking at one. */

import { h, icon, uniqueId } from "../dom.js";
import { dayKey } from "../times.js";
import { rescueToasts } from "../toast.js";
import { act } from "./acts.js";

function dialogOf({ title, body, foot, testid, onSubmit }) {
  const titleId = uniqueId("title");
  const before = document.activeElement;
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { "aria-labelledby": titleId, "data-testid": testid },
    h(
      "form",
      { on: { submit: onSubmit } },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id: titleId }, title),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: close } }, icon("close")),
      ),
      h("div", { class: "dialog-body form-grid" }, body),
      h("div", { class: "dialog-foot" }, h("button", { type: "button", class: "button", on: { click: close } }, "Close"), foot),
    ),
  );
  dialog.addEventListener("close", () => {
    rescueToasts(dialog);
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function field(label, props) {
  return h("label", {}, h("span", {}, label), h("input", { class: "field", required: true, ...props }));
}

export function addEvent(state, account, calendar) {
  const today = dayKey(new Date(state.now), state.me.tz);
  const day = state.week.days.includes(today) ? today : state.week.days[0];
  const dialog = dialogOf({
    title: "Add an event",
    testid: "event-form",
    body: [
      field("Title", { name: "title", autofocus: true, autocomplete: "off" }),
      h(
        "div",
        { class: "form-row" },
        field("Day", { name: "day", type: "date", value: day }),
        field("Start", { name: "start", type: "time", value: "15:00" }),
        field("End", { name: "end", type: "time", value: "16:00" }),
      ),
      h(
        "label",
        { class: "choice" },
        h("input", { type: "checkbox", name: "free" }),
        h("div", {}, "Show me as free", h("small", {}, "Such an event does not block the time")),
      ),
    ],
    foot: h("button", { type: "submit", class: "button primary" }, "Add"),
    onSubmit: async (event) => {
      event.preventDefault();
      const { title, day: on, start, end, free } = Object.fromEntries(new FormData(event.target));
      const made = { account: account.email, calendar: calendar.id, title, day: on, start, end, free: free === "on" };
      if (await act("add-event", made)) dialog.close();
    },
  });
}

export function showEvent(event, { title, times }, account, calendar) {
  const may = ["owner", "writer"].includes(calendar.role);
  const remove = h("button", { type: "submit", class: "button danger", "data-testid": "delete-event" }, icon("trash"), "Delete");
  const dialog = dialogOf({
    title,
    testid: "event-details",
    body: [
      h("p", {}, times),
      h("p", {}, `${calendar.summary} · ${event.free ? "Free" : "Busy"}${event.private ? " · Private" : ""}`),
    ],
    foot: may ? remove : null,
    onSubmit: async (submitted) => {
      submitted.preventDefault();
      const which = { account: account.email, calendar: calendar.id, event: event.id };
      if (await act("delete-event", which)) dialog.close();
    },
  });
}
