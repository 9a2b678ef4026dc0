/* What the page knows: who is at the browser, where they are, and the last state fetched. */

import { get } from "./api.js";
import { toast } from "./toast.js";

const TABS = ["home", "messages", "google", "console"];

export const here = { person: null, tab: "messages", channel: null, account: null, calendar: null, weeks: 0, log: false };

let state = null;
let listeners = [];
let fetching = null;
let again = false;

export function current() {
  return state;
}

/** The channel that is open, or null for the messages with the bot. */
export function openChannel() {
  return state.channels.find((each) => each.id === here.channel) ?? null;
}

/** `listener(state)` is called after every fetch and every step from place to place. */
export function onChange(listener) {
  listeners.push(listener);
}

function tell() {
  for (const listener of listeners) listener(state);
}

async function fetchOnce() {
  const asked = here.person;
  const answer = await get("/state", {
    person: here.person,
    account: here.account,
    calendar: here.calendar,
    weeks: here.tab === "google" ? here.weeks : null,
    console: here.tab === "console" ? 1 : null,
    log: here.log ? 1 : null,
  });
  if (asked === here.person || here.person === null) {
    state = answer;
    here.person = answer.me.id;
    tell();
  }
}

/** Fetch the state; calls while one is under way share the next. */
export function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = (async () => {
    try {
      do {
        again = false;
        await fetchOnce();
      } while (again);
    } catch (error) {
      toast(`The sandbox cannot be reached: ${error.message}`);
    } finally {
      fetching = null;
    }
  })();
  return fetching;
}

/** Go somewhere: any of person, tab, channel, account, calendar, weeks, log. */
export function go(where, { remember = true } = {}) {
  const isElse = where.person && where.person !== here.person;
  if (isElse) Object.assign(here, { account: null, calendar: null, weeks: 0, channel: null });
  Object.assign(here, where);
  rememberPerson();
  if (remember) history.pushState(null, "", address());
  if (state) tell();
  return refresh();
}

function address() {
  const query = new URLSearchParams({ person: here.person ?? "", tab: here.tab });
  if (here.channel) query.set("channel", here.channel);
  return `/?${query}`;
}

// Google's and Slack's consent pages, on other ports of this host, learn from it who is at the browser.
function rememberPerson() {
  if (here.person) document.cookie = `sandbox_person=${encodeURIComponent(here.person)}; path=/; SameSite=Lax`;
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  const tab = query.get("tab");
  Object.assign(here, {
    person: query.get("person") || here.person,
    tab: TABS.includes(tab) ? tab : "messages",
    channel: tab === "messages" || !tab ? query.get("channel") : null,
    log: query.has("log") || here.log,
  });
  rememberPerson();
}

/** Take the place from the address bar, fetch, and stay up to date from then on. */
export async function start() {
  readAddress();
  addEventListener("popstate", () => {
    readAddress();
    if (state) tell();
    refresh();
  });
  await refresh();
  rememberPerson();
  const live = new EventSource("/live");
  live.addEventListener("changed", refresh);
}
