/* One function per type of element. */

import { h } from "../dom.js";
import { button, overflow } from "./buttons.js";
import { checkboxes, datepicker, radioButtons, textInput, timepicker } from "./inputs.js";
import { select } from "./select.js";
import { pictureAddress } from "./pictures.js";
import { fromBot, fromList, fromPeople } from "./sources.js";

const DRAW = {
  button,
  overflow,
  checkboxes,
  datepicker,
  timepicker,
  radio_buttons: radioButtons,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  static_select: (element, place) => select(element, place, fromList(element)),
  external_select: (element, place) => select(element, place, fromBot(element, place)),
  users_select: (element, place) => select(element, place, fromPeople(place)),
  multi_static_select: (element, place) => select(element, place, fromList(element)),
  multi_external_select: (element, place) => select(element, place, fromBot(element, place)),
  multi_users_select: (element, place) => select(element, place, fromPeople(place)),
  image: (element) => h("img", { src: pictureAddress(element), alt: element.alt_text }),
};

export function drawElement(element, place) {
  const draw = DRAW[element.type];
  return draw
    ? draw(element, place)
    : h("span", { class: "block-error" }, `The sandbox cannot draw an element of type “${element.type}”.`);
}
