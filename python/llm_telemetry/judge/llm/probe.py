"""What the endpoint takes, found out once by requests that are booked as well."""

import time
from typing import Any

from llm_telemetry.http_exchange import Answer, retry_after
from llm_telemetry.judge.llm import canaries, http, reply, request
from llm_telemetry.judge.llm.client import (
    ATTEMPTS,
    Refused,
    Settings,
    Version,
    book,
    failure,
    is_temporary,
    most_usd,
    pause_s,
    refusal,
)
from llm_telemetry.judge.llm.journal import PROBED, Journal

REJECTED = "rejected"
MOST_LISTED = 5


def known(settings: Settings, journal: Journal) -> Version | None:
    """Return the version that an earlier run found, if one did."""
    line = journal.shapes.get(settings.digest)
    if line is None:
        return None
    return Version(settings, request.Shape(**line["shape"]), line["response_model"])


def version(settings: Settings, journal: Journal) -> Version:
    """Return the version of the judge; ask the endpoint where it is not known.

    Raises Refused where it takes no request, and BudgetSpent where the budget does not
    suffice for one.
    """
    found = known(settings, journal)
    if found is not None:
        return found
    shape: request.Shape | None = request.Shape()
    while shape is not None:
        answer, name, tried = _answer(Version(settings, shape, None), journal)
        if answer.status == 200:
            said = reply.read(answer.body, settings.rubric)
            book(journal, name, said, tried, error_type=said.error_type)
            found = Version(settings, shape, said.response_model)
            journal.add(
                PROBED,
                settings=settings.digest,
                shape=vars(shape),
                response_model=said.response_model,
                judge_version=found.digest,
            )
            return found
        journal.settle(name, 0.0, error_type=REJECTED, status=answer.status)
        if problem := refusal(answer):
            raise Refused(f"--endpoint: {problem}")
        shape = request.adapted(shape, answer.body)
    raise Refused(
        f"--endpoint: answered {answer.status} to each kind of request that was tried: "
        "is it one of /chat/completions, and is --model one of its models?"
    )


def model(url: str, headers: dict[str, str], timeout_s: float) -> str:
    """Return the only model of an endpoint; raise InputError where there are others."""
    listed = url.removesuffix("/chat/completions") + "/models"
    try:
        answer = http.send(listed, headers=headers, timeout=timeout_s)
    except http.Unreachable as error:
        raise Refused(f"--endpoint: {error}") from None
    if problem := refusal(answer) if answer.status != 404 else None:
        raise Refused(f"--endpoint: {problem}")
    names = _names(reply.parsed(answer.body)) if answer.status == 200 else []
    if len(names) == 1:
        return names[0]
    shown = ", ".join(names[:MOST_LISTED]) + ", ..." * (len(names) > MOST_LISTED)
    raise Refused(f"--model: name the model of the judge{': ' * bool(names)}{shown}")


def _names(parsed: dict[str, Any] | None) -> list[str]:
    data = (parsed or {}).get("data")
    entries = data if isinstance(data, list) else []
    ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return [name for name in map(reply.model_name, ids) if name is not None]


def _answer(tried: Version, journal: Journal) -> tuple[Answer, str, Version]:
    """Return the answer to a canary, and the id under which it is to be booked."""
    settings = tried.settings
    texts = canaries.known(settings.rubric)[0].texts
    problem = ""
    for attempt in range(1, ATTEMPTS + 1):
        name = journal.reserve(
            most_usd(tried, texts),
            purpose="probe",
            evaluator=settings.rubric.evaluator,
            model_name=settings.model,
            attempt=attempt,
        )
        pause = None
        try:
            answer = http.send(
                settings.url,
                tried.document(texts),
                headers=settings.headers,
                timeout=settings.timeout_s,
            )
        except http.Unreachable as error:
            problem, cost = str(error), None if error.may_be_billed else 0.0
            journal.settle(name, cost, error_type=error.error_type)
        else:
            if not is_temporary(answer.status) or refusal(answer):
                return answer, name, tried
            problem = f"answered {answer.status}"
            failure(journal, name, answer.status)
            pause = retry_after(answer)
        if attempt < ATTEMPTS:
            time.sleep(pause_s(pause, attempt))
    raise Refused(f"--endpoint: no answer in {ATTEMPTS} attempts: {problem}")
