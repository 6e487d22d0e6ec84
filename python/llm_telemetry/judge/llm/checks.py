"""What is wrong with the options of a model as judge, and the settings they make."""

import hashlib
import math
import os
import re
from types import SimpleNamespace
from urllib.parse import urlsplit

from llm_telemetry.errors import InputError, check_all
from llm_telemetry.judge.llm import prices, probe, rubric
from llm_telemetry.judge.llm.client import Settings
from llm_telemetry.judge.llm.options import KEY_ENV, SECRET_ENV

Options = SimpleNamespace
LEAST_SECRET = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PATH = "/chat/completions"
# texts that only a file has
OF_FILE = ("expected", "source")


def checked(options: Options) -> rubric.Rubric:
    """Return the rubric; raise InputError with a line for each wrong option."""
    found: list[rubric.Rubric] = []

    def load() -> None:
        if not options.rubric:
            raise InputError(f"--rubric: name one of {', '.join(rubric.names())}")
        found.append(rubric.load(options.rubric))
        if options.expected is None and set(OF_FILE) & set(found[0].needs):
            raise InputError(
                f"--rubric: {options.rubric}: needs the columns "
                f"{', '.join(name for name in OF_FILE if name in found[0].needs)} of a "
                "file: pass --expected FILE.csv"
            )

    check_all(load, lambda: _check_endpoint(options), lambda: _check_numbers(options))
    return found[0]


def _check_endpoint(options: Options) -> None:
    text = options.endpoint or ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("--endpoint: no URL: write one such as https://HOST/v1")
    if not re.fullmatch(r"[!-~]+", text) or "@" in parts.netloc or parts.fragment:
        raise InputError(
            "--endpoint: a URL without user, password, fragment and spaces: the key "
            "is read from the variable that --key-env names"
        )
    has_key = bool(os.environ.get(options.key_env, "").strip())
    if options.key_env != KEY_ENV and not has_key:
        raise InputError(f"--key-env: {options.key_env} is not set: set it to the key")
    if has_key and parts.scheme == "http" and host not in LOOPBACK:
        raise InputError("--endpoint: a key is sent over https:// only")


def _check_numbers(options: Options) -> None:
    budget = options.budget_usd
    if budget is None or not math.isfinite(budget) or budget < 0:
        raise InputError("--budget-usd: name the most that this run may cost, in USD")
    if not 0 < options.request_timeout < 86_400:
        raise InputError("--request-timeout: a number of seconds above 0")
    if not 0 < options.share <= 1:
        raise InputError(f"--sample: {options.share:g}: a share is above 0, at most 1")
    if options.price is not None:
        prices.price("", options.price)


def _secret() -> bytes:
    """Return the key of the HMAC of the texts, from the environment."""
    text = os.environ.get(SECRET_ENV, "").strip()
    if len(text) < LEAST_SECRET:
        raise InputError(
            f"{SECRET_ENV}: set it to a secret of at least {LEAST_SECRET} characters, "
            "and keep it: what is judged is found by it, and without it a short answer "
            "could be guessed from its digest"
        )
    return hashlib.sha256(text.encode()).digest()


def settings(options: Options, of: rubric.Rubric) -> Settings:
    """Return whom to ask, and how; without --model the endpoint is asked for its."""
    secret = _secret()
    base = options.endpoint.rstrip("/")
    url = base if base.endswith(PATH) else base + PATH
    key = os.environ.get(options.key_env, "").strip() or None
    if key is not None and not re.fullmatch(r"[!-~]+", key):
        raise InputError(f"{options.key_env}: the key has characters that no key has")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    model = options.model
    if model is None and options.dry_run:
        raise InputError("--model: name the model: --dry-run asks no endpoint")
    if model is None:
        model = probe.model(url, headers, options.request_timeout)
    return Settings(
        url=url,
        model=model,
        rubric=of,
        price=prices.price(model, options.price),
        secret=secret,
        api_key=key,
        max_tokens=options.max_tokens,
        timeout_s=options.request_timeout,
        parallel=options.parallel,
    )
