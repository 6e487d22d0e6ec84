"""One judgement after the other, within the budget; several are under way at a time."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from llm_telemetry.errors import InputError
from llm_telemetry.http_exchange import Answer, retry_after
from llm_telemetry.judge.llm import http, reply, request
from llm_telemetry.judge.llm.journal import BudgetSpent, Journal
from llm_telemetry.judge.llm.prices import Price
from llm_telemetry.judge.llm.rubric import Rubric

ATTEMPTS = 4
# of an answer that came, but is no judgement
REPLIES = 2
PAUSES_S = (1.0, 2.0, 4.0)
LONGEST_PAUSE_S = 60.0
# calls in a row that the endpoint did not answer
MOST_UNANSWERED = 10
RATE_LIMITED, SERVER_ERROR = "rate_limited", "server_error"
REJECTED, MODEL_CHANGED = "rejected", "model_changed"
BILLED_STATUSES = {408, 504, 524}
# what no other request would change
REFUSALS = {
    401: "the key is refused",
    402: "the account has no credit",
    403: "the key may not do this",
    404: "no such path or model",
}
ADVICE = {
    401: "check the variable that --key-env names",
    402: "see the account of the provider",
    403: "check the variable that --key-env names, and --model",
    404: "check --endpoint, which ends before /chat/completions, and --model",
}


class Refused(InputError):
    """The endpoint refuses everything: no further request is sent."""


@dataclass(frozen=True)
class Unanswered:
    """No answer came to one request; the server may ask to wait."""

    problem: str
    pause_s: float | None = None


@dataclass(frozen=True)
class Settings:
    """Whom to ask, and how; ``secret`` makes the keys of the texts."""

    url: str
    model: str
    rubric: Rubric
    price: Price
    secret: bytes
    api_key: str | None = field(default=None, repr=False)
    max_tokens: int = 200
    timeout_s: float = 60.0
    parallel: int = 4

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of every request."""
        return {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}

    @property
    def digest(self) -> str:
        """Return the digest of what is known before the endpoint is asked."""
        known = [self.url, self.model, self.rubric.digest, self.max_tokens]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()


