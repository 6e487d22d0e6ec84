"""Who served a call: by the host called, else the name reported, else the model.

The rules are those of ``otlp_called_provider`` and ``int_interactions_unioned``.
"""

import re

from llm_telemetry.capture.seeds import like, rows

# names of the conventions keep their dots
DOTTED = re.compile(
    r"^(az|azure|aws|gcp|ibm|z|microsoft|google[.]vertex)[.](ai|b|g|v|w|a)", re.I
)
HOST = re.compile(r"^(?:[a-zA-Z]+://)?(?:[^/@]*@)?([^/:?]+)")
OF_MODELS = (
    ("openai", r"^(gpt-|chatgpt|o[1-9](-|$)|text-(davinci|embedding)|davinci|ft:gpt)"),
    ("anthropic", r"claude"),
    ("gemini", r"gemini"),
    ("mistral", r"^(mistral|mixtral|codestral|ministral|magistral)"),
    ("cohere", r"^command"),
    ("deepseek", r"^deepseek"),
    ("xai", r"^grok"),
)
# models and hosts come from outside: an app may invent one per call
MAX_KNOWN = 1000
Key = tuple[str | None, str | None, str | None]


class Providers:
    """Names providers as a run does."""

    def __init__(self) -> None:
        hosts = sorted(
            rows("provider_hosts"),
            key=lambda row: (int(row["priority"]), row["host_pattern"]),
        )
        self._hosts = [(like(r["host_pattern"]), r["provider"]) for r in hosts]
        self._aliases = {r["alias"]: r["provider"] for r in rows("provider_aliases")}
        self._known: dict[Key, str | None] = {}

    def of(self, host: str | None, name: str | None, model: str | None) -> str | None:
        """Return the provider of a call, in lower case; null where nothing says it."""
        key = (host, name, model)
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = self._named(*key)
        return self._known[key]

    def _named(
        self, host: str | None, name: str | None, model: str | None
    ) -> str | None:
        of_model = _of_model(model)
        found = self._of_host(host) or _plain(name) or of_model
        if found is None or found not in self._aliases:
            return found
        # a framework in place of a provider sells nothing: the model tells who does
        return self._aliases[found] or self._aliases.get(of_model or "") or of_model

    def _of_host(self, address: str | None) -> str | None:
        found = HOST.match(address) if address else None
        host = found[1].lower() if found else ""
        matches = (provider for pattern, provider in self._hosts if pattern.match(host))
        return next(matches, None)


def _of_model(model: str | None) -> str | None:
    name = (model or "").lower()
    found = (provider for provider, pattern in OF_MODELS if re.search(pattern, name))
    return next(found, None)


def _plain(name: str | None) -> str | None:
    """Return openai of openai.responses."""
    if not name:
        return None
    is_whole = "." not in name or DOTTED.match(name)
    return (name if is_whole else name.split(".")[0]).lower()
