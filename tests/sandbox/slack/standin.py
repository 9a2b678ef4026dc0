"""The stand-in for Slack: what tests, the sandbox's world and its page use."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from tests.sandbox.clock import SandboxClock
from tests.sandbox.faults import Script
from tests.sandbox.slack.administration import Administration
from tests.sandbox.slack.api import Api
from tests.sandbox.slack.commanding import ResponseUrls
from tests.sandbox.slack.delivery import Delivery
from tests.sandbox.slack.file_host import FileHost
from tests.sandbox.slack.files import File, Files
from tests.sandbox.slack.limits import Limits
from tests.sandbox.slack.messages import Message
from tests.sandbox.slack.payloads import shown_view
from tests.sandbox.slack.people import Channel, Team, User, UserGroup
from tests.sandbox.slack.post_office import PostOffice
from tests.sandbox.slack.refusal import Json
from tests.sandbox.slack.sign_in import SignIn
from tests.sandbox.slack.slack_files import found_file
from tests.sandbox.slack.sockets import Sockets
from tests.sandbox.slack.state import ApiCall, State


class SlackStandIn(Administration):
    """Slack's Web API, pages, events and people. Serve ``app``, set ``base_url``, ``point_at`` the bot."""

    def __init__(self, clock: SandboxClock) -> None:
        self.state = State(clock)
        self.script = Script()
        self.sockets = Sockets(self.state)
        self.delivery = Delivery(self.state, self.sockets)
        self.post_office = PostOffice(self.state, self.delivery)
        self.state.echo = self.post_office.echo
        api, pages, answers = Api(self.state, self.sockets), SignIn(self.state), ResponseUrls(self.state)
        host = FileHost(self.state)
        both = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/api/{method}", api.endpoint, methods=both),
                Route("/response/{id}", answers.endpoint, methods=["POST"]),
                Route("/upload/v1/{ticket}", host.upload, methods=["POST"]),
                Route("/files-pri/{file}/{name}", host.look),
                Route("/openid/connect/authorize", pages.openid, methods=both),
                Route("/openid/connect/keys", pages.keys),
                Route("/.well-known/openid-configuration", pages.configuration),
                Route("/oauth/v2/authorize", pages.install, methods=both),
                WebSocketRoute("/link/", self.sockets.endpoint),
            ]
        )

    # ---- the app's page at Slack

    @property
    def base_url(self) -> str:
        return self.state.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.state.base_url = url.rstrip("/")

    @property
    def signing_secret(self) -> str:
        return self.state.credentials.signing_secret

    @property
    def client_id(self) -> str:
        return self.state.credentials.client_id

    @property
    def client_secret(self) -> str:
        return self.state.credentials.client_secret

    @property
    def app_token(self) -> str:
        return self.state.credentials.app_token

    @property
    def app_id(self) -> str:
        return self.state.credentials.app_id

    @property
    def redirect_uris(self) -> set[str]:
        """Addresses the sign-in pages may send a browser to."""
        return self.state.redirect_uris

    @property
    def journal(self) -> list[ApiCall]:
        return self.state.journal

    @property
    def faults(self) -> list[str]:
        """What the bot did wrong: late or bad acknowledgements, answers Slack does not take."""
        return self.state.faults

    @property
    def limits(self) -> Limits:
        """Rate limits, off at first: ``limits.on = True``."""
        return self.state.limits

    def point_at(self, bot_url: str) -> None:
        self.delivery.bot_url = bot_url

    def on_change(self, callback: Callable[[], object]) -> None:
        """Have ``callback`` called, from any thread, after anything changed. It must not block."""
        self.state.listeners.append(callback)

    def close(self) -> None:
        """Send nothing more by itself."""
        self.post_office.close()

    # ---- who there is

    def add_team(self, team_id: str, name: str, domain: str, *, enterprise: tuple[str, str] | None = None) -> Team:
        return self.state.add_team(Team(team_id, name, domain, enterprise))

    def add_user(self, team_id: str, user_id: str, *, name: str, email: str, tz: str, **more: Any) -> User:
        """A member nobody is told of; ``more`` is admin, owner, guest, deleted, locale and the other fields of User."""
        user = User(team_id, user_id, name, email, tz, **more)
        self.add_users([user])
        return user

    def add_users(self, users: Iterable[User]) -> None:
        """Many members at once: 100,000 take about a second."""
        users = list(users)
        for team_id in {user.team_id for user in users} - self.state.teams.keys():
            raise ValueError(f"there is no team {team_id}")
        self.state.add_users(users)

    def add_user_group(
        self,
        team_id: str,
        group_id: str,
        handle: str,
        members: Iterable[str],
        *,
        name: str = "",
        disabled: bool = False,
    ) -> UserGroup:
        """A user group (S…); it may be disabled, and still have its members."""
        group = UserGroup(team_id, group_id, handle, name or handle, list(members), disabled)
        self.state.user_groups[group_id] = group
        self.state.changed()
        return group

    def add_channel(
        self,
        team_id: str,
        channel_id: str,
        name: str,
        members: Iterable[str],
        bot_is_member: bool = False,
        *,
        private: bool = False,
        archived: bool = False,
    ) -> Channel:
        channel = Channel(team_id, channel_id, name, set(members), bot_is_member, private=private, archived=archived)
        self.state.channels[channel_id] = channel
        self.state.changed()
        return channel

    def install(self, team_id: str, scopes: Iterable[str]) -> str:
        """Install the app with these bot scopes; the bot token."""
        return self.state.install(team_id, scopes).token

    def uninstall(self, team_id: str) -> None:
        """Remove the app: its token is dead at once. Events about it are sent by ``event``."""
        self.state.uninstall(team_id)

    def refuse_token(self, team_id: str, code: str = "token_revoked") -> None:
        """From now on the bot's token is dead: "invalid_auth", "account_inactive" and the like."""
        self.state.refused_tokens[self.state.installed(team_id).token] = code

    def accept_token(self, team_id: str) -> None:
        """The bot's token is good again."""
        self.state.refused_tokens.pop(self.state.installed(team_id).token, None)

    def refuse_edits(self, code: str | None = "edit_window_closed") -> None:
        """From now on nothing can be edited any more, by this rule of the workspace; None lifts it."""
        self.state.edits_refused = code

    def users(self) -> list[User]:
        return list(self.state.users.values())

    @property
    def files(self) -> Files:
        """What was uploaded; ``files.delay`` is how long Slack needs until a file can be shown."""
        return self.state.files

    def picture(self, team_id: str, slack_file: Json) -> tuple[File, str] | None:
        """The file that a block's ``slack_file`` means, and where a member's browser can look at it."""
        file = found_file(self.state, team_id, slack_file)
        return None if file is None else (file, f"{self.base_url}{file.path}")

    # ---- what a person sees

    def dm(self, user_id: str) -> list[Message]:
        """The direct messages with the bot, oldest first, the deleted ones marked."""
        return self.channel(self.state.users[user_id].im_id)

    def marked(self, user_id: str, mark: str) -> list[Message]:
        """The bot's direct messages to them with ``mark`` in the payload of the metadata, the deleted ones too."""
        return [
            each for each in self.dm(user_id) if mark in ((each.metadata or {}).get("event_payload") or {}).values()
        ]

    def channel(self, channel_id: str) -> list[Message]:
        with self.state.lock:
            return copy.deepcopy(sorted(self.state.messages.get(channel_id, {}).values(), key=lambda each: each.ts))

    def ephemerals(self, user_id: str) -> list[Message]:
        """What only this person sees, in whichever channel, oldest first."""
        with self.state.lock:
            return copy.deepcopy([each for each in self.state.ephemerals.get(user_id, []) if not each.deleted])

    def home(self, user_id: str) -> Json | None:
        """The published home tab as a view object, its ``state`` the person's choices."""
        with self.state.lock:
            view = self.state.homes.get(user_id)
            return None if view is None else copy.deepcopy(shown_view(self.state, view))

    def modals(self, user_id: str) -> list[Json]:
        """The stack of open modals as view objects, the one on top last."""
        with self.state.lock:
            return copy.deepcopy([shown_view(self.state, view) for view in self.state.modals.get(user_id, [])])

    def view_errors(self, user_id: str) -> dict[str, str]:
        """The errors under the fields of the modal on top, by block_id."""
        with self.state.lock:
            stack = self.state.modals.get(user_id, [])
            return dict(stack[-1].errors) if stack else {}

    def notices(self, user_id: str) -> list[str]:
        """What Slack itself told the person, such as a command that failed."""
        with self.state.lock:
            return list(self.state.notices.get(user_id, []))
