"""Long documents: rows, masks and cuts; LED's ids as transformers gives them, by both ways."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import tokenizers
from course_lib.errors import MissingExtraError, TokenizerError
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hub import FILES
from course_lib.tokenizers.led import SPECIAL_TOKENS, LEDTokenizer
from course_lib.tokenizers.long_documents import LED, LongDocumentTokenizer
from course_lib.tokenizers.words import WordTokenizer

ABC = CharacterTokenizer("abc")
A, B, C = 260, 261, 262
SMALL = LongDocumentTokenizer(ABC, max_length=5)


def test_rows_masks_and_cuts_by_hand():
    batch = SMALL(["ab", "", "abcabc"])
    assert batch.input_ids.tolist() == [[1, A, B, 1, 0], [1, 1, 0, 0, 0], [1, A, B, C, 1]]
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 1, 1, 1, 1]]
    assert batch.global_attention_mask.tolist() == [[1, 0, 0, 0, 0]] * 3
    assert batch.n_cut.tolist() == [0, 0, 3]
    arrays = [*batch.model_inputs().values(), batch.n_cut]
    assert {array.dtype for array in arrays} == {np.dtype(np.int64)}
    assert list(batch.model_inputs()) == ["input_ids", "attention_mask", "global_attention_mask"]


def test_a_row_is_as_long_as_the_longest_or_as_asked():
    assert SMALL(["a"]).input_ids.tolist() == [[1, A, 1]]
    assert SMALL(["a"], padding="max_length").input_ids.tolist() == [[1, A, 1, 0, 0]]
    assert SMALL(["a"], max_length=4, padding="max_length").input_ids.tolist() == [[1, A, 1, 0]]
    longer = SMALL(["abcabc"], max_length=100)
    assert longer.input_ids.tolist() == [[1, A, B, C, A, B, C, 1]]
    assert LongDocumentTokenizer(ABC)(["a" * 20_000]).input_ids.shape == (1, 16_384)
    assert LongDocumentTokenizer(ABC)(["a" * 20_000]).n_cut.tolist() == [20_002 - 16_384]


def test_global_attention_where_asked_and_never_at_padding():
    batch = SMALL(["abc", "a"], global_positions=(0, 3))
    assert batch.global_attention_mask.tolist() == [[1, 0, 0, 1, 0], [1, 0, 0, 0, 0]]
    assert SMALL(["a"], global_positions=()).global_attention_mask.sum() == 0
    for position in (3, -1):
        with pytest.raises(TokenizerError, match=f"global position {position} .* 0 to 2"):
            SMALL(["a"], global_positions=[position])


def test_the_ids_around_a_text_are_what_one_says():
    bare = LongDocumentTokenizer(ABC, start_ids=(), end_ids=())
    assert bare(["a"]).input_ids.tolist() == [[A]]
    assert bare(["", ""], global_positions=()).input_ids.shape == (2, 0)
    framed = LongDocumentTokenizer(ABC, start_ids=[3, 2], end_ids=[], max_length=3)
    assert framed(["ab", ""]).input_ids.tolist() == [[3, 2, A], [3, 2, 0]]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: SMALL("abc"), r"write \[text\]"),
        (lambda: SMALL([]), "no text to encode"),
        (lambda: SMALL(["a", "abcd"], truncation=False), "text 1 has 6 ids, 1 more than .*=5"),
        (lambda: SMALL(["a"], padding="both"), "got 'both'"),
        (lambda: SMALL(["a"], max_length=2), "max_length must be at least 3, .*got 2"),
        (lambda: SMALL(["a", "b\ud800"]), r"text 1: .*U\+D800 at position 1"),
        (lambda: LongDocumentTokenizer(ABC, max_length=2), "max_length must be at least 3"),
        (lambda: LongDocumentTokenizer(ABC, start_ids=[263]), "id 263 is out of range"),
        (lambda: LongDocumentTokenizer(ABC, pad_id=-1), "id -1 is out of range"),
    ],
)
def test_what_cannot_be_is_refused(call, complaint):
    with pytest.raises(TokenizerError, match=complaint):
        call()


def test_without_a_padding_id_rows_of_one_length_pass_and_others_do_not():
    words = WordTokenizer(["a", "b"])
    tokenizer = LongDocumentTokenizer(words)
    assert tokenizer(["a b", "b a"]).input_ids.tolist() == [[1, 2, 3, 1], [1, 3, 2, 1]]
    with pytest.raises(TokenizerError, match="give pad_id"):
        tokenizer(["a", "a b"])
    padded = LongDocumentTokenizer(words, pad_id=1)(["a", "a b"])
    assert padded.input_ids.tolist() == [[1, 2, 1, 1], [1, 2, 3, 1]]
    assert padded.attention_mask.tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]


@settings(deadline=None)
@given(
    st.lists(st.text("abcñ🙂", max_size=12), min_size=1, max_size=5),
    st.integers(3, 12),
    st.sampled_from(["longest", "max_length"]),
)
def test_every_id_is_in_its_row_or_counted_as_cut(texts, max_length, padding):
    batch = SMALL(texts, max_length=max_length, padding=padding)
    T = batch.input_ids.shape[1]
    assert max_length >= T
    assert padding == "longest" or max_length == T
    for row, mask, cut, text in zip(
        batch.input_ids, batch.attention_mask, batch.n_cut, texts, strict=True
    ):
        n = int(mask.sum())
        assert mask.tolist() == [1] * n + [0] * (T - n)
        assert row[n:].tolist() == [0] * (T - n)
        whole = ABC.encode(text)
        assert row[:n].tolist() == [1, *whole[: n - 2], 1]
        assert n - 2 + cut == len(whole)
        assert cut == 0 or n == max_length


def test_a_saved_one_keeps_its_settings(tmp_path):
    saved = LongDocumentTokenizer(WordTokenizer(["a", "b"]), [0], [1, 1], 3, 7)
    saved.save(tmp_path)
    loaded = tokenizers.load(tmp_path)
    assert isinstance(loaded, LongDocumentTokenizer)
    assert isinstance(loaded.tokenizer, WordTokenizer)
    texts = ["a", "b " * 9]
    for array, same in zip(vars(saved(texts)).values(), vars(loaded(texts)).values(), strict=True):
        np.testing.assert_array_equal(array, same)
    assert saved(texts, padding="max_length").input_ids.tolist()[0] == [0, 2, 1, 1, 3, 3, 3]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"pad_id": 9}, "id 9 is out of range"),
        ({"start_ids": [1, "2"]}, "entry 1 of 'start_ids' is '2'"),
        ({"max_length": 2}, "max_length must be at least 3"),
        ({"max_length": "2"}, "'max_length' is '2'; expected int"),
    ],
)
def test_a_damaged_setting_is_named_with_its_file(tmp_path, change, complaint):
    LongDocumentTokenizer(WordTokenizer(["a", "b"])).save(tmp_path)
    path = tmp_path / "course_tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf8")) | change), "utf8")
    with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*{complaint}"):
        LongDocumentTokenizer.load(tmp_path)


# LED's own files: the vocabulary in an order of its own, and entries that no merge makes.


def write_led(folder, symbols, merges):
    """The two files as LED publishes them, and the configuration that names the model."""
    folder.mkdir(parents=True, exist_ok=True)
    unreachable = ["<|endoftext|>", "madeupword0000", "madeupword0001", "madeupword0002"]
    tokens = [*SPECIAL_TOKENS[:4], *reversed(symbols), *unreachable, SPECIAL_TOKENS[4]]
    ids = {token: i for i, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(ids), "utf8")
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), "utf8")
    (folder / "config.json").write_text('{"model_type": "led"}', "utf8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small LED vocabulary, trained here."""
    made = tmp_path_factory.mktemp("led")
    texts = [
        "Where the river bends, the old mill still turns; it's turned there for years. " * 3,
        "¿Dónde dobla el río? Allí donde el viejo molino todavía da vueltas, año tras año. " * 3,
    ]
    ByteBPETokenizer.train(texts, 352, normalization=None).save(made / "trained")
    ids = json.loads((made / "trained" / "vocab.json").read_text("utf8"))
    merges = (made / "trained" / "merges.txt").read_text("utf8").splitlines()[1:]
    symbols = [token for token in ids if not token.startswith("<") or token == "<"]
    return write_led(made / "files", symbols, merges)


