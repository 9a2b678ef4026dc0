"""Where webhooks may go: public addresses of the internet, by https. Everything else inside our network is refused."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

LONGEST = 2000
_HTTPS, _FIRST_FREE_PORT = 443, 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_GLOBAL_UNICAST = ip_network("2000::/3")
# Addresses of IPv6 that lead to an IPv4 address, which could be one of ours: 6to4, Teredo, ORCHID and documentation.
_LEADS_ELSEWHERE = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_SPECIAL = tuple(
    ip_network(each)
    for each in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "100.64.0.0/10", "168.63.129.16/32")
)
"""Public in some lists, never a booking system: protocol assignments, relays, benchmarks, carriers, a cloud's own."""


class Refused(Exception):
    """Why nothing is ever sent there, in a sentence."""


class Unresolved(Exception):
    """The name server knows no address for it just now."""


@dataclass(frozen=True)
class Target:
    """An address that was taken apart and looks harmless. What its name leads to is seen at each attempt."""

    host: str
    port: int
    path: str
    is_tls: bool
    is_loopback: bool

    @property
    def host_header(self) -> str:
        """As HTTP wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (_HTTPS if self.is_tls else 80) else f"{host}:{self.port}"


def target(url: str, *, loopback: bool = False) -> Target:
    """Take an address apart. With ``loopback``, this very machine may be called too, by http. Raises Refused."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or re.search(r'[\s\\<>"^`{|}]', url):
        raise Refused("A webhook's address is plain ASCII of at most 2,000 characters, without spaces or backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("This is not an address that can be read.") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise Refused("A webhook's address begins with https:// and a name.")
    if "@" in parts.netloc or parts.fragment:
        raise Refused("A webhook's address holds no name, no password and no #fragment.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if loopback and host in _LOOPBACK:
        is_tls = parts.scheme == "https"
        return Target(host, port or (_HTTPS if is_tls else 80), path, is_tls=is_tls, is_loopback=True)
    if parts.scheme != "https":
        raise Refused("A webhook's address begins with https://.")
    port = _HTTPS if port is None else port
    if port != _HTTPS and port < _FIRST_FREE_PORT:
        raise Refused("A webhook's port is 443, or 1024 and above: the others belong to other services.")
    return Target(host, port, path, is_tls=True, is_loopback=False)


def addresses(to: Target, resolve: Resolve) -> Sequence[str]:
    """What its name leads to now, checked: connect to these and to nothing else. Raises Refused, Unresolved."""
    found = resolve(to.host, to.port)
    if not found:
        raise Unresolved
    for each in found:
        address = ip_address(each.partition("%")[0])
        fine = address.is_loopback if to.is_loopback else is_public(address)
        if not fine:  # one bad address among good ones is a trap, not an accident
            raise Refused("This name leads into a private network.")
    return found


def is_public(address: Address) -> bool:
    """Whether it is somebody else's machine on the internet: not ours, not a neighbour's, not a cloud's metadata."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped
        if inside is not None:
            return False  # nobody writes a public IPv4 address that way in good faith
        leads_elsewhere = any(address in network for network in _LEADS_ELSEWHERE)
        return address in _GLOBAL_UNICAST and address.is_global and not leads_elsewhere
    special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not address.is_reserved and not special


def resolved(host: str, port: int) -> Sequence[str]:
    """What the name server says, each address once. Raises Unresolved."""
    try:
        found: Sequence[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unresolved from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))
