"""What is kept of a prompt where content was asked for."""

import json
from pathlib import Path

import pytest
from litellm_rows import PAYLOAD, spend
from staged_sources import Row, as_text, by_id, staged, write_lines

# what was said, and what is kept of it
SAID = {
    "bob@x.com": "<EMAIL>",
    "I am müller@köln.de.": "I am <EMAIL>.",
    "key hf_abcdefghijklmnopqrstuvwxyzABCDEFGH": "key <KEY>",
    "github_pat_11ABCDEFG0abcdefghijklmnop": "<KEY>",
    "ghs_abcdefghijklmnop1234": "<KEY>",
    "xai-abcdefghijklmnopqrstuvwx": "<KEY>",
    "line\nsk-proj-abcdefghijklmnop1234": "line\n<KEY>",
    "eyJhbGciOiJIUzI1NiJ9abc.eyJzdWIiOiIxIn0.c2ln": "<KEY>",
    "AWS wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.": "AWS <KEY>.",
    "api_key='abcdefghij0123456789'": "api_key='<KEY>'",
    "Bearer abcdefghijklmnop1234567890": "Bearer <KEY>",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----!": "<KEY>!",
    "call +49 30 123456": "call <PHONE>",
    "4111 1111 1111 1111": "<CARD>",
    "our risk_management_policies hold": "our risk_management_policies hold",
    "a secret: love; prompt_tokens: 12": "a secret: love; prompt_tokens: 12",
    '{"mail": "m\\u00fcller@k\\u00f6ln.de"}': '{"mail": "<EMAIL>"}',
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    data = tmp_path_factory.mktemp("contents")
    rows = [spend(f"said{number}", messages=[said]) for number, said in enumerate(SAID)]
    escaped = json.dumps(["müller@köln.de", "bob"]).replace("bob", "bob\\u0040x.com")
    rows += [PAYLOAD, spend("escaped", messages=escaped)]
    write_lines(data / "litellm" / "rows.jsonl", rows)
    return by_id(staged("litellm", data, keep_content="1")["contents"])


def test_content_comes_in_redacted_and_only_where_asked(
    contents: dict[str, Row],
) -> None:
    assert "SECRET mail <EMAIL>" in contents["chatcmpl-1"]["prompt_text"]
    assert "SECRET answer" in contents["chatcmpl-1"]["response_text"]
    assert contents["escaped"]["prompt_text"] == '["<EMAIL>", "<EMAIL>"]'


def test_prompts_are_counted_and_not_kept(tmp_path: Path) -> None:
    write_lines(tmp_path / "litellm" / "rows.jsonl", [PAYLOAD])
    tables = staged("litellm", tmp_path, count_prompt_chars="1")
    content = by_id(tables["contents"])["chatcmpl-1"]
    # the text of the message alone, before it would be redacted
    assert content["prompt_chars"] == len("SECRET mail ann@example.com")
    assert (content["prompt_text"], content["response_text"]) == (None, None)
    assert "SECRET" not in as_text(tables)


@pytest.mark.parametrize("said", SAID)
def test_what_is_secret_or_personal_is_replaced(
    contents: dict[str, Row], said: str
) -> None:
    (kept,) = json.loads(contents[f"said{list(SAID).index(said)}"]["prompt_text"])
    assert kept == SAID[said]
