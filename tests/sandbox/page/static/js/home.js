/* The App Home tab. Slack tells the bot each time somebody opens it. */

import { post } from "./api.js";
import { Surface } from "./blocks/surface.js";
import { arrange, botAvatar, h } from "./dom.js";
import { here } from "./store.js";
import { attempt } from "./toast.js";

let surface = null;
let openedFor = null;

function nothing(state) {
  return h(
    "div",
    { class: "nothing" },
    botAvatar(),
    h("h2", {}, "This is a work in progress"),
    h("p", {}, `${state.bot.name} has not published anything here for you yet.`),
  );
}

export function drawHome(state, world) {
  const panel = document.getElementById("home");
  if (here.tab !== "home") {
    openedFor = null;
    return;
  }
  if (openedFor !== state.me.id) {
    openedFor = state.me.id;
    surface = new Surface({ on: "home" }, { headingLevel: 2 });
    attempt(() => post("/slack/open-home", { person: state.me.id }));
  }
  if (!state.home) {
    panel.replaceChildren(nothing(state));
    return;
  }
  surface.update({ blocks: state.home.blocks, values: state.home.values, world });
  if (surface.node.parentElement?.parentElement !== panel) arrange(panel, [h("div", { class: "home" }, surface.node)]);
}
