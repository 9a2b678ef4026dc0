"""Reading our own cookies, and only those that a browser keeps by the rules of their name."""

from starlette.requests import Request


def only(request: Request, name: str) -> str:
    r"""The value of the one cookie with exactly this name; empty if there is none, or more than one.

    Starlette strips from names whatever Python calls white space. Browsers do not: to them ``\xa0__Host-flow`` is any
    cookie, which a page on a neighbouring host may set for ours, and thus tie somebody's browser to a trip of its own.
    """
    pairs = [
        pair.strip(" \t").partition("=") for header in request.headers.getlist("cookie") for pair in header.split(";")
    ]
    found = [value for key, _, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""
