"""What each evaluator says of texts that one can check by eye, and of labelled ones."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from llm_telemetry.errors import InputError
from llm_telemetry.judge import evaluators, minilm

Found = tuple[float | None, str | None]


@pytest.fixture(autouse=True)
def by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare words, also where the extra `judge` is installed."""
    monkeypatch.setattr(minilm, "is_installed", lambda: False)


def score(
    name: str,
    answer: str | None,
    *expected: str,
    prompt: str | None = None,
    source: str | None = None,
) -> Found | None:
    """Return score and error of one answer, or None where it is not scored."""
    calls = pd.DataFrame(
        [("a", prompt, answer, source)], columns=list(evaluators.CALLS), dtype="object"
    )
    rows = [("a", number, text) for number, text in enumerate(expected)]
    aliases = pd.DataFrame(rows, columns=list(evaluators.ALIASES))
    scored = evaluators.score([name], calls, aliases)
    if scored.empty:
        return None
    (row,) = scored.itertuples(index=False)
    value = None if pd.isna(row.score) else round(float(row.score), 6)
    return value, None if pd.isna(row.error_type) else row.error_type


@pytest.mark.parametrize(
    ("answer", "expected", "risk"),
    [
        ("It is Paris.", ["Paris"], 0),
        ("It is Lyon.", ["Paris"], 1),
        # one of two stems
        ("David wrote it.", ["David Seville"], 0.5),
        # the best alias counts
        ("It was Ross.", ["David Seville", "Ross"], 0),
        # endings and accents
        ("She studies cities with Beyoncé.", ["study city Beyonce"], 0),
        # an alias of stop words is looked for word by word
        ("They are The Who.", ["The Who"], 0),
        ("They are who they are.", ["The Who"], 1),
        # within a word is not in the answer
        ("a party", ["art"], 1),
        ("about 1,000 of them", ["1,000"], 0),
        ("about 11,000 of them", ["1,000"], 1),
        ("1,000,000,000 of them", ["1000000000"], 0),
    ],
)
def test_a_mismatch_is_what_the_answer_lacks_of_the_best_alias(
    answer: str, expected: list[str], risk: float
) -> None:
    assert score("answer_mismatch", answer, *expected) == (risk, None)


def test_without_an_expected_answer_there_is_no_mismatch() -> None:
    assert score("answer_mismatch", "It is Paris.") is None
    assert score("answer_mismatch", "It is Paris.", "?!") is None
    assert score("answer_mismatch", None, "Paris") is None


@pytest.mark.parametrize(
    ("prompt", "answer", "found"),
    [
        ("How do I renew a passport?", "You renew a passport online.", (0, None)),
        ("How do I renew a passport?", "Passports are blue.", (0.5, None)),
        ("How do I renew a passport?", "Bananas are yellow.", (1, None)),
        ("Why?", "Because.", (None, "no_content_words")),
    ],
)
def test_off_topic_is_what_the_answer_lacks_of_the_prompt(
    prompt: str, answer: str, found: Found
) -> None:
    assert score("off_topic", answer, prompt=prompt) == found


def test_what_is_printed_is_what_the_mart_has() -> None:
    with (ROOT / "seeds" / "packaged_evaluator_aucs.csv").open() as lines:
        areas = {
            row["evaluator"]: (row["packaged_auc"].lstrip("0"), row["packaged_data"])
            for row in csv.DictReader(lines)
        }
    printed = {
        one.name: f"AUC {areas[one.name][0]} on {areas[one.name][1]}"
        for one in evaluators.EVALUATORS.values()
        if one.measured.startswith("AUC")
    }
    assert printed.keys() == {"answer_mismatch", "unsupported_share"}
    for name, words in printed.items():
        assert evaluators.EVALUATORS[name].measured.startswith(words)


SOURCE = "In 2019 Ann Smith sold 1,000 red chairs to a school in Lyon."


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("She sold chairs to a school in Lyon.", (0, None)),
        ("The chairs were sold for 1000.", (0, None)),
        ("The chairs were sold for $1,000.", (0, None)),
        # the only number is not in the source
        ("She sold 20 chairs.", (1, None)),
        # 4 of 6 stems, 1 of 2 numbers
        ("red chairs sold cheaply 1,000 2020", (round(1 - 4 / 6 / 2, 6), None)),
        ("1000", (0, None)),
        # chair, school, paris: 2/3 of stems, and the only name is not in the source
        ("The chairs of a school in Paris", (1, None)),
        # a capital at the start of a sentence makes no name
        ("Paris. Chairs.", (0.5, None)),
        ("It is so.", (None, "no_content_words")),
    ],
)
def test_unsupported_is_what_the_source_lacks_of_the_answer(
    answer: str, found: Found
) -> None:
    assert score("unsupported_share", answer, source=SOURCE) == found


@pytest.mark.parametrize(
    ("name", "answer", "value"),
    [
        ("words", "It is so, so good.", 5),
        ("words", "?", 0),
        ("compression", "It is so, so good.", 13 / 5),
        ("coverage", "Chairs of Lyon", 2 / 9),
        # 6 sequences of three words, 3 different ones
        ("repetition", "a b c a b c a b", 0.5),
        ("repetition", "yes", 0),
        ("refusal_phrase", "I'm sorry, but I can't help with that.", 1),
        ("refusal_phrase", "I am unable to assist you.", 1),
        ("refusal_phrase", "The shop cannot assist you.", 0),
    ],
)
def test_a_descriptor_counts(name: str, answer: str, value: float) -> None:
    found = score(name, answer, source=SOURCE)
    assert found is not None
    assert found[0] == pytest.approx(value, abs=1e-6)