@dataclass(frozen=True)
class Version:
    """A judge: the settings, what the endpoint takes, and which model answered."""

    settings: Settings
    shape: request.Shape
    response_model: str | None

    @property
    def digest(self) -> str:
        """Return the version of the evaluator."""
        told = [self.settings.digest, vars(self.shape), self.response_model]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def document(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return the request for one judgement."""
        one = self.settings
        return request.document(
            one.rubric, one.model, texts, self.shape, one.max_tokens
        )

    def key(self, texts: Mapping[str, str], run_id: str = "") -> str:
        """Return what a judgement is found by: it cannot be guessed from the texts.

        A canary is asked in each run anew.
        """
        given = [self.digest, run_id, *(texts[t] for t in self.settings.rubric.texts)]
        content = json.dumps(given).encode()
        return hmac.new(self.settings.secret, content, hashlib.sha256).hexdigest()


def most_usd(version: Version, texts: Mapping[str, str]) -> float:
    """Return the most that one request can cost, USD."""
    tokens = request.most_tokens(version.document(texts))
    return version.settings.price.usd(tokens, version.settings.max_tokens)


class Client:
    """Asks for judgements; a lock and a flag are what its threads share."""

    def __init__(self, version: Version, journal: Journal, purpose: str) -> None:
        self.version, self.journal, self.purpose = version, journal, purpose
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._in_a_row = 0
        # why a call was not answered, by its key: it is asked again by the next run
        self.unanswered: dict[str, str] = {}

    def ask(
        self,
        asked: Iterable[tuple[str, Mapping[str, str]]],
        progress: Callable[[int], object] = lambda done: None,
    ) -> bool:
        """Ask for the judgement of each key and its texts, in this order.

        They are then known to the journal. Returns whether the budget was enough;
        raises Refused where the endpoint refuses.
        """
        is_enough, refused, done = True, None, 0
        with ThreadPoolExecutor(self.version.settings.parallel) as pool:
            futures = [pool.submit(self._one, key, texts) for key, texts in asked]
            try:
                for future in futures:
                    try:
                        done += future.result()
                        progress(done)
                    except BudgetSpent:
                        is_enough = False
                    except Refused as error:
                        refused = refused or error
            finally:
                # of those that wait, where this one was interrupted
                self._stop.set()
        if refused is not None:
            raise refused
        return is_enough

    def _one(self, key: str, texts: Mapping[str, str]) -> bool:
        """Ask until there is a judgement, or none is to be had."""
        if self._stop.is_set():
            return False
        try:
            self._attempts(key, texts)
        except BaseException:
            self._stop.set()
            raise
        return True

    def _attempts(self, key: str, texts: Mapping[str, str]) -> None:
        document = self.version.document(texts)
        most = most_usd(self.version, texts)
        replies = 0
        for attempt in range(1, ATTEMPTS + 1):
            about = {"key": key, "attempt": attempt}
            name = self._reserve(most, about)
            sent = self._send(name, document, about, replies + 1 >= REPLIES)
            problem = sent.problem if isinstance(sent, Unanswered) else sent
            if isinstance(sent, Unanswered):
                if self._stop.is_set():
                    # not asked as often as it could be: as if it had not been reached
                    return
                if attempt < ATTEMPTS:
                    self._stop.wait(pause_s(sent.pause_s, attempt))
                continue
            with self._lock:
                self._in_a_row = 0
            replies += 1
            if sent not in reply.ASKED_AGAIN or replies >= REPLIES:
                return
        self.unanswered[key] = str(problem)
        self._count_unanswered()

    def _reserve(self, most: float, about: Mapping[str, Any]) -> str:
        one = self.version.settings
        return self.journal.reserve(
            most,
            purpose=self.purpose,
            judge_version=self.version.digest,
            evaluator=one.rubric.evaluator,
            model_name=one.model,
            **about,
        )

    def _send(
        self, name: str, document: Any, about: Mapping[str, Any], is_last: bool
    ) -> "str | Unanswered | None":
        """Send a request and book it; return its error_type, or why no answer came."""
        one = self.version.settings
        try:
            answer = http.send(
                one.url, document, headers=one.headers, timeout=one.timeout_s
            )
        except http.Unreachable as error:
            cost = None if error.may_be_billed else 0.0
            self.journal.settle(name, cost, error_type=error.error_type, **about)
            return Unanswered(error.error_type)
        if answer.status == 200:
            return self._read(name, answer.body, about, is_last)
        return self._failed(name, answer, about)

    def _read(
        self, name: str, body: bytes, about: Mapping[str, Any], is_last: bool
    ) -> str | None:
        version = self.version
        found = reply.read(body, version.settings.rubric)
        models = {version.response_model, found.response_model} - {None}
        if len(models) > 1:
            book(self.journal, name, found, version, error_type=MODEL_CHANGED, **about)
            raise Refused(changed(version, self.journal, found.response_model))
        judgement = {"label": found.label, "score": found.score}
        is_final = is_last or found.error_type not in reply.ASKED_AGAIN
        about = {**about, **judgement, "is_final": is_final}
        book(self.journal, name, found, version, error_type=found.error_type, **about)
        return found.error_type

    def _failed(
        self, name: str, answer: Answer, about: Mapping[str, Any]
    ) -> "str | Unanswered":
        status, problem = answer.status, refusal(answer)
        if problem is None and not is_temporary(status):
            # of this one text, such as one that is too long
            self.journal.settle(name, 0.0, error_type=REJECTED, is_final=True, **about)
            return REJECTED
        error = failure(self.journal, name, status, **about)
        if problem is not None:
            raise Refused(f"--endpoint: {problem}")
        return Unanswered(error, retry_after(answer))

    def _count_unanswered(self) -> None:
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= MOST_UNANSWERED:
                raise Refused(
                    f"--endpoint: {MOST_UNANSWERED} calls in a row had no answer after "
                    f"{ATTEMPTS} attempts each: start again once it is back; what was "
                    "judged is kept"
                )


def refusal(answer: Answer) -> str | None:
    """Return why no other request would do better, or None; never what was answered.

    The text of an answer may quote the key or what was to be judged.
    """
    status = answer.status
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed: name where it leads"
    if status == 429 and b"insufficient_quota" in answer.body:
        return f"answered 429: {REFUSALS[402]}: {ADVICE[402]}"
    if status in REFUSALS:
        return f"answered {status}: {REFUSALS[status]}: {ADVICE[status]}"
    return None


def pause_s(asked: float | None, attempt: int) -> float:
    """Return the seconds before the next attempt; the server may ask for more."""
    pause = PAUSES_S[attempt - 1] if asked is None else asked
    return min(pause, LONGEST_PAUSE_S)


def is_temporary(status: int) -> bool:
    """Return whether another attempt may be answered."""
    return status in (408, 409, 425, 429) or status >= 500


def failure(journal: Journal, name: str, status: int, **about: Any) -> str:
    """Book an answer that is an error; return its error_type.

    A timeout of what is between may have been billed by what is behind it.
    """
    is_billed = status in BILLED_STATUSES
    error = RATE_LIMITED if status == 429 else SERVER_ERROR
    error = http.TIMEOUT if is_billed else error
    cost = None if is_billed else 0.0
    journal.settle(name, cost, error_type=error, status=status, **about)
    return error


def book(
    journal: Journal, name: str, found: reply.Reply, version: Version, **about: Any
) -> None:
    """Book an answer with what the endpoint counted, or with all that was reserved."""
    cost, tokens = None, {}
    if found.tokens is not None:
        given, said = found.tokens
        cost = version.settings.price.usd(given, said)
        tokens = {"input_tokens": given, "output_tokens": said}
    model = found.response_model
    journal.settle(name, cost, response_model=model, **tokens, **about)


def changed(version: Version, journal: Journal, model: str | None) -> str:
    """Note that another model answers; return a line that says so."""
    digest = version.settings.digest
    journal.add("model_changed", settings=digest, judge_version=version.digest)
    return (
        f"--endpoint: {model} answers, and {version.response_model} answered before: "
        "nothing was landed; the next run is a new version of the judge"
    )
