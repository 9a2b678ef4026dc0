/* Where a menu's options come from. A source answers a query with [{ label, options }], label null for no group: at once
   by `filter`, or after a while by `ask`, which is worth asking from `shortest` letters on. */

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function groupsOf({ options, option_groups: groups }) {
  if (groups) return groups.map((group) => ({ label: group.label.text, options: group.options }));
  return [{ label: null, options: options ?? [] }];
}

function matching(groups, query) {
  const wanted = plain(query.trim());
  return groups
    .map(({ label, options }) => ({ label, options: options.filter((option) => plain(option.text.text).includes(wanted)) }))
    .filter(({ options }) => options.length > 0);
}

/** Options that came with the element, filtered here. */
export function fromList(element) {
  const groups = groupsOf(element);
  return { filter: (query) => matching(groups, query) };
}

/** Options the bot is asked for while one types. Slack's own default is to ask from three characters on. */
export function fromBot(element, place) {
  return {
    shortest: element.min_query_length ?? 3,
    ask: async (query) => {
      const answer = await place.surface.suggest(place.blockId, element, query);
      return groupsOf(answer).filter(({ options }) => options.length > 0);
    },
  };
}

export function personOption(person) {
  return { text: { type: "plain_text", text: person.name }, value: person.id };
}

export function fromPeople(place) {
  return { filter: (query) => matching([{ label: null, options: place.surface.world.people.map(personOption) }], query) };
}
