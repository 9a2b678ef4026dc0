/* The list below a menu: searching, drawing, and the option that the arrow keys stand on. */

import { h, icon, uniqueId } from "../dom.js";
import { textObject } from "./mrkdwn.js";

/** Milliseconds without a keystroke before the bot is asked. */
const PAUSE = 250;

export class Listbox {
  constructor(box, { id, input, many, source, pick, isChosen, label, onDraw }) {
    Object.assign(this, { box, input, many, source, pick, isChosen, onDraw });
    this.list = h("div", { role: "listbox", id, "aria-label": label, "aria-multiselectable": many ? "true" : null });
    this.note = h("div", { class: "popup-note", role: "status" });
    box.append(this.list, this.note);
    this.rows = [];
    this.active = -1;
    this.round = 0;
    this.timer = null;
    this.#say("");
  }

  /** Look for the options that fit; only the answer to the last question counts. */
  search(query) {
    this.forget();
    if (this.source.filter) {
      this.#show(this.source.filter(query), query, "No results");
      return;
    }
    const missing = this.source.shortest - query.trim().length;
    this.#draw([]);
    this.#say(missing > 0 ? `Type ${missing} more to search` : "Loading…", { busy: missing <= 0 });
    if (missing <= 0) this.timer = setTimeout(() => this.#ask(query, this.round), query ? PAUSE : 0);
  }

  async #ask(query, round) {
    let groups = [];
    let note = "No results";
    try {
      groups = await this.source.ask(query);
    } catch {
      note = "Couldn’t load the options";
    }
    if (round === this.round) this.#show(groups, query, note);
  }

  #show(groups, query, note) {
    this.#draw(groups);
    this.#say(this.rows.length > 0 ? "" : note);
    const chosen = this.rows.findIndex(({ option }) => this.isChosen(option));
    this.#goTo(!this.many && chosen >= 0 && !query ? chosen : 0);
  }

  /** An answer that is still under way is no longer wanted. */
  forget() {
    clearTimeout(this.timer);
    this.round += 1;
  }

  #draw(groups) {
    this.rows = [];
    this.active = -1;
    this.list.replaceChildren(...groups.map((group) => this.#group(group)).flat());
    this.list.hidden = this.rows.length === 0;
    this.mark();
    this.onDraw();
  }

  #group({ label, options }) {
    const rows = options.map((option) => this.#row(option));
    if (label === null) return rows;
    const labelId = uniqueId("group");
    const heading = h("div", { class: "option-group", id: labelId }, label);
    return [h("div", { role: "group", "aria-labelledby": labelId }, heading, rows)];
  }

  #row(option) {
    const index = this.rows.length;
    const description = option.description ? h("small", {}, textObject(option.description, { insideLabel: true })) : null;
    const node = h(
      "div",
      {
        class: "option",
        role: "option",
        id: uniqueId("option"),
        "data-value": option.value,
        on: { click: () => this.pick(option), mousemove: () => this.#goTo(index, { scroll: false }) },
      },
      icon("check"),
      h("span", {}, textObject(option.text, { insideLabel: true }), description),
    );
    this.rows.push({ option, node });
    return node;
  }

  #say(words, { busy = false } = {}) {
    this.note.hidden = !words;
    this.note.replaceChildren(...(busy ? [h("span", { class: "spinner", "aria-hidden": "true" })] : []), words);
  }

  /** Show which options are chosen. */
  mark() {
    for (const { option, node } of this.rows) node.setAttribute("aria-selected", String(this.isChosen(option)));
  }

  #goTo(index, { scroll = true } = {}) {
    this.rows[this.active]?.node.classList.remove("active");
    this.active = this.rows.length > 0 ? (index + this.rows.length) % this.rows.length : -1;
    const row = this.rows[this.active];
    if (!row) return void this.input.removeAttribute("aria-activedescendant");
    row.node.classList.add("active");
    this.input.setAttribute("aria-activedescendant", row.node.id);
    if (scroll) row.node.scrollIntoView({ block: "nearest" });
  }

  pickActive() {
    const row = this.rows[this.active];
    if (row) this.pick(row.option);
  }

  /** An arrow or page key; says whether it meant the list. */
  move(key, typed) {
    const page = 8;
    const to = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: Math.min(this.active + page, this.rows.length - 1),
      PageUp: Math.max(this.active - page, 0),
      ...(typed ? {} : { Home: 0, End: -1 }),
    }[key];
    if (to === undefined) return false;
    this.#goTo(to);
    return true;
  }
}
