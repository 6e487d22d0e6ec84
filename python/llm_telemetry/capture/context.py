"""Put what the app knows about a call on every span that the call makes.

The context of OpenTelemetry carries it, not its baggage: baggage travels on in the
headers of outgoing requests, and would reveal the user to the provider.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor
from opentelemetry.util.types import AttributeValue

# argument of call_context -> attribute of the span
ATTRIBUTES = {
    "session_id": "session.id",
    "user_id": "user.id",
    "operation_id": "app.operation_id",
    "use_case": "app.use_case",
    "prompt_id": "app.prompt_id",
    "prompt_name": "gen_ai.prompt.name",
    "prompt_version": "gen_ai.prompt.version",
    "region": "app.region",
    "channel": "app.channel",
    "account_tier": "app.account_tier",
    "segment": "app.segment",
    "retry_index": "app.retry_index",
    "propensity": "app.propensity",
}
_KEY = context.create_key("llm-telemetry-call-context")


@contextmanager
def call_context(
    *,
    session_id: str | None = None,
    user_id: str | None = None,
    operation_id: str | None = None,
    use_case: str | None = None,
    prompt_id: str | None = None,
    prompt_name: str | None = None,
    prompt_version: str | None = None,
    region: str | None = None,
    channel: str | None = None,
    account_tier: str | None = None,
    segment: str | None = None,
    retry_index: int | None = None,
    propensity: float | None = None,
) -> Iterator[None]:
    """Put these values on every span that starts inside, also in threads and tasks.

    An inner block adds to the outer one, and wins where both name a value.
    ``operation_id`` links the attempts at one request of the user;
    ``propensity`` is the probability with which an experiment chose the model.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    added = {ATTRIBUTES[name]: _plain(value) for name, value in given.items()}
    token = context.attach(context.set_value(_KEY, current_attributes() | added))
    try:
        yield
    finally:
        context.detach(token)


def current_attributes(within: Context | None = None) -> dict[str, AttributeValue]:
    """Return the attributes of the blocks around this point."""
    found = context.get_value(_KEY, context=within)
    return dict(found) if isinstance(found, dict) else {}


def _plain(value: object) -> str | float:
    """Return a value as an attribute accepts it, such as a UUID as its text."""
    return value if isinstance(value, str | int | float) else str(value)


class CallContextProcessor(SpanProcessor):
    """Copies the call context onto every span, before the span is first read."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Set the attributes of the context that the span starts in."""
        span.set_attributes(current_attributes(parent_context))
