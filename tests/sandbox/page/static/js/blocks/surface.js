/* A surface is whatever shows blocks: a message, the home tab, a modal. It keeps what a person chose and typed by
   block_id and action_id until Slack has it, and redraws only the blocks that changed. */

import { post } from "../api.js";
import { arrange, h } from "../dom.js";
import { refresh } from "../store.js";
import { attempt } from "../toast.js";
import { confirmed } from "./confirm.js";
import { drawBlock } from "./render.js";

const VALUE_KEYS = {
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  datepicker: "selected_date",
  timepicker: "selected_time",
};

export class Surface {
  /** `address` is what the backend needs to find it again: on, and message_ts or view_id. */
  constructor(address, { headingLevel = 3 } = {}) {
    this.address = address;
    this.headingLevel = headingLevel;
    this.node = h("div", { class: "blocks" });
    this.drafts = new Map();
    this.typing = new Map();
    this.shown = new Map();
    this.errors = {};
    this.values = {};
  }

  /** Draw anew what changed. `world` has person, people, botId, now. */
  update({ blocks, values = {}, errors = {}, world }) {
    Object.assign(this, { values, errors, world });
    const focus = focusIn(this.node);
    const kept = new Map();
    blocks.forEach((block, index) => {
      const key = block.block_id ?? `#${index}`;
      const signature = JSON.stringify([block, errors[key] ?? null]);
      const before = this.shown.get(key);
      const drawn = before?.signature === signature ? before : { signature, ...drawBlock(block, this) };
      kept.set(key, drawn);
    });
    this.shown = kept;
    arrange(this.node, [...kept.values()].map((each) => each.node));
    for (const { syncs } of kept.values()) for (const sync of syncs) sync();
    restore(focus, this.node);
  }

  get textContext() {
    return { people: this.world.people, botId: this.world.botId, timeZone: this.world.person.tz, now: () => this.world.now };
  }

  /** What the element holds now, as in state.values: the draft if there is one, else what Slack has. */
  valueOf(blockId, element) {
    const draft = this.drafts.get(place(blockId, element));
    if (draft !== undefined) return draft;
    const entry = this.values[blockId]?.[element.action_id];
    return entry?.type === element.type ? entry[VALUE_KEYS[element.type] ?? "value"] : undefined;
  }

  /** Ask with the element's own question, if it has one. */
  async agreed(element) {
    return !element.confirm || confirmed(element.confirm, this.textContext);
  }

  /** A button or an entry of an overflow menu. Resolves once Slack has the bot's answer. */
  async click(blockId, element, option = null) {
    return this.#send("click", blockId, element, { value: option?.value ?? element.value ?? null });
  }

  /** Options of a menu, by value; `draft` shows until Slack has taken it. */
  async choose(blockId, element, values, draft) {
    this.drafts.set(place(blockId, element), draft);
    const done = (await this.agreed(element)) && (await this.#send("choose", blockId, element, { values }));
    this.drafts.delete(place(blockId, element));
    this.#sync();
    return done;
  }

  /** Keep text while it is typed; it goes to Slack when the field is left, and before the view is submitted. */
  draft(blockId, element, text) {
    this.drafts.set(place(blockId, element), text);
    this.typing.set(place(blockId, element), { blockId, element });
  }

  /** Send what was typed; resolves once Slack has all of it, also what an earlier call began to send. */
  flush() {
    this.flushed = (this.flushed ?? Promise.resolve(true)).then(() => this.#flushNow());
    return this.flushed;
  }

  async #flushNow() {
    for (const [key, { blockId, element }] of [...this.typing]) {
      this.typing.delete(key);
      const text = this.drafts.get(key);
      if (!(await this.#send("type", blockId, element, { text }))) return false;
      if (!this.typing.has(key)) this.drafts.delete(key);
    }
    return true;
  }

  async suggest(blockId, element, query) {
    return post("/slack/suggest", this.#body(blockId, element, { query }));
  }

  async #send(act, blockId, element, more) {
    return attempt(async () => {
      try {
        await post(`/slack/${act}`, this.#body(blockId, element, more));
      } finally {
        await refresh();
      }
    });
  }

  #body(blockId, element, more) {
    return { person: this.world.person.id, ...this.address, block_id: blockId, action_id: element.action_id, ...more };
  }

  #sync() {
    for (const { syncs } of this.shown.values()) for (const sync of syncs) sync();
  }
}

function place(blockId, element) {
  return `${blockId}\n${element.action_id}`;
}

function focusIn(node) {
  const active = document.activeElement;
  if (!active || !node.contains(active) || !active.dataset.actionId) return null;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return { active, block: active.closest("[data-block-id]").dataset.blockId, action: active.dataset.actionId, caret };
}

// A block that was drawn anew gives the focus to the element with the same address.
function restore(focus, node) {
  if (!focus || focus.active.isConnected) return;
  const block = node.querySelector(`[data-block-id="${CSS.escape(focus.block)}"]`);
  const again = block?.querySelector(`[data-action-id="${CSS.escape(focus.action)}"]`);
  again?.focus();
  if (again && focus.caret && focus.caret[0] !== null) again.setSelectionRange(...focus.caret);
}
