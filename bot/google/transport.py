"""The HTTP under all of Google's libraries: built once, pooled, safe between threads, and never sending twice."""

import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import httplib2
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy


def trusted() -> ssl.SSLContext:
    """The machine's own certificate authorities, the shipped ones, and what REQUESTS_CA_BUNDLE names.

    Slim images have none of their own, and companies add theirs.
    """
    named = requests.Session().merge_environment_settings("", {}, stream=None, verify=None, cert=None)["verify"]
    return _trusting(named if isinstance(named, str) else None)


@cache
def _trusting(named: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if named is not None:
        context.load_verify_locations(**{"capath" if Path(named).is_dir() else "cafile": named})
    return context


class Transport:
    """Speaks httplib2's interface, which is all googleapiclient asks for.

    httplib2 itself re-sends a POST whose answer it did not get, and is not safe between threads. One SSL context
    serves all: loading the authorities into a fresh one costs 20 ms. Proxies are those that requests
    would take from the environment (HTTPS_PROXY, NO_PROXY); nothing is taken from ~/.netrc, and no cookie is kept.
    """

    def __init__(self, *, connect: float = 5.0, read: float = 20.0, connections: int = 64) -> None:
        self._options: dict[str, Any] = {
            "maxsize": connections,
            "retries": False,
            "timeout": urllib3.Timeout(connect=connect, read=read),
            "ssl_context": trusted(),
        }
        self._lock = Lock()
        self._direct = urllib3.PoolManager(**self._options)
        # One for each origin: to ask the manager each time costs a tenth of a request, for it parses the address.
        self._pools: dict[str, urllib3.HTTPConnectionPool | urllib3.ProxyManager] = {}

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 0,
        connection_type: object = None,
    ) -> tuple[httplib2.Response, bytes]:
        """One request, one answer, redirects included as they are.

        Raises TimeoutError, ssl.SSLCertVerificationError or ConnectionError; none of them quotes the request.
        """
        del redirections, connection_type
        sent = body.encode() if isinstance(body, str) else body
        trouble: Exception
        try:
            answer = self._send(method, uri, sent, headers)
        except urllib3.exceptions.NewConnectionError:
            trouble = ConnectionError("no connection")
        except urllib3.exceptions.TimeoutError:
            trouble = TimeoutError("no answer in time")
        except urllib3.exceptions.SSLError as error:
            refused = error.args and isinstance(error.args[0], ssl.SSLCertVerificationError)
            trouble = ssl.SSLCertVerificationError("not trusted") if refused else ConnectionError("TLS failed")
        except urllib3.exceptions.HTTPError:
            trouble = ConnectionError("the line broke")
        else:
            response = httplib2.Response({**answer.headers, "status": str(answer.status)})
            response.reason = answer.reason or ""
            return response, answer.data
        raise trouble

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            for manager in (self._direct, *self._pools.values()):
                if isinstance(manager, urllib3.PoolManager):
                    manager.clear()
            self._pools.clear()

    def _send(
        self, method: str, uri: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> urllib3.BaseHTTPResponse:
        scheme, _, rest = uri.partition("://")
        host, _, path = rest.partition("/")
        origin = f"{scheme}://{host}"
        pool = self._pools.get(origin) or self._pool(origin)
        if isinstance(pool, urllib3.ProxyManager):
            return pool.urlopen(method, uri, redirect=False, body=body, headers=headers)
        return pool.urlopen(method, f"/{path}", body, headers, redirect=False, assert_same_host=False)

    def _pool(self, origin: str) -> urllib3.HTTPConnectionPool | urllib3.ProxyManager:
        with self._lock:
            if origin not in self._pools:
                proxy = select_proxy(origin, get_environ_proxies(origin))
                self._pools[origin] = self._through(proxy) if proxy else self._direct.connection_from_url(origin)
            return self._pools[origin]

    def _through(self, proxy: str) -> urllib3.ProxyManager:
        headers = HTTPAdapter().proxy_headers(proxy)  # a name and password written into the proxy's address
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **self._options)
