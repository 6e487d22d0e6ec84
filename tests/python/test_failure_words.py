"""Which words of an error mean which failure, whatever the source calls it."""

from functools import cache

import duckdb
import pytest
from rendered_models import render

SAFETY = "safety_block"
# class, code, status or message as it is written, and the failure it is
ERRORS = {
    # OpenAI, and those compatible with it
    "RateLimitError": "rate_limit",
    "openai.RateLimitError": "rate_limit",
    "rate_limit_exceeded": "rate_limit",
    "insufficient_quota": "rate_limit",
    "429": "rate_limit",
    "Error code: 429 - {'error': {'message': 'x'}}": "rate_limit",
    "Request failed with status code 429": "rate_limit",
    "HTTP/1.1 429 Too Many Requests": "rate_limit",
    "RateLimitReached": "rate_limit",
    "Rate limit reached for gpt-4o in organization org-1": "rate_limit",
    "You exceeded your current quota, please check your plan": "rate_limit",
    "Slow down": "rate_limit",
    "APITimeoutError": "timeout",
    "Request timed out.": "timeout",
    "504 Gateway Time-out": "timeout",
    "408": "timeout",
    "content_policy_violation": SAFETY,
    "ContentPolicyViolationError": SAFETY,
    "Your request was rejected as a result of our safety system": SAFETY,
    "The response was filtered due to Azure's content management policy": SAFETY,
    "ResponsibleAIPolicyViolation": SAFETY,
    "content_filter": SAFETY,
    "APIConnectionError": "provider_error",
    "InternalServerError": "provider_error",
    "AuthenticationError": "provider_error",
    "context_length_exceeded": "provider_error",
    "Error code: 400 - you requested 429 tokens": "provider_error",
    # Anthropic
    "rate_limit_error": "rate_limit",
    "overloaded_error": "provider_error",
    "529": "provider_error",
    "Output blocked by content filtering policy": SAFETY,
    # Bedrock
    "ThrottlingException": "rate_limit",
    "TooManyRequestsException": "rate_limit",
    "ServiceQuotaExceededException": "rate_limit",
    "ProvisionedThroughputExceededException": "rate_limit",
    "ModelThrottledException": "rate_limit",
    "ModelThrottledError": "rate_limit",
    "Too many tokens, please wait before trying again.": "rate_limit",
    "ModelTimeoutException": "timeout",
    "ModelErrorException": "provider_error",
    "ValidationException": "provider_error",
    "ServiceUnavailableException": "provider_error",
    # Gemini and Vertex
    "RESOURCE_EXHAUSTED": "rate_limit",
    "_ResourceExhaustedError": "rate_limit",
    "google.api_core.exceptions.ResourceExhausted": "rate_limit",
    "429 RESOURCE_EXHAUSTED. {'error': {'code': 429}}": "rate_limit",
    "Resource has been exhausted (e.g. check quota).": "rate_limit",
    "DEADLINE_EXCEEDED": "timeout",
    "503 UNAVAILABLE": "provider_error",
    "PROHIBITED_CONTENT": SAFETY,
    "BlockedPromptException": SAFETY,
    "The prompt was blocked due to SAFETY": SAFETY,
    # Azure, Mistral, Groq, gateways and frameworks
    "service_tier_capacity_exceeded": "rate_limit",
    "Flex tier capacity exceeded": "rate_limit",
    "Out of call volume quota": "rate_limit",
    "RouterRateLimitError": "rate_limit",
    "AI_RetryError: Failed after 3 attempts. Last: Too Many Requests": "rate_limit",
    "GuardrailRaisedException": SAFETY,
    "BlockedPiiEntityError": SAFETY,
    "InputGuardrailTripwireTriggered": SAFETY,
    "litellm.exceptions.Timeout": "timeout",
    "ETIMEDOUT": "timeout",
    "ReadTimeout": "timeout",
    "524": "timeout",
    "ServerDisconnectedError": "provider_error",
    # what says nothing
    "_OTHER": "provider_error",
    "undefined": "provider_error",
    "Error": "provider_error",
    "Exception": "provider_error",
    "unknown": "provider_error",
}
FINISH_REASONS = {
    **dict.fromkeys(["stop", "end_turn", "length", "tool_calls", "LANGUAGE"], "none"),
    **dict.fromkeys(["MALFORMED_FUNCTION_CALL", "max_tokens", "OTHER"], "none"),
    **dict.fromkeys(["content_filter", "content-filter", "content_filtered"], SAFETY),
    **dict.fromkeys(["guardrail_intervened", "refusal", "SAFETY"], SAFETY),
    **dict.fromkeys(["RECITATION", "BLOCKLIST", "SPII", "PROHIBITED_CONTENT"], SAFETY),
    **dict.fromkeys(["IMAGE_SAFETY", "MODEL_ARMOR", "ERROR_TOXIC"], SAFETY),
}
CALLER_GONE = {
    "GeneratorExit": True,
    "CancelledError": True,
    "asyncio.exceptions.CancelledError": True,
    "Cancelled": True,
    "ClientDisconnected": True,
    "starlette.requests.ClientDisconnect": True,
    "Client disconnected": True,
    "AbortError": True,
    "APIUserAbortError": True,
    "Request was aborted.": True,
    "The operation was aborted": True,
    "BrokenPipeError": True,
    "[Errno 32] Broken pipe": True,
    "context canceled": True,
    "KeyboardInterrupt": True,
    "499": True,
    "abandoned stream": True,
    # the provider left, or the time ran out
    "ServerDisconnectedError": False,
    "RemoteProtocolError": False,
    "The request was canceled due to the configured HttpClient.Timeout": False,
    "APIConnectionError": False,
    "Your plan was cancelled": False,
    "4990": False,
}
QUIET = [
    "_OTHER",
    "other",
    "undefined",
    "Error",
    "Exception",
    "unknown",
    "UnknownError",
]
QUIET += ["BaseException", "Unknown Error", "null", "[object Object]", " ", "An error"]
TELLING = ["RateLimitError", "HTTPError", "429", "other_error", "rate_limit_exceeded"]


