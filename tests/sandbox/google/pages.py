from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_HEADERS = {
    "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HUES = ("#0b57d0", "#146c2e", "#a8323e", "#7a4a00", "#6a3ab2", "#00639b")


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["hue"] = lambda sub: _HUES[int(sub) % len(_HUES)]
    return environment


def page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """One of the templates as Google serves its pages: never cached, never framed, no script."""
    return HTMLResponse(_environment().get_template(name).render(**values), status, headers=_HEADERS)
