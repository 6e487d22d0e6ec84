"""Documents of JSON to and from the endpoint, and whether a failure may be billed."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from llm_telemetry.http_exchange import Answer, connection_problem, exchange

HEADERS = {"User-Agent": "llm-telemetry", "Content-Type": "application/json"}
MAX_BODY = 1024 * 1024
TIMEOUT, CONNECTION_LOST, NO_CONNECTION = "timeout", "connection_lost", "no_connection"


class Unreachable(Exception):
    """No answer came; it may be billed where the request may have arrived."""

    def __init__(self, words: str, error_type: str) -> None:
        super().__init__(words)
        self.error_type = error_type

    @property
    def may_be_billed(self) -> bool:
        """Return whether the request may have arrived."""
        return self.error_type != NO_CONNECTION


def send(
    url: str, content: Any = None, *, headers: Mapping[str, str], timeout: float
) -> Answer:
    """POST a document, or GET where there is none; raise Unreachable."""
    body = None if content is None else json.dumps(content).encode()
    is_connected = threading.Event()
    try:
        return exchange(
            urlsplit(url),
            body,
            {**HEADERS, **headers},
            timeout,
            most_bytes=MAX_BODY,
            connected=is_connected.set,
        )
    except ssl.SSLCertVerificationError:
        raise Unreachable("its certificate is not valid", NO_CONNECTION) from None
    except (OSError, http.client.HTTPException) as error:
        words, kind = connection_problem(error), CONNECTION_LOST
        if not is_connected.is_set():
            kind = NO_CONNECTION
        elif isinstance(error, TimeoutError):
            kind = TIMEOUT
        raise Unreachable(words, kind) from None
