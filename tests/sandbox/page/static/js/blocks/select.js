/* Menus: an ARIA combobox with a listbox, for one choice or many, from a list or from the bot. */

import { h, icon, uniqueId } from "../dom.js";
import { emojiAsText } from "./emoji.js";
import { Listbox } from "./listbox.js";
import { textObject } from "./mrkdwn.js";
import { anchored } from "./popup.js";
import { personOption } from "./sources.js";

const wordsOf = (option) => emojiAsText(option.text.text);

/** The chosen options, whatever way this type of element keeps them. */
function chosenOf(element, place) {
  const value = place.value(element);
  const all = value === null || value === undefined ? [] : [value].flat();
  const people = place.surface.world.people;
  const person = (id) => personOption(people.find((one) => one.id === id) ?? { id, name: id });
  return all.map((each) => (typeof each === "string" ? person(each) : each));
}

export function select(element, place, source) {
  const many = element.type.startsWith("multi_");
  const placeholder = element.placeholder?.text ?? (many ? "Select items" : "Select an item");
  const listId = uniqueId("list");
  const byId = element.type.endsWith("users_select");
  let chosen = [];
  let before = "";

  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-labelledby": place.labelledBy,
    "aria-label": place.labelledBy ? null : emojiAsText(placeholder),
    "aria-describedby": place.describedBy,
    "aria-invalid": place.invalid ? "true" : null,
    autofocus: element.focus_on_load ?? false,
    "data-action-id": element.action_id,
    on: { focus: () => many || input.select(), click: open, input: () => search(input.value), keydown: onKey, blur: onBlur },
  });
  const box = h("div", { class: "popup", popover: "manual", on: { mousedown: (event) => event.preventDefault() } });
  const wrapper = h(
    "div",
    { class: `select ${many ? "multiple" : ""} ${place.invalid ? "invalid" : ""}`, on: { mousedown: onWrapper } },
    input,
    icon("down"),
    box,
  );
  const popup = anchored(wrapper, box, { onLeave: close, matchWidth: true, minWidth: 270 });
  const listbox = new Listbox(box, { id: listId, input, many, source, pick, isChosen, label: placeholder, onDraw: popup.follow });

  function isChosen(option) {
    return chosen.some((each) => each.value === option.value);
  }

  function search(query) {
    popup.open();
    input.setAttribute("aria-expanded", "true");
    listbox.search(query);
  }

  function open() {
    if (popup.isOpen()) return;
    before = JSON.stringify(chosen.map((option) => option.value));
    if (!many) input.select();
    search("");
  }

  function close() {
    if (!popup.isOpen()) return;
    popup.close();
    listbox.forget();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    show();
    // A menu for many tells what was chosen when it is closed, not at every tick.
    if (many && JSON.stringify(chosen.map((option) => option.value)) !== before) send();
  }

  function pick(option) {
    if (!many) {
      chosen = [option];
      close();
      send();
      return;
    }
    const most = element.max_selected_items ?? Infinity;
    if (isChosen(option)) chosen = chosen.filter((each) => each.value !== option.value);
    else if (chosen.length < most) chosen = [...chosen, option];
    else return;
    if (input.value) search((input.value = ""));
    show();
    listbox.mark();
    popup.follow();
  }

  function remove(option) {
    chosen = chosen.filter((each) => each.value !== option.value);
    show();
    input.focus();
    if (popup.isOpen()) listbox.mark();
    else send();
  }

  function send() {
    const values = chosen.map((option) => option.value);
    const kept = byId ? values : chosen;
    place.surface.choose(place.blockId, element, values, many ? kept : (kept[0] ?? null));
  }

  function show() {
    wrapper.classList.toggle("chosen", chosen.length > 0);
    wrapper.querySelectorAll(".chip").forEach((chip) => chip.remove());
    if (many) input.before(...chosen.map(chip));
    else input.value = chosen[0] ? wordsOf(chosen[0]) : "";
    if (many && !popup.isOpen()) input.value = "";
    input.placeholder = many && chosen.length > 0 ? "" : emojiAsText(placeholder);
    const said = chosen.length ? `${chosen.length} chosen: ${chosen.map(wordsOf).join(", ")}` : "Nothing chosen";
    if (many) input.setAttribute("aria-description", said);
  }

  function chip(option) {
    const label = `Remove ${wordsOf(option)}`;
    return h(
      "span",
      { class: "chip", "data-testid": "chip" },
      h("span", {}, textObject(option.text, place.text)),
      h("button", { type: "button", "aria-label": label, on: { click: () => remove(option) } }, icon("close")),
    );
  }

  function onWrapper(event) {
    if (event.target.closest("button, .popup, input")) return;
    event.preventDefault();
    input.focus();
    open();
  }

  function onBlur(event) {
    if (!wrapper.contains(event.relatedTarget)) close();
  }

  function onKey(event) {
    if (!popup.isOpen()) {
      if (many && event.key === "Backspace" && !input.value && chosen.length > 0) remove(chosen.at(-1));
      if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
      open();
    } else if (event.key === "Escape") close();
    else if (event.key === "Tab") return void close();
    else if (event.key === "Enter") listbox.pickActive();
    else if (many && event.key === "Backspace" && !input.value && chosen.length > 0) return void remove(chosen.at(-1));
    else if (!listbox.move(event.key, input.value)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  place.keepInStep(() => {
    if (popup.isOpen()) return;
    chosen = chosenOf(element, place);
    show();
  });
  return wrapper;
}
