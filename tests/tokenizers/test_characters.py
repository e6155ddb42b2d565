"""Characters: the alphabet, the bytes of what it lacks, normal forms, and what is lossy."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import TokenizerError
from course_lib.tokenizers.characters import SPANISH, CharacterTokenizer

SMALL = CharacterTokenizer("ab ñ")
LOSSY = CharacterTokenizer("ab ñ", byte_fallback=False)


def test_ids_by_hand():
    assert SMALL.special_ids == {"<PAD>": 0, "<EOS>": 1, "<UNK>": 2, "<SEP>": 3}
    assert (SMALL.pad_id, SMALL.eos_id, SMALL.unk_id, SMALL.sep_id) == (0, 1, 2, 3)
    assert SMALL.vocab_size == 4 + 256 + 4
    assert SMALL.encode("b ñ") == [261, 262, 263]
    assert SMALL.encode("é") == [4 + 0xC3, 4 + 0xA9]
    assert SMALL.encode("🙂") == [4 + byte for byte in b"\xf0\x9f\x99\x82"]
    assert LOSSY.vocab_size == 8
    assert LOSSY.encode("bñcé") == [5, 7, 2, 2]


def test_the_alphabet_is_measured_in_code_point_order_with_spanish_in_it():
    tokenizer = CharacterTokenizer.from_texts(["cab", "Zn\u0303戦"])
    assert tokenizer.alphabet == tuple(sorted(set("abcZ戦") | set(SPANISH)))
    assert set("áéíóúüñÁÉÍÓÚÜÑ¿¡«»—") <= set(tokenizer.alphabet)
    assert CharacterTokenizer.from_texts([]).alphabet == tuple(sorted(SPANISH))
    again = CharacterTokenizer.from_texts(text for text in ("Zn\u0303戦", "cab", "cab"))
    assert again.alphabet == tokenizer.alphabet


@pytest.mark.parametrize("byte_fallback", [True, False])
def test_spanish_needs_no_bytes_whatever_the_corpus_was(byte_fallback):
    tokenizer = CharacterTokenizer.from_texts(["plain English, no?"], byte_fallback)
    text = "¿á é í ó ú ü ñ Á É Í Ó Ú Ü Ñ¡ « » —"
    ids = tokenizer.encode(text)
    assert len(ids) == len(text)
    assert tokenizer.unk_id not in ids
    assert tokenizer.decode(ids) == text


def test_one_accent_has_one_id_however_it_is_written():
    assert SMALL.encode("n\u0303") == SMALL.encode("ñ") == [263]
    assert SMALL.decode(SMALL.encode("n\u0303")) == "ñ"
    exact = CharacterTokenizer("n\u0303", normalization=None)
    assert exact.encode("n\u0303") == [260, 261]
    assert exact.decode(exact.encode("n\u0303")) == "n\u0303"
    spelled = CharacterTokenizer.from_texts(["ñ"], normalization="NFD")
    assert "ñ" not in spelled.alphabet
    assert {"n", "\u0303"} <= set(spelled.alphabet)
    assert spelled.decode(spelled.encode("ñ")) == "n\u0303"


@given(st.text())
def test_with_bytes_nothing_is_lost_and_nothing_is_unknown(text):
    ids = SMALL.encode(text)
    assert SMALL.decode(ids) == unicodedata.normalize("NFC", text)
    assert min(ids, default=4) >= 4


@given(st.text())
def test_without_bytes_every_other_character_is_the_unknown_one(text):
    normal = unicodedata.normalize("NFC", text)
    known = {"a", "b", " ", "ñ"}
    expected = "".join(c if c in known else "<UNK>" for c in normal)
    assert LOSSY.decode(LOSSY.encode(text)) == expected
    assert len(LOSSY.encode(text)) == len(normal)


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        ([4 + 0xC3], "\ufffd"),
        ([4 + 0xC3, 260], "\ufffda"),
        ([4 + 0xA9, 263, 4 + 0xA9], "\ufffdñ\ufffd"),
        ([4 + 0xC3, 263], "\ufffdñ"),  # a character never completes a broken one
        ([4 + 0xED, 4 + 0xA0, 4 + 0x80], "\ufffd\ufffd\ufffd"),  # a surrogate, which UTF-8 lacks
        ([4 + 0x61, 260], "aa"),
        ([4 + 0xC3, 1, 4 + 0xA9], "\ufffd<EOS>\ufffd"),
    ],
)
def test_broken_bytes_are_shown_as_such(ids, text):
    assert SMALL.decode(ids) == text


def test_written_special_tokens_are_ordinary_characters():
    text = "<PAD> <EOS> <UNK> <SEP>"
    assert min(SMALL.encode(text)) >= 4
    assert SMALL.decode(SMALL.encode(text)) == text
    assert SMALL.decode([0, 260, 3, 1], skip_special=True) == "a"
    assert SMALL.decode([0, 260, 3, 1]) == "<PAD>a<SEP><EOS>"


@pytest.mark.parametrize(
    ("alphabet", "complaint"),
    [
        (["a", "bc"], "entry 1 .*'bc', is not one character"),
        (["a", ""], "entry 1 .*is not one character"),
        (["a", 3], "entry 1 .*3, is not one character"),
        (["a", "b", "a"], "entry 2 .*'a', occurs twice"),
        (["\ud800"], "entry 0 .*is a lone surrogate"),
        (["\u212b"], "entry 0 .*not in normal form NFC"),  # ångström, which NFC writes as Å
    ],
)
def test_an_alphabet_that_cannot_be_is_refused(alphabet, complaint):
    with pytest.raises(TokenizerError, match=complaint):
        CharacterTokenizer(alphabet)


def test_arguments_that_cannot_be_are_refused():
    with pytest.raises(TokenizerError, match="got 'NFX'"):
        CharacterTokenizer("a", normalization="NFX")
    with pytest.raises(TokenizerError, match="got 'NFX'"):
        CharacterTokenizer.from_texts(["a"], normalization="NFX")
    with pytest.raises(TokenizerError, match=r"write \[text\]"):
        CharacterTokenizer.from_texts("abc")
    with pytest.raises(TokenizerError, match=r"text 1: .*U\+D800 at position 1"):
        CharacterTokenizer.from_texts(["a", "b\ud800"])
    with pytest.raises(TokenizerError, match="expected one text, a str; got bytes"):
        SMALL.encode(b"a")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"alphabet": ["a", "b", None, "ñ"]}, "entry 2 of 'alphabet' is None"),
        ({"alphabet": ["a", "b", "b", "ñ"]}, "entry 2 of 'alphabet', 'b', is also entry 1"),
        ({"alphabet": ["a", "b", "cd", "ñ"]}, "entry 2 of the alphabet, 'cd'"),
        ({"alphabet": ["a", "b", "ñ"]}, "'vocab_size' is 264, but its entries make 263"),
        ({"alphabet": ["a", "b", "\ud800", "ñ"]}, "entry 2 of 'alphabet' holds a lone surrogate"),
        ({"alphabet": "abñ "}, "'alphabet' is 'abñ '; expected list"),
        ({"byte_fallback": 1}, "'byte_fallback' is 1; expected bool"),
        ({"normalization": "NFX"}, "normalization must be"),
        ({"normalization": 3}, "'normalization' is 3; expected str or null"),
        ({"version": True}, "'version' is True; expected int"),
    ],
)
def test_a_damaged_entry_is_named_with_its_file(tmp_path, change, complaint):
    SMALL.save(tmp_path)
    path = tmp_path / "course_tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf8")) | change), "utf8")
    with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*{complaint}"):
        CharacterTokenizer.load(tmp_path)


@pytest.mark.parametrize("byte_fallback", [True, False])
@pytest.mark.parametrize("normalization", ["NFC", "NFKD", None])
def test_a_saved_tokenizer_keeps_its_settings(tmp_path, byte_fallback, normalization):
    saved = CharacterTokenizer.from_texts(['ﬁn\u2028\u0301 戦\x00"'], byte_fallback, normalization)
    saved.save(tmp_path)
    loaded = CharacterTokenizer.load(tmp_path)
    assert loaded.alphabet == saved.alphabet
    assert (loaded.byte_fallback, loaded.normalization) == (byte_fallback, normalization)
    assert repr(loaded) == repr(saved)
