"""Pictures of weeks, drawn by bot/pictures and brought to Slack by bot/slack: neither knows the other."""

from collections import OrderedDict
from threading import Lock

from bot.domain.weeks import Week
from bot.pictures.week import week_picture
from bot.pictures.week_words import week_words
from bot.services.weeks import Brought
from bot.slack.uploads import upload_png
from bot.slack.workspaces import Clients

_REMEMBERED = 200


class WeekPictures:
    """The port ``Pictures``. Which file shows what is remembered by this process, so that it is brought once."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._lock = Lock()
        self._brought: OrderedDict[tuple[str, Week], Brought] = OrderedDict()

    def week(self, team_id: str, week: Week) -> Brought:
        """Drawn and brought to Slack, once as long as nothing changes."""
        with self._lock:
            known = self._brought.get((team_id, week))
        if known is not None:
            return known
        words = week_words(week)
        filename = f"week-{week.days[0]}.png"
        file_id = upload_png(self._clients, team_id, week_picture(week), filename, "The week", words)
        made = Brought(file_id, words)
        with self._lock:
            self._brought[team_id, week] = made
            while len(self._brought) > _REMEMBERED:
                self._brought.popitem(last=False)
        return made
