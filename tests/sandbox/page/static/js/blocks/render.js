/* One function per type of block. Each gives a node and what keeps it in step with Slack's state. */

import { h, icon, uniqueId } from "../dom.js";
import { drawElement } from "./elements.js";
import { textObject } from "./mrkdwn.js";
import { pictureAddress } from "./pictures.js";
import { richText } from "./rich_text.js";

/** Where an element stands: it reads and sends through its surface. */
class Place {
  constructor(block, surface) {
    this.block = block;
    this.blockId = block.block_id;
    this.surface = surface;
    this.syncs = [];
    this.text = surface.textContext;
    this.inInput = block.type === "input";
    this.labelledBy = null;
    this.describedBy = null;
    this.invalid = false;
  }

  /** `sync` is called whenever Slack's state of the surface may have changed. */
  keepInStep(sync) {
    this.syncs.push(sync);
    sync();
  }

  value(element) {
    return this.surface.valueOf(this.blockId, element);
  }
}

function section(block, place) {
  const main = h("div", { class: "section-main" });
  if (block.text) {
    const text = h("p", { id: uniqueId("text") }, textObject(block.text, place.text));
    place.describedBy = text.id;
    main.append(text);
  }
  if (block.fields) {
    const fields = block.fields.map((field) => h("p", {}, textObject(field, place.text)));
    main.append(h("div", { class: "fields" }, fields));
  }
  const accessory = block.accessory ? h("div", { class: "section-accessory" }, drawElement(block.accessory, place)) : null;
  return h("div", { class: "section" }, main, accessory);
}

function actions(block, place) {
  return h("div", { class: "actions" }, block.elements.map((element) => drawElement(element, place)));
}

function context(block, place) {
  const part = (element) =>
    element.type === "image" ? drawElement(element, place) : h("span", {}, textObject(element, place.text));
  return h("div", { class: "context" }, block.elements.map(part));
}

function header(block, place) {
  return h(`h${place.surface.headingLevel}`, { class: "header" }, textObject(block.text, place.text));
}

function image(block, place) {
  const caption = block.title ? h("figcaption", {}, textObject(block.title, place.text)) : null;
  return h("figure", { class: "image" }, caption, h("img", { src: pictureAddress(block), alt: block.alt_text }));
}

function input(block, place) {
  const labelId = uniqueId("label");
  const error = place.surface.errors[block.block_id];
  place.labelledBy = labelId;
  place.invalid = Boolean(error);
  const notes = [
    block.hint ? h("p", { class: "hint", id: uniqueId("hint") }, textObject(block.hint, place.text)) : null,
    error
      ? h("p", { class: "field-error", id: uniqueId("error"), "data-testid": "field-error" }, icon("warning"), error)
      : null,
  ].filter(Boolean);
  place.describedBy = notes.map((note) => note.id).join(" ") || null;
  const optional = block.optional ? h("span", { class: "optional" }, " (optional)") : null;
  const label = h("div", { class: "label", id: labelId }, textObject(block.label, place.text), optional);
  return h("div", { class: "input" }, label, drawElement(block.element, place), notes);
}

const DRAW = {
  section,
  actions,
  context,
  header,
  image,
  input,
  divider: () => h("hr", { class: "divider" }),
  rich_text: (block, place) => h("div", { class: "rich-text" }, richText(block, place.text)),
};

/** { node, syncs } of a block. A type this page cannot draw says so instead of vanishing. */
export function drawBlock(block, surface) {
  const place = new Place(block, surface);
  const draw = DRAW[block.type];
  const node = draw
    ? draw(block, place)
    : h("p", { class: "block-error" }, `The sandbox cannot draw a block of type “${block.type}”.`);
  if (block.block_id) node.dataset.blockId = block.block_id;
  return { node, syncs: place.syncs };
}
