/* Talking to the page's backend. */

async function answerOf(response) {
  const answer = await response.json().catch(() => ({ error: `The sandbox answered ${response.status}` }));
  if (!response.ok || answer.error) throw new Error(answer.error ?? `The sandbox answered ${response.status}`);
  return answer;
}

export async function get(path, query = {}) {
  const present = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return answerOf(await fetch(`${path}?${new URLSearchParams(present)}`, { cache: "no-store" }));
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}
