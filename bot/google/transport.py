"""The HTTP under googleapiclient: built once, pooled, safe between threads, and never sending anything twice."""

import ssl
from collections.abc import Mapping

import httplib2
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH


def trusted() -> ssl.SSLContext:
    """The machine's own certificate authorities and the shipped ones: slim images have none, companies add theirs."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


class Transport:
    """Speaks httplib2's interface, which is all googleapiclient asks for.

    httplib2 itself re-sends a POST whose answer it did not get, and is not safe between threads. One SSL context
    serves all connections: loading the authorities into a fresh one costs 20 ms.
    """

    def __init__(self, *, connect: float = 5.0, read: float = 20.0, connections: int = 64) -> None:
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            retries=False,
            timeout=urllib3.Timeout(connect=connect, read=read),
            ssl_context=trusted(),
        )

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
            answer = self._pool.request(method, uri, body=sent, headers=headers, retries=False, redirect=False)
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
        self._pool.clear()
