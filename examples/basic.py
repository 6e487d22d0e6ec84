"""Capture an app that asks a model and nothing else.

python examples/basic.py landing
llm-telemetry run --sources otlp --data-dir landing
"""

import sys

from local_server import serving
from openai import OpenAI

from llm_telemetry.capture import call_context, instrument

QUESTIONS = ["Where is my parcel?", "My invoice is wrong", "Do you ship to Norway?"]


def main(landing: str) -> None:
    """Ask some questions, each of a user in a session."""
    print("captured:", ", ".join(instrument(landing)))
    with serving() as (url, _), OpenAI(base_url=url, api_key="none") as client:
        for number, question in enumerate(QUESTIONS):
            with call_context(
                session_id=f"session-{number}",
                user_id=f"user-{number % 2}",
                use_case="support",
                prompt_version="v1",
            ):
                answer = client.chat.completions.create(
                    model="gpt-5-mini", messages=[{"role": "user", "content": question}]
                )
            print(f"{question} -> {answer.choices[0].message.content}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "landing")
