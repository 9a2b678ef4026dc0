/* A switch of a few positions: radio buttons that look like one control. The position that is checked is the state. */

import { h } from "./dom.js";

/** `options` are [value, label] pairs; `name` is unique on the page, for the focus survives a redraw by its ids. */
export function segmented({ name, legend, options, value, onChange, hidden = false }) {
  const part = ([each, label]) => {
    const id = `${name}-${each}`;
    const input = h("input", { type: "radio", id, name, value: each, checked: each === value });
    input.addEventListener("change", () => onChange(each));
    return h("span", { class: "segment" }, input, h("label", { for: id }, label));
  };
  return h(
    "fieldset",
    { class: "segmented", "data-testid": name },
    h("legend", { class: hidden ? "hidden-visually" : "" }, legend),
    h("div", { class: "segments" }, options.map(part)),
  );
}

/** Replace the children of `place`; whoever had the focus finds it on the element with the same id. */
export function replaceKeepingFocus(place, nodes) {
  const id = place.contains(document.activeElement) ? document.activeElement.id : "";
  const top = place.scrollTop;
  place.replaceChildren(...nodes);
  place.scrollTop = top;
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}
