/* The page: every part draws itself from the state that was fetched last. */

import { drawClock, logButton, mountClock } from "./clock.js";
import { drawComposer, mountComposer } from "./composer.js";
import { drawConsole } from "./console/console.js";
import { drawConversation, mountConversation } from "./conversation.js";
import { drawGoogle } from "./google/google.js";
import { drawHome } from "./home.js";
import { drawLog, mountLog } from "./log.js";
import { drawModals } from "./modals.js";
import { tellNotices } from "./notices.js";
import { drawShell } from "./shell.js";
import { onChange, start } from "./store.js";

mountClock();
mountComposer();
mountConversation();
mountLog();

onChange((state) => {
  const world = { person: state.me, people: state.people, bot: state.bot, botId: state.bot.id, now: new Date(state.now) };
  drawConversation(state, world);
  drawShell(state);
  drawComposer(state);
  drawHome(state, world);
  drawModals(state, world);
  drawGoogle(state);
  drawConsole(state);
  drawClock(state);
  logButton(state);
  tellNotices(state);
  drawLog(state);
  document.documentElement.dataset.ready = "true";
});

start();