@pytest.fixture(scope="module")
def transformers():
    return pytest.importorskip("transformers", reason="needs course-lib[hub]")


@pytest.fixture(scope="module")
def oracle(transformers, folder):
    return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)


@pytest.fixture(scope="module", params=["from_files", "from_pretrained"])
def led(request, folder):
    if request.param == "from_pretrained":
        pytest.importorskip("transformers", reason="needs course-lib[hub]")
    return getattr(LongDocumentTokenizer, request.param)(folder)


MARKS = [*SPECIAL_TOKENS, "<|endoftext|>", "madeupword0001", " the", "río", "n\u0303", "\r\n", "  "]
ANY_TEXT = st.lists(st.sampled_from(MARKS) | st.text(max_size=6), max_size=10).map("".join)
SAME = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_led_frames_a_text_and_sizes_the_embedding(led, oracle):
    batch = led(["the mill", "the mill turns still"])
    assert batch.input_ids[:, 0].tolist() == [0, 0]
    assert batch.input_ids[1, -1] == 2
    assert batch.input_ids[0, batch.attention_mask[0].sum() - 1] == 2
    assert led.pad_id == 1
    assert led.eos_id == 2
    assert led.vocab_size == len(oracle) == 352 + 5
    assert led.special_ids == {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 356}
    assert led.max_length == 16_384
    assert isinstance(led, tokenizers.Tokenizer)


