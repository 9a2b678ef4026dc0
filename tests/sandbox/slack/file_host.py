"""files.slack.com: where the bytes of a file go, and where they are looked at."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from tests.sandbox.slack.files import IMAGES, File
from tests.sandbox.slack.sign_in import COOKIE
from tests.sandbox.slack.state import State


class FileHost:
    """The upload address is itself the permission; to look one needs a token or to be signed in to the workspace."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def upload(self, request: Request) -> Response:
        """POST, the raw bytes or a form with one file; their number must be the ``length`` that was announced."""
        if "authorization" in request.headers or "token" in request.query_params:
            self._state.fault("upload: a token was sent along, and the upload address needs none")
        body = await _sent(request)
        with self._state.lock:
            file = self._state.files.with_ticket(request.path_params["ticket"])
            if file is None:
                return PlainTextResponse("not found", status_code=404)
            if len(body) != file.length:  # Slack documents no answer for this; that the length must fit, it does
                return PlainTextResponse(f"expected {file.length} bytes, got {len(body)}", status_code=400)
            file.body = body
        return PlainTextResponse(f"OK - {len(body)}")

    async def look(self, request: Request) -> Response:
        """GET /files-pri/{team}-{file}/{name}."""
        team_id, _, file_id = request.path_params["file"].rpartition("-")
        file = self._state.files.of(team_id, file_id)
        if file is None or file.body is None or not file.is_ready(self._state.clock.now()):
            return PlainTextResponse("not found", status_code=404)
        if not self._may_look(request, file):
            domain = self._state.teams[file.team_id].domain
            return RedirectResponse(f"https://{domain}.slack.com/?redir={request.url.path}", status_code=302)
        kind = IMAGES.get(file.kind or "", "application/octet-stream")
        return Response(file.body, media_type=kind, headers={"x-content-type-options": "nosniff"})

    def _may_look(self, request: Request, file: File) -> bool:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._state.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is not None:
            return token.team_id == file.team_id and "files:read" in token.scopes
        user = self._state.users.get(request.cookies.get(COOKIE, ""))
        return user is not None and user.team_id == file.team_id and not user.deleted


async def _sent(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        parts = [part for part in form.values() if isinstance(part, UploadFile)]
        return await parts[0].read() if len(parts) == 1 else b""
