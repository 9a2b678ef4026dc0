/* Fields that are typed into or ticked. */

import { h, uniqueId } from "../dom.js";
import { textObject } from "./mrkdwn.js";

function described(element, place) {
  return {
    "data-action-id": element.action_id,
    "aria-labelledby": place.labelledBy,
    "aria-label": place.labelledBy ? null : (element.placeholder?.text ?? "Text"),
    "aria-describedby": place.describedBy,
    "aria-invalid": place.invalid ? "true" : null,
    autofocus: element.focus_on_load ?? false,
  };
}

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "number", plain_text_input: "text" };

export function textInput(element, place) {
  const field = h(element.multiline ? "textarea" : "input", {
    ...described(element, place),
    class: "field",
    type: element.multiline ? null : KINDS[element.type],
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autocomplete: "off",
    on: {
      input: () => place.surface.draft(place.blockId, element, field.value),
      change: () => place.surface.flush(),
    },
  });
  place.keepInStep(() => {
    const value = place.value(element) ?? "";
    if (field.value !== value) field.value = value;
  });
  return field;
}

function chooser(type, key) {
  return (element, place) => {
    const field = h("input", { ...described(element, place), class: "field", type, on: { change: send } });
    function send() {
      place.surface.choose(place.blockId, element, field.value ? [field.value] : [], field.value || null);
    }
    place.keepInStep(() => {
      field.value = place.value(element) ?? element[key] ?? "";
    });
    return field;
  };
}

export const datepicker = chooser("date", "initial_date");
export const timepicker = chooser("time", "initial_time");

function choices(element, place, { type, read, draft }) {
  const name = uniqueId("choice");
  const boxes = element.options.map((option) => ({
    option,
    box: h("input", { type, name, id: uniqueId("box"), "data-value": option.value, on: { change: send } }),
  }));
  function send() {
    const ticked = boxes.filter(({ box }) => box.checked).map(({ option }) => option);
    place.surface.choose(place.blockId, element, ticked.map((option) => option.value), draft(ticked));
  }
  const rows = boxes.map(({ option, box }) =>
    h(
      "div",
      { class: "choice" },
      box,
      h(
        "label",
        { for: box.id },
        textObject(option.text, place.text),
        option.description ? h("small", {}, textObject(option.description, place.text)) : null,
      ),
    ),
  );
  place.keepInStep(() => {
    const chosen = read(place.value(element)).map((option) => option.value);
    for (const { option, box } of boxes) box.checked = chosen.includes(option.value);
  });
  return h(
    "div",
    {
      class: "choices",
      role: type === "radio" ? "radiogroup" : "group",
      "data-action-id": element.action_id,
      "aria-labelledby": place.labelledBy ?? place.describedBy,
      "aria-label": place.labelledBy || place.describedBy ? null : "Choices",
      "aria-describedby": place.labelledBy ? place.describedBy : null,
      "aria-invalid": place.invalid && type === "radio" ? "true" : null,
    },
    rows,
  );
}

export function checkboxes(element, place) {
  return choices(element, place, { type: "checkbox", read: (value) => value ?? [], draft: (ticked) => ticked });
}

export function radioButtons(element, place) {
  const read = (value) => (value ? [value] : []);
  return choices(element, place, { type: "radio", read, draft: (ticked) => ticked[0] ?? null });
}
