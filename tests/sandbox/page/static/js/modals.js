/* Modals, as a stack; the newest is in front. */

import { post } from "./api.js";
import { Surface } from "./blocks/surface.js";
import { textObject } from "./blocks/mrkdwn.js";
import { botAvatar, h, icon, uniqueId } from "./dom.js";
import { here, refresh } from "./store.js";
import { attempt, rescueToasts } from "./toast.js";

let open = [];
let before = null;

class Modal {
  constructor(view, world) {
    this.id = view.id;
    this.person = world.person.id;
    this.surface = new Surface({ on: "modal", view_id: view.id }, { headingLevel: 3 });
    this.title = h("h2", { id: uniqueId("title") });
    this.foot = h("div", { class: "dialog-foot" });
    this.body = h("div", { class: "dialog-body" }, this.surface.node);
    const form = h(
      "form",
      { novalidate: true, on: { submit: (event) => this.submit(event) } },
      h(
        "div",
        { class: "dialog-head" },
        botAvatar("small"),
        this.title,
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => this.close() } },
          icon("close"),
        ),
      ),
      this.body,
      this.foot,
    );
    const named = { "data-view-id": view.id, "aria-labelledby": this.title.id };
    this.dialog = h("dialog", { class: "modal", tabindex: "-1", "data-testid": "modal", ...named }, form);
    // Slack decides when it is gone: Escape only asks.
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.said = null;
  }

  update(view, world) {
    this.view = view;
    this.dialog.dataset.callbackId = view.callback_id;
    const newErrors = JSON.stringify(view.errors) !== this.said && Object.keys(view.errors).length > 0;
    this.said = JSON.stringify(view.errors);
    this.surface.update({ blocks: view.blocks, values: view.values, errors: view.errors, world });
    this.title.replaceChildren(...textObject(view.title, this.surface.textContext));
    this.#drawFoot(view);
    if (newErrors) this.body.querySelector('[aria-invalid="true"]')?.focus();
    else if (document.activeElement === this.dialog) this.focus();
  }

  /** To the first field, not to what takes a choice away. A view that is still loading has none: then to the dialog. */
  focus() {
    const first = this.body.querySelector("[autofocus]") ?? this.body.querySelector("input, textarea, button:not(.chip button), a");
    (first ?? this.dialog).focus();
  }

  #drawFoot(view) {
    const words = JSON.stringify([view.submit, view.close]);
    if (this.words === words) return;
    this.words = words;
    const onClose = { click: () => this.close() };
    const close = h("button", { type: "button", class: "button", on: onClose }, view.close?.text ?? "Close");
    const submit = view.submit
      ? h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, view.submit.text)
      : null;
    this.foot.replaceChildren(close, submit ?? "");
  }

  async submit(event) {
    event.preventDefault();
    if (!this.view.submit || this.isBusy) return;
    this.#busy(true);
    if (await this.surface.flush()) await this.#act("submit");
    this.#busy(false);
  }

  /** At any time, as in Slack: what came of a submission may stand here before its own answer has arrived. */
  close() {
    return this.#act("close");
  }

  #act(act) {
    return attempt(async () => {
      try {
        await post(`/slack/${act}`, { person: this.person, view_id: this.id });
      } finally {
        await refresh();
      }
    });
  }

  #busy(isBusy) {
    this.isBusy = isBusy;
    const submit = this.foot.querySelector("[type=submit]");
    if (!submit) return;
    submit.setAttribute("aria-busy", String(isBusy));
    submit.querySelector(".spinner")?.remove();
    if (isBusy) submit.append(h("span", { class: "spinner", "aria-hidden": "true" }));
  }
}

/** Open, redraw and close dialogs until they are the stack that Slack has. */
export function drawModals(state, world) {
  const views = ["google", "console"].includes(here.tab) ? [] : state.modals; // they are in Slack's window
  const wanted = views.map((view) => view.id);
  for (const modal of open.filter((each) => !wanted.includes(each.id))) {
    rescueToasts(modal.dialog);
    modal.dialog.close();
    modal.dialog.remove();
  }
  if (open.length === 0 && wanted.length > 0) before = document.activeElement;
  open = views.map((view) => {
    const modal = open.find((each) => each.id === view.id) ?? new Modal(view, world);
    modal.update(view, world);
    if (!modal.dialog.isConnected) {
      document.body.append(modal.dialog);
      modal.dialog.showModal();
      modal.focus();
    }
    return modal;
  });
  if (open.length === 0 && before) {
    const again = before.isConnected ? before : counterpart(before);
    again?.focus();
    before = null;
  }
}

// The button that opened the modal may have been drawn anew meanwhile.
function counterpart(element) {
  const action = element.dataset.actionId;
  return action ? document.querySelector(`[data-action-id="${CSS.escape(action)}"]`) : null;
}
