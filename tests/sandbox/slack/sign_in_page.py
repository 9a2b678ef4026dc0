"""The pages Slack shows a browser: the frame, a question to say yes or no to, a choice of people, a refusal."""

from collections.abc import Iterable
from html import escape
from string import Template

_FRAME = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --paper: #fff; --ground: #f4ede4; --line: #dddddd;
  --go: #611f69; --bad: #b0233f; }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --soft: #b5b3b5; --paper: #1f1b20; --ground: #141015;
  --line: #453d47; --go: #c78bd0; --bad: #ff8fa3; } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; color: var(--ink);
  background: var(--ground); font: 16px/1.5 Lato, system-ui, sans-serif }
main { width: min(30rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  padding: 2.25rem; box-shadow: 0 8px 30px #0001 }
.team { display: flex; align-items: center; gap: .75rem; color: var(--soft); margin-bottom: 1.25rem }
.mark { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 9px; background: var(--go);
  color: var(--paper); font-weight: 800 }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem } p { margin: 0 0 1rem; color: var(--soft) }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 8px }
li { padding: .75rem 1rem } li + li { border-top: 1px solid var(--line) } li a { color: inherit; display: block }
form { display: flex; flex-direction: row-reverse; gap: .75rem }
button { font: inherit; font-weight: 700; padding: .6rem 1.4rem; border-radius: 6px; border: 1px solid var(--line);
  background: transparent; color: inherit; cursor: pointer }
button.go { background: var(--go); border-color: var(--go); color: var(--paper) }
button:focus-visible, a:focus-visible { outline: 3px solid #1264a3; outline-offset: 2px } code { color: var(--bad) }
</style>
</head>
<body><main>
<div class="team"><span class="mark" aria-hidden="true">$mark</span><span>$place</span></div>
<h1>$title</h1>
$body
</main></body>
</html>
""")


def _page(title: str, place: str, body: str) -> str:
    return _FRAME.substitute(title=escape(title), place=escape(place), mark=escape(place[:1].upper() or "S"), body=body)


def question(title: str, team: str, lead: str, points: Iterable[str], fields: dict[str, str]) -> str:
    """Allow or Cancel, and what exactly would be allowed."""
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(it)}">' for name, it in fields.items())
    listed = "".join(f"<li>{escape(point)}</li>" for point in points)
    # Allow stands first, so that Enter means it; the style sheet puts it last
    allow = '<button class="go" name="answer" value="allow">Allow</button>'
    buttons = f'{allow}<button name="answer" value="cancel">Cancel</button>'
    return _page(title, team, f'<p>{escape(lead)}</p><ul>{listed}</ul><form method="post">{hidden}{buttons}</form>')


def chooser(people: Iterable[tuple[str, str, str]]) -> str:
    """Nobody is signed in to Slack here: who is it? Each is an address, a name and an e-mail."""
    links = "".join(
        f'<li><a href="{escape(href)}"><strong>{escape(name)}</strong><br>{escape(email)}</a></li>'
        for href, name, email in people
    )
    return _page("Sign in to Slack", "Slack", f"<p>Choose who you are in Slack.</p><ul>{links}</ul>")


def refusal(code: str, sentence: str) -> str:
    """Slack's own error page: it never sends a browser on to an address it does not know."""
    return _page("Something went wrong", "Slack", f"<p>{escape(sentence)}</p><p><code>{escape(code)}</code></p>")
