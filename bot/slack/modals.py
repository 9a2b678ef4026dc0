"""What every modal of the roll-out is made of."""

from collections.abc import Sequence

from bot.slack.blocks import Block, plain, say, section
from bot.slack.views import View

_TITLE_LIMIT = 24


def modal(
    title: str,
    callback_id: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
) -> View:
    """A modal; without ``submit`` there is nothing to send."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, _TITLE_LIMIT),
        "close": plain(close, _TITLE_LIMIT),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    return view | ({"submit": plain(submit, _TITLE_LIMIT)} if submit else {})


def wait(title: str, callback_id: str, sentence: str) -> View:
    """While something takes longer than Slack waits."""
    return modal(title, callback_id, [section(say(":hourglass_flowing_sand: {sentence}", sentence=sentence))])


def problem(title: str, callback_id: str, sentence: str) -> View:
    """Why it cannot go on."""
    return modal(title, callback_id, [section(say(":warning: {sentence}", sentence=sentence))])