TEXTS = st.text(
    st.sampled_from([*"abcdeéß ", *"ABC", *"019", *".,'- \n", "的", "ы"]), max_size=40
)


@settings(max_examples=20, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
def test_a_risk_is_in_its_range_or_missing(
    prompt: str, answer: str, source: str, expected: list[str]
) -> None:
    texts = [("a", prompt, answer, source)]
    rows = [("a", number, text) for number, text in enumerate(expected)]
    scored = evaluators.score(
        list(evaluators.EVALUATORS),
        pd.DataFrame(texts, columns=list(evaluators.CALLS)),
        pd.DataFrame(rows, columns=list(evaluators.ALIASES)),
    )
    assert not scored.duplicated("evaluator").any()
    assert (scored["score"].isna() == scored["error_type"].notna()).all()
    kinds = scored["evaluator"].map(lambda name: evaluators.EVALUATORS[name].kind)
    risks = scored.loc[kinds == "code", "score"].dropna()
    assert risks.between(0, 1).all()


@settings(max_examples=20, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_more_words_never_make_a_mismatch_larger(
    answer: str, more: str, expected: str
) -> None:
    before = score("answer_mismatch", answer, expected)
    after = score("answer_mismatch", f"{answer}\n\n{more}", expected)
    if before and after:
        assert (after[0] or 0) <= (before[0] or 0)


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_a_text_supports_itself(text: str) -> None:
    found = score("unsupported_share", text, source=text)
    assert found in ((0, None), (None, "no_content_words"))


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{n}", f"ask {n}", f"say {n % 3}", f"ask {n % 2}") for n in range(9)]
    calls = pd.DataFrame(rows, columns=list(evaluators.CALLS))
    aliases = pd.DataFrame(
        [(f"{n}", 0, f"{n % 2}") for n in range(9)], columns=list(evaluators.ALIASES)
    )

    def scored() -> pd.DataFrame:
        found = evaluators.score(list(evaluators.EVALUATORS), calls, aliases)
        return found.sort_values(["evaluator", "id"]).reset_index(drop=True)

    whole = scored()
    monkeypatch.setattr(evaluators, "BATCH", 2)
    pd.testing.assert_frame_equal(scored(), whole)
    # each call once by each evaluator
    assert len(whole) == 9 * len(evaluators.EVALUATORS)


def test_a_version_is_of_the_text_that_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in evaluators.SQL.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    before = {name: evaluators.version(name) for name in evaluators.EVALUATORS}
    assert len(set(before.values())) == len(before)
    monkeypatch.setattr(evaluators, "SQL", tmp_path)
    assert evaluators.version("words") == before["words"]
    (tmp_path / "words.sql").write_text("select 1")
    assert evaluators.version("words") != before["words"]
    assert evaluators.version("coverage") == before["coverage"]
    # the stems are part of every evaluator
    (tmp_path / "texts.sql").write_text("select 2")
    assert evaluators.version("coverage") != before["coverage"]


@pytest.mark.parametrize("name", evaluators.REFUSED)
def test_what_code_cannot_score_is_one_line_that_says_what_to_do(name: str) -> None:
    with pytest.raises(InputError) as error:
        evaluators.check(["off_topic", name])
    (line,) = error.value.lines
    assert line.startswith(f"--dimensions: {name}: not scored by code: ")
    assert any(word in line for word in ("label", "compare", "off_topic", "source"))


def test_an_unknown_name_is_one_line_with_those_there_are() -> None:
    with pytest.raises(InputError, match="kindness: unknown: name some of answer_mis"):
        evaluators.check(["kindness"])


def test_no_name_fills_a_column_of_interactions() -> None:
    seed = Path(__file__).parents[2] / "seeds" / "evaluation_names.csv"
    with seed.open(newline="") as rows:
        names = {row["evaluation_name"] for row in csv.DictReader(rows)}
    assert not names & evaluators.EVALUATORS.keys()


def test_the_expected_answer_tells_right_from_wrong(
    shared_data: Callable[[str], Path],
) -> None:
    questions = json.loads((shared_data("judge") / "evouna_tq/TQ.json").read_text())
    calls, aliases, wrong = [], [], {}
    for number, one in enumerate(questions[:400]):
        for system in ("fid", "gpt35", "chatgpt", "gpt4", "newbing"):
            key, verdict = f"{number} {system}", one.get(f"judge_{system}")
            if one["improper"] or verdict is None:
                continue
            wrong[key] = not verdict
            calls.append((key, one["question"], one[f"answer_{system}"], None))
            gold = one["golden_answer"].split("/")
            aliases += [(key, place, text) for place, text in enumerate(gold)]
    scored = evaluators.score(
        ["answer_mismatch"],
        pd.DataFrame(calls, columns=list(evaluators.CALLS), dtype="object"),
        pd.DataFrame(aliases, columns=list(evaluators.ALIASES)),
    )
    area = roc_auc_score(scored["id"].map(wrong), scored["score"].astype(float))
    assert area > 0.95