@cache
def sql_of(template: str, *names: str) -> str:
    given = ", ".join(f"? as {name}" for name in names)
    return render(f"select {template} from (select {given}) as given")


def answered(template: str, value: str, **columns: str) -> object:
    """Return what the SQL of a macro says of one text."""
    given = {"value": value, **columns}
    with duckdb.connect() as connection:
        query = sql_of(template, *given)
        row = connection.execute(query, list(given.values())).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(("error", "kind"), ERRORS.items())
def test_an_error_has_one_kind_as_a_class_and_in_a_message(
    error: str, kind: str
) -> None:
    as_class = "{{ failure_type('true', 'value') }}"
    as_words = "{{ failure_type('true', error_words('value')) }}"
    # a sentence is no class
    if " " not in error:
        assert answered(as_class, error) == kind
    assert (answered(as_words, error) or "provider_error") == kind


@pytest.mark.parametrize(("reason", "kind"), FINISH_REASONS.items())
@pytest.mark.parametrize("written", ["{}", '["{}"]', "FinishReason.{}"])
def test_a_finish_reason_may_block(reason: str, kind: str, written: str) -> None:
    told = "{{ failure_type('false', 'cast(null as varchar)', finish_word('value')) }}"
    assert answered(told, written.format(reason)) == kind


@pytest.mark.parametrize(("error", "gone"), CALLER_GONE.items())
def test_who_leaves_is_told_from_a_failure(error: str, gone: bool) -> None:
    assert answered("{{ is_caller_gone(error_words('value')) }}", error) is gone
    if " " not in error:
        assert answered("{{ is_caller_gone('value') }}", error) is gone


@pytest.mark.parametrize("name", QUIET)
def test_a_name_of_any_failure_gives_way_to_the_message(name: str) -> None:
    told = "{{ error_name('value', 'words', 'true') }}"
    assert answered("{{ specific_error('value') }}", name) is None
    assert answered(told, name, words="ThrottlingException") == "ThrottlingException"
    assert answered(told, name, words="code: 429") == name


@pytest.mark.parametrize("name", TELLING)
def test_a_name_of_one_failure_stays(name: str) -> None:
    assert (
        answered("{{ error_name('value', 'words', 'true') }}", name, words="X") == name
    )


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("tool-call", "tool_calls"),
        ('["completed"]', "stop"),
        ("FinishReason.STOP", "stop"),
        ("<FinishReason.MAX_TOKENS: 'MAX_TOKENS'>", "max_tokens"),
        ("incomplete", "incomplete"),
        ("[]", None),
    ],
)
def test_a_finish_reason_has_one_spelling(written: str, word: str | None) -> None:
    assert answered("{{ finish_word('value') }}", written) == word


def test_no_word_of_a_prompt_is_kept() -> None:
    message = (
        "BadRequestError: 400 - ann@example.com asked for 429 cats, exceeded ANN quota"
    )
    assert answered("{{ error_words('value') }}", message) == "BadRequestError: 400"
