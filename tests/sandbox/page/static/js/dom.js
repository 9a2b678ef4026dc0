/* Elements are built node by node, so text that came from anybody can never become markup. */

const SVG = "http://www.w3.org/2000/svg";

/** h("button", { class: "button", on: { click } }, "Save"): false and null leave an attribute out, true leaves it empty. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function drawing(sheet, name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/${sheet}.svg#${name}`);
  svg.append(use);
  return svg;
}

/** One of the page's own line icons; it decorates, its neighbour says what it means. */
export function icon(name) {
  const svg = drawing("icons", name);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

export function emojiDrawing(name) {
  const svg = drawing("emoji", name);
  svg.setAttribute("class", "emoji");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name.replaceAll("_", " "));
  return svg;
}

export function avatar(person, size = "") {
  const initials = person.name
    .split(" ")
    .map((part) => part[0])
    .slice(0, 2)
    .join("");
  return h("span", { class: `avatar ${size} hue-${person.hue}`, "aria-hidden": "true" }, initials);
}

export function botAvatar(size = "") {
  return h("span", { class: `avatar ${size}`, "aria-hidden": "true" }, h("img", { src: "/static/bot.svg", alt: "" }));
}

let counter = 0;

/** An id no other element of this page has. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Make `parent` hold exactly `wanted`, moving only what is out of place: a moved element would lose its focus. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
}