@SAME
@given(text=ANY_TEXT)
def test_led_gives_the_ids_of_transformers_and_the_text_back(led, oracle, text):
    ids = led.encode(text)
    assert ids == oracle(text, add_special_tokens=False)["input_ids"]
    assert led.decode(ids) == text
    bare = led.decode(ids, skip_special=True)
    assert bare == oracle.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


@SAME
@given(
    texts=st.lists(ANY_TEXT, min_size=1, max_size=4),
    max_length=st.integers(3, 40),
    padding=st.sampled_from(["longest", "max_length"]),
)
def test_led_pads_and_cuts_as_transformers_does(led, oracle, texts, max_length, padding):
    ours = led(texts, max_length=max_length, padding=padding)
    theirs = oracle(
        texts, max_length=max_length, padding=padding, truncation=True, return_tensors="np"
    )
    np.testing.assert_array_equal(ours.input_ids, theirs["input_ids"])
    np.testing.assert_array_equal(ours.attention_mask, theirs["attention_mask"])
    whole = [len(ids) for ids in oracle(texts, verbose=False)["input_ids"]]
    assert ours.n_cut.tolist() == [max(0, n - max_length) for n in whole]


def test_with_the_published_number_of_ids_both_ways_agree(transformers, tmp_path):
    data = Path(os.environ.get("COURSE_DATA", tmp_path)) / "gpt2"
    if not data.is_dir():
        pytest.skip("needs GPT-2's vocabulary in the folder that COURSE_DATA names")
    symbols = list(json.loads((data / "vocab.json").read_text("utf8")))[:-1]
    merges = (data / "merges.txt").read_text("utf8").splitlines()
    folder = write_led(tmp_path, symbols, merges)
    ours = LongDocumentTokenizer.from_files(folder)
    theirs = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert ours.vocab_size == len(theirs) == 50_265
    text = "¿Qué? The naïve café's 1,000 tokens…\n\n  don't<mask> 🚀 <|endoftext|> madeupword0000"
    assert ours([text]).input_ids.tolist() == [theirs(text)["input_ids"]]
    assert ours.decode(ours.encode(text)) == text


@pytest.mark.parametrize("kind", ["from_files", "from_pretrained"])
def test_a_saved_led_opens_again(kind, folder, tmp_path, transformers):
    made = getattr(LongDocumentTokenizer, kind)(folder)
    made.save(tmp_path)
    loaded = tokenizers.load(tmp_path)
    texts = ["the mill <mask> turns", "¿Dónde?", "madeupword0000 <|endoftext|>"]
    np.testing.assert_array_equal(loaded(texts).input_ids, made(texts).input_ids)
    assert type(loaded.tokenizer) is type(made.tokenizer)


def without(monkeypatch, module):
    """Make a library look as if it were not installed."""
    monkeypatch.setitem(sys.modules, module, None)


def test_without_transformers_the_error_says_both_ways(monkeypatch, folder):
    without(monkeypatch, "transformers")
    with pytest.raises(MissingExtraError, match=r"course-lib\[hub\].*from_files\(folder\)"):
        LongDocumentTokenizer.from_pretrained(LED)
    assert isinstance(LongDocumentTokenizer.from_pretrained(LED, folder).tokenizer, LEDTokenizer)


def test_when_both_ways_fail_the_error_says_why_for_each(monkeypatch, tmp_path):
    without(monkeypatch, "transformers")
    with pytest.raises(TokenizerError) as caught:
        LongDocumentTokenizer.from_pretrained(LED, tmp_path / "nothing")
    for part in (LED, "course-lib[hub]", "nothing", "vocab.json"):
        assert part in str(caught.value)


