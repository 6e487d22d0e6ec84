"""HTTP POST without redirects, retried only where that may help."""

import http.client
import json
import math
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit

from llm_telemetry.http_exchange import (
    Answer,
    connection_problem,
    exchange,
    retry_after,
)
from llm_telemetry.watch.channels.patience import Patience, Try, deliver
from llm_telemetry.watch.message import Delivery

TEMPORARY = {408, 425, 429, *range(500, 600)}
JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}
AGENT = {"User-Agent": "llm-telemetry"}

# reads, from an answer, how many seconds the server asks to wait
Pause = Callable[[Answer], float | None]


def post_json(
    url: str,
    content: Any,
    patience: Patience,
    *,
    headers: Mapping[str, str] | None = None,
    pause: Pause | None = None,
) -> Delivery:
    """Post a document as JSON."""
    return post(url, json_bytes(content), patience, headers=headers, pause=pause)


def post(
    url: str,
    body: bytes,
    patience: Patience,
    *,
    headers: Mapping[str, str] | None = None,
    pause: Pause | None = None,
) -> Delivery:
    """Post a body, and again after a temporary error; name the host and the status."""
    sent = {**AGENT, **JSON_TYPE, **(headers or {})}
    attempt = partial(_attempt, urlsplit(url), body, sent, pause or retry_after)
    return deliver(attempt, patience)


def json_bytes(content: Any) -> bytes:
    """Return a document as JSON; numbers that JSON lacks become null."""
    return json.dumps(_finite(content), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "replace"
    )


def _finite(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, bool | int | str) or content is None:
        return content
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    return content.isoformat() if hasattr(content, "isoformat") else str(content)


def _attempt(
    url: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
    pause: Pause,
    timeout: float,
) -> Try:
    host = url.hostname or ""
    try:
        answer = exchange(url, body, headers, timeout)
    except ssl.SSLCertVerificationError:
        return Try(False, f"{host}: its certificate is not valid")
    except (OSError, http.client.HTTPException) as error:
        return Try(False, f"{host}: {connection_problem(error)}", is_temporary=True)
    except ValueError:
        return Try(False, f"{host}: a header cannot be sent: check the secrets")
    outcome = f"{host} answered {answer.status}"
    if 200 <= answer.status < 300:
        return Try(True, outcome)
    if 300 <= answer.status < 400:
        return Try(False, f"{outcome}: redirects are not followed")
    is_temporary = answer.status in TEMPORARY
    return Try(False, outcome, is_temporary, pause(answer) if is_temporary else None)
