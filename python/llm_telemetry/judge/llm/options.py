"""The options of `llm-telemetry judge` that are about a model as judge."""

from llm_telemetry.command_help import Integer
from llm_telemetry.options import option

KEY_ENV = "JUDGE_API_KEY"
SECRET_ENV = "JUDGE_CACHE_SECRET"
OPTIONS = (
    option(
        "--endpoint",
        type=str,
        metavar="URL",
        help="let a model judge: an endpoint with the interface of OpenAI's, up to and "
        "without /chat/completions; redacted prompts and answers are sent to it",
    ),
    option(
        "--rubric",
        type=str,
        metavar="NAME",
        help="what the model judges: quality, relevance, coherence, accuracy, "
        "groundedness, toxicity, bias, summarisation, qa, creative or technical",
    ),
    option(
        "--model",
        type=str,
        metavar="NAME",
        help="model of the endpoint (default: its only one)",
    ),
    option(
        "--budget-usd",
        type=float,
        metavar="USD",
        help="most that this run may cost; it stops before it could cost more",
    ),
    option(
        "--price",
        type=str,
        metavar="INPUT,OUTPUT",
        help="USD per million tokens of the model (default: the price book)",
    ),
    option(
        "--key-env",
        type=str,
        default=KEY_ENV,
        metavar="VARIABLE",
        help=f"environment variable of the endpoint's key (default: {KEY_ENV})",
    ),
    option(
        "--canaries",
        help="first let the model judge 20 known answers, and land no scores where it "
        "is wrong about more than two",
    ),
    option(
        "--dry-run",
        help="say how many calls the model would judge and what that costs at most; "
        "send nothing",
    ),
    option(
        "--max-tokens",
        type=Integer(min=1),
        default=200,
        metavar="TOKENS",
        help="most tokens of a reply (default: 200)",
    ),
    option(
        "--request-timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="seconds that the endpoint has for a reply (default: 60)",
    ),
    option(
        "--parallel",
        type=Integer(min=1, max=64),
        default=4,
        metavar="REQUESTS",
        help="requests that are under way at a time (default: 4)",
    ),
)
