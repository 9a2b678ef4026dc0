"""Pictures that blocks show from Slack's own files: each must be there, be an image, and be ready to be shown."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from tests.sandbox.slack.files import File
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.schema import Findings
from tests.sandbox.slack.state import State

Shows = Callable[[Json], bool]
"""Whether a ``slack_file`` object leads to a picture that can be shown."""


def found_file(state: State, team_id: str, slack_file: Json) -> File | None:
    """The file that is meant by its id, by its private address or by its permalink."""
    if "id" in slack_file:
        return state.files.of(team_id, slack_file["id"])
    path = urlsplit(slack_file["url"]).path
    domain = state.teams[team_id].domain
    for file in state.files:
        shown = file.to_json(state.clock.now(), state.base_url, domain)
        if file.team_id == team_id and path in {file.path, urlsplit(shown["permalink"]).path}:
            return file
    return None


def shown_in(state: State, team_id: str) -> Shows:
    """What blocks may show that the bot posts in this workspace."""

    def shows(slack_file: Json) -> bool:
        file = found_file(state, team_id, slack_file)
        return file is not None and file.is_ready(state.clock.now()) and file.kind is not None

    return shows


def check_files(found: Findings, at: str, blocks: list[Json], shows: Shows) -> None:
    """In the words of the real refusal (slackapi/python-slack-sdk#1658)."""
    for place, slack_file in _slack_files(at, blocks):
        if not shows(slack_file):
            found.add(place, "invalid slack file")


def _slack_files(at: str, blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        holders = {here: block, f"{here}/accessory": block.get("accessory", {})}
        holders |= {f"{here}/elements/{place}": part for place, part in enumerate(block.get("elements", []))}
        for place, holder in holders.items():
            if "slack_file" in holder:
                yield f"{place}/slack_file", holder["slack_file"]
