"""Refusals in Google's words and shapes. Also of use in scripted faults: ``Fault(..., body=google_error(...))``."""

from collections.abc import Mapping

from tests.sandbox.google.model import Json

SERVICE = "calendar-json.googleapis.com"
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


def google_error(
    status: int,
    reason: str,
    message: str,
    *,
    domain: str = "global",
    location: str | None = None,
    location_type: str = "parameter",
    detail: Mapping[str, object] | None = None,
    short: str | None = None,
) -> Json:
    """An error body of the Calendar API. ``short`` is the item's own message where it differs from the whole's."""
    item: Json = {"message": short or message, "domain": domain, "reason": reason}
    if location is not None:
        item |= {"location": location, "locationType": location_type}
    error: Json = {"code": status, "message": message, "errors": [item]}
    if detail is not None:
        error |= {"status": _STATUS[status], "details": [dict(detail)]}
    return {"error": error}


class ApiError(Exception):
    """The Calendar API refuses."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body['error']['errors'][0]['reason']}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


class OAuthError(Exception):
    """The token endpoint refuses."""

    def __init__(self, status: int, error: str, description: str, **more: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.body: Json = {"error": error, "error_description": description, **more}


def session_ended() -> OAuthError:
    """Session control: the person has to sign in again (support.google.com/a/answer/9368756)."""
    return OAuthError(
        400,
        "invalid_grant",
        "reauth related error (invalid_rapt)",
        error_uri="https://support.google.com/a/answer/9368756",
        error_subtype="invalid_rapt",
    )


def error_info(reason: str, **metadata: str) -> Json:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": SERVICE, **metadata},
    }


def invalid(message: str, location: str | None = None) -> ApiError:
    return ApiError(400, google_error(400, "invalid", message, location=location))


def required(message: str, location: str | None = None) -> ApiError:
    return ApiError(400, google_error(400, "required", message, location=location))


def bad_request(message: str = "Bad Request") -> ApiError:
    return ApiError(400, google_error(400, "badRequest", message))


def unknown_name(name: str, where: str) -> ApiError:
    """A query parameter or body field that the discovery document does not have."""
    said = f'Invalid JSON payload received. Unknown name "{name}"{where}'
    violation = {"field": name, "description": said}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return ApiError(400, google_error(400, "invalid", said, detail=detail))


def range_empty(location: str = "timeMax") -> ApiError:
    said = "The specified time range is empty."
    return ApiError(400, google_error(400, "timeRangeEmpty", said, domain="calendar", location=location))


def not_found() -> ApiError:
    return ApiError(404, google_error(404, "notFound", "Not Found"))


def duplicate() -> ApiError:
    return ApiError(409, google_error(409, "duplicate", "The requested identifier already exists."))


def deleted() -> ApiError:
    return ApiError(410, google_error(410, "deleted", "Resource has been deleted"))


def full_sync_required() -> ApiError:
    said = "Sync token is no longer valid, a full sync is required."
    return ApiError(410, google_error(410, "fullSyncRequired", said, domain="calendar", location="syncToken"))


def condition_not_met() -> ApiError:
    body = google_error(412, "conditionNotMet", "Precondition Failed", location="If-Match", location_type="header")
    return ApiError(412, body)


def writer_access_needed() -> ApiError:
    said = "You need to have writer access to this calendar."
    return ApiError(403, google_error(403, "requiredAccessLevel", said, domain="calendar"))


def forbidden(message: str = "Forbidden") -> ApiError:
    return ApiError(403, google_error(403, "forbidden", message))


def organizer_only() -> ApiError:
    said = "Shared properties can only be changed by the organizer of the event."
    return ApiError(403, google_error(403, "forbiddenForNonOrganizer", said, domain="calendar"))


def not_a_calendar_user() -> ApiError:
    said = "The user must be signed up for Google Calendar."
    return ApiError(403, google_error(403, "notACalendarUser", said, domain="calendar"))


def login_required(method: str) -> ApiError:
    said = (
        "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other "
        "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    body = google_error(
        401,
        "required",
        said,
        location="Authorization",
        location_type="header",
        short="Login Required.",
        detail=error_info("CREDENTIALS_MISSING", method=method),
    )
    return ApiError(401, body, {"www-authenticate": 'Bearer realm="https://accounts.google.com/"'})


def invalid_credentials() -> ApiError:
    said = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    body = google_error(
        401, "authError", said, location="Authorization", location_type="header", short="Invalid Credentials"
    )
    body["error"]["status"] = "UNAUTHENTICATED"
    challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return ApiError(401, body, {"www-authenticate": challenge})


def scopes_insufficient(method: str, scopes: str) -> ApiError:
    body = google_error(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        short="Insufficient Permission",
        detail=error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method=method),
    )
    challenge = f'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="{scopes}"'
    return ApiError(403, body, {"www-authenticate": challenge})


def api_disabled(project: str, *, with_details: bool) -> ApiError:
    """Google says it in two shapes: with ErrorInfo details, and the older one with the reason alone."""
    said = (
        f"Google Calendar API has not been used in project {project} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{SERVICE}/overview?project={project} then retry."
    )
    detail = error_info("SERVICE_DISABLED", consumer=f"projects/{project}") if with_details else None
    return ApiError(403, google_error(403, "accessNotConfigured", said, domain="usageLimits", detail=detail))
