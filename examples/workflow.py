"""Capture a workflow: classify, branch, call a tool, answer, evaluate, take feedback.

python examples/workflow.py landing
llm-telemetry run --sources otlp --data-dir landing
"""

import random
import sys

import openai
from local_server import serving

from llm_telemetry.capture import (
    call_context,
    instrument,
    record_branch,
    record_evaluation,
    record_feedback,
    tool_call,
    workflow,
)

QUESTIONS = ["Where is my parcel?", "My invoice is wrong", "Do you ship to Norway?"]
REGIONS = ["eu", "us"]
# an experiment that sends three calls out of ten to the smaller model
MODELS = {"gpt-5": 0.7, "gpt-5-mini": 0.3}
SESSIONS = 60


def main(landing: str) -> None:
    """Serve every session, one after the other."""
    print("captured:", ", ".join(instrument(landing)))
    chance = random.Random(0)
    with (
        serving() as (url, _),
        openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client,
    ):
        for number in range(SESSIONS):
            with (
                call_context(
                    session_id=f"session-{number}",
                    user_id=f"user-{number % 17}",
                    region=REGIONS[number % 2],
                    channel="web",
                    account_tier="pro" if number % 3 else "free",
                ),
                workflow("support"),
            ):
                serve(client, number, chance)


def serve(client: openai.OpenAI, number: int, chance: random.Random) -> None:
    """Answer the question of one session, and learn whether it helped."""
    question = QUESTIONS[number % 3]
    with call_context(use_case="classify", prompt_name="classify", prompt_version="v3"):
        topic, _ = ask(client, "gpt-5-mini", question)
    is_billing = topic == "billing"
    record_branch("classify", "look_up", "is_billing", is_billing)
    if is_billing:
        look_up(number)
    model = chance.choices(list(MODELS), list(MODELS.values()))[0]
    with call_context(
        operation_id=f"answer-{number}",
        use_case="answer",
        prompt_name="answer",
        prompt_version="v7",
    ):
        response_id = answer(client, model, question, is_busy=number % 20 == 7)
    record_evaluation("hallucination", 0.1, "pass", response_id=response_id)
    if number % 4 == 0:
        record_feedback(1.0, "thumbs_up", response_id=response_id)


def answer(client: openai.OpenAI, model: str, question: str, *, is_busy: bool) -> str:
    """Answer with the model of the experiment, or with another where it is busy."""
    try:
        with call_context(propensity=MODELS[model]):
            return ask(client, model, question, "limited" if is_busy else "")[1]
    except openai.RateLimitError:
        with call_context(retry_index=1):
            return ask(client, "gpt-5-nano", question)[1]


def look_up(number: int) -> None:
    """Look an invoice up; some are not there."""
    try:
        with tool_call("find_invoice"):
            if number % 9 == 4:
                raise LookupError(f"invoice of session {number}")
    except LookupError:
        record_branch("look_up", "answer_without", "is_missing", True)


def ask(
    client: openai.OpenAI, model: str, question: str, wanted: str = ""
) -> tuple[str, str]:
    """Return the answer of a model, and the id of its response."""
    response = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": question}],
        extra_headers={"X-Answer": wanted},
    )
    return response.choices[0].message.content or "", response.id


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "landing")