@pytest.mark.parametrize("kind", ["from_files", "from_pretrained"])
@pytest.mark.parametrize("missing", ["vocab.json", "merges.txt"])
def test_a_folder_that_lacks_a_file_is_no_tokenizer(kind, missing, folder, tmp_path, transformers):
    for name in ("vocab.json", "merges.txt", "config.json"):
        if name != missing:
            (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(TokenizerError, match=missing):
        getattr(LongDocumentTokenizer, kind)(tmp_path)
    (tmp_path / missing).write_text("")
    with pytest.raises(TokenizerError, match=tmp_path.name):
        getattr(LongDocumentTokenizer, kind)(tmp_path)


def test_a_vocabulary_without_the_five_special_tokens_is_not_leds(folder, tmp_path):
    ids = json.loads((folder / "vocab.json").read_text("utf8"))
    ids = {("<cls>" if token == "<s>" else token): i for token, i in ids.items()}
    (tmp_path / "vocab.json").write_text(json.dumps(ids))
    (tmp_path / "merges.txt").write_bytes((folder / "merges.txt").read_bytes())
    with pytest.raises(TokenizerError, match="<s>"):
        LongDocumentTokenizer.from_files(tmp_path)
    plain = ByteBPETokenizer.train(["the mill " * 9], 264)
    with pytest.raises(TokenizerError, match="no special token '<s>'"):
        LEDTokenizer(plain)


# The hub, played by a server of this machine.

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for one model; ``server.mood`` says how it feels."""

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.server.asked.append(self.path)
        if self.server.mood == "silent":
            self.server.over.wait(20)
            return
        if self.server.mood == "broken":
            self.send_error(500)
            return
        path = self.path.split("?")[0]
        file = self.server.folder / path.rsplit("/", 1)[-1]
        if not path.startswith(f"/{LED}/resolve/main/") or not file.is_file():
            known = path.startswith(f"/{LED}/")
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound" if known else "RepoNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = file.read_bytes()
        self.send_response(200)
        for key, value in {
            "Content-Length": len(body),
            "Content-Type": "application/json",
            "ETag": f'"{file.name}"',
            "X-Repo-Commit": COMMIT,
        }.items():
            self.send_header(key, str(value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def server(transformers, folder, tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        server.mood, server.asked, server.folder = "well", [], folder
        server.over = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield server
        server.over.set()
        server.shutdown()


def fetch(server, name=LED, **options):
    patience = 0.5 if server.mood == "silent" else 30  # seconds; a busy machine answers late
    return LongDocumentTokenizer.from_pretrained(
        name, endpoint=server.address, timeout_s=patience, **options
    )


def test_the_hub_gives_the_tokenizer_and_it_is_kept(server, oracle):
    texts = ["the mill <mask> turns", "¿Dónde dobla el río?"]
    expected = oracle(texts, padding=True)["input_ids"]
    assert fetch(server)(texts).input_ids.tolist() == expected
    asked = len(server.asked)
    assert {path.rsplit("/", 1)[-1] for path in server.asked} == set(FILES)
    server.mood = "broken"
    assert fetch(server)(texts).input_ids.tolist() == expected
    assert len(server.asked) == asked


@pytest.mark.parametrize("mood", ["silent", "broken"])
def test_a_hub_that_does_not_answer_is_asked_once_and_named(server, mood, folder):
    server.mood = mood
    with pytest.raises(TokenizerError) as caught:
        fetch(server)
    assert server.asked == [f"/{LED}/resolve/main/config.json"]
    for part in (LED, server.address, "go online", "from_files(folder)"):
        assert part in str(caught.value)
    assert isinstance(fetch(server, files=folder).tokenizer, LEDTokenizer)


def test_a_model_that_the_hub_does_not_have_is_named(server):
    with pytest.raises(TokenizerError, match=r"nobody/nothing.*from_files\(folder\)"):
        fetch(server, "nobody/nothing")
    with pytest.raises(TokenizerError, match="not/a/name"):
        fetch(server, "not/a/name")


def test_a_hub_that_cannot_be_reached_is_named(transformers, tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(TokenizerError, match=r"http://127.0.0.1:9, .*from_files\(folder\)"):
        LongDocumentTokenizer.from_pretrained(LED, endpoint="http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(TokenizerError, match=r"from_files\(folder\)"):
        LongDocumentTokenizer.from_pretrained(LED)
