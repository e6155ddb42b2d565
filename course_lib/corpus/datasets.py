"""The data sets that can be downloaded: files, hashes and mirrors.

Addresses name a commit wherever the host allows it, so that a mirror cannot change quietly; the
SHA-256 decides in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DataFile:
    """A file and how to know it.

    Args:
        path: its place below the data folder, with forward slashes.
        size: its bytes.
        sha256: SHA-256 of the official file, hexadecimal.
        variants: SHA-256 to note, of other editions that ``COURSE_DATA`` may hold; never accepted
            from the network.
    """

    path: str
    size: int
    sha256: str
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mirror:
    """An address that serves some files, one by one or in a zip archive.

    Args:
        address: the address of the archive, or what all files' addresses begin with.
        names: file path to the rest of its address, or to its name in the archive.
        archive: whether ``address`` is a zip archive.
        size: bytes of the archive, or None where they are not known.
    """

    address: str
    names: Mapping[str, str]
    archive: bool = False
    size: int | None = None


@dataclass(frozen=True)
class DataSet:
    """Files that belong together, and the mirrors to try in order."""

    files: tuple[DataFile, ...]
    mirrors: tuple[Mirror, ...]

    @property
    def folder(self) -> str:
        """Name of the folder that the files share."""
        return self.files[0].path.split("/")[0]


_CHAR_RNN = "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
_QUIJOTE = "361b0c623b565664805b8bcfb653dd2c4735efa8"
_PYTORCH_EXAMPLES = "77f55b912142e11fcfdf5b530231fb9c52f181e8"
_GGML_CI = "927b3642933080f1b0e811e2f916e14c292992f9"
_SPA_ENG = "2cfd26f9551f5c2d614e8000500891801840a438"

TINYSHAKESPEARE = DataSet(
    files=(
        DataFile(
            "tinyshakespeare/input.txt",
            1_115_394,
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        ),
    ),
    mirrors=(
        Mirror(
            f"https://raw.githubusercontent.com/karpathy/char-rnn/{_CHAR_RNN}/data/",
            {"tinyshakespeare/input.txt": "tinyshakespeare/input.txt"},
        ),
        Mirror(
            "https://storage.googleapis.com/download.tensorflow.org/data/",
            {"tinyshakespeare/input.txt": "shakespeare.txt"},
        ),
        Mirror(
            f"https://cdn.jsdelivr.net/gh/karpathy/char-rnn@{_CHAR_RNN}/data/",
            {"tinyshakespeare/input.txt": "tinyshakespeare/input.txt"},
        ),
    ),
)

QUIJOTE = DataSet(
    files=(
        DataFile(
            "quijote/quijote.txt",
            2_141_518,
            "467f4714581d95fcf18b1f852ad8cdc6da184170cd3e7d6bdd548d93655f306d",
        ),
    ),
    mirrors=(
        Mirror(
            "https://raw.githubusercontent.com/enriquegiottonini/"
            f"Byte-Pair-Encoding-del-Quijote/{_QUIJOTE}/corpus/",
            {"quijote/quijote.txt": "quijote.txt"},
        ),
        Mirror(
            "https://cdn.jsdelivr.net/gh/enriquegiottonini/"
            f"Byte-Pair-Encoding-del-Quijote@{_QUIJOTE}/corpus/",
            {"quijote/quijote.txt": "quijote.txt"},
        ),
    ),
)

_WORDS = {f"wikitext-2/{split}.txt": split for split in ("train", "valid", "test")}
WIKITEXT2 = DataSet(
    files=(
        DataFile(
            "wikitext-2/train.txt",
            10_797_148,
            "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f",
            {
                "b5452497a89ff5d61f098bf04d542a7c68f8f72df5fe7b15f145e0a5944d62f8": (
                    "the official text with its articles in another order"
                )
            },
        ),
        DataFile(
            "wikitext-2/valid.txt",
            1_121_681,
            "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
        ),
        DataFile(
            "wikitext-2/test.txt",
            1_256_449,
            "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
        ),
    ),
    mirrors=(
        Mirror(
            f"https://raw.githubusercontent.com/pytorch/examples/{_PYTORCH_EXAMPLES}/"
            "word_language_model/data/wikitext-2/",
            {path: f"{split}.txt" for path, split in _WORDS.items()},
        ),
        Mirror(
            "https://wikitext.smerity.com/wikitext-2-v1.zip",
            {path: f"wikitext-2/wiki.{split}.tokens" for path, split in _WORDS.items()},
            archive=True,
            size=4_475_746,
        ),
    ),
)

_RAW = {f"wikitext-2-raw/wiki.{split}.raw": split for split in ("train", "valid", "test")}
_RAW_MEMBERS = {path: path for path in _RAW}
WIKITEXT2_RAW = DataSet(
    files=(
        DataFile(
            "wikitext-2-raw/wiki.train.raw",
            10_940_747,
            "6707892fa3788b5ab9ed78ab5ff37d9fe825f6011a2ad4fcd6a6d467f0e7da57",
        ),
        DataFile(
            "wikitext-2-raw/wiki.valid.raw",
            1_146_846,
            "4cd0f6876d07a413aa911261ff6d363c72d757d47f0fdd6015702014c89cb9c7",
        ),
        DataFile(
            "wikitext-2-raw/wiki.test.raw",
            1_290_590,
            "173c87a53759e0201f33e0ccf978e510c2042d7f2cb78229d9a50d79b9e7dd08",
        ),
    ),
    mirrors=(
        Mirror(
            f"https://huggingface.co/datasets/ggml-org/ci/resolve/{_GGML_CI}/wikitext-2-raw-v1.zip",
            _RAW_MEMBERS,
            archive=True,
            size=4_721_645,
        ),
        Mirror(
            "https://wikitext.smerity.com/wikitext-2-raw-v1.zip",
            _RAW_MEMBERS,
            archive=True,
            size=4_721_645,
        ),
        Mirror("https://cosmo.zip/pub/datasets/", _RAW_MEMBERS),
    ),
)

_PAIRS = {"spa-eng/spa.txt": "spa-eng/spa.txt", "spa-eng/_about.txt": "spa-eng/_about.txt"}
SPA_ENG = DataSet(
    files=(
        DataFile(
            "spa-eng/spa.txt",
            8_042_772,
            "6ec60e212f812ee3430f7568ea6f33b6fb080e32193c5952e8da0ee8ba45574c",
        ),
        # The terms that come with the data: kept beside it.
        DataFile(
            "spa-eng/_about.txt",
            1_441,
            "df6f57ec7e6d9b31e2b9c8b6a4e0bea4aebe0a408a8e7fb24ae217e37ef4e92f",
        ),
    ),
    mirrors=(
        Mirror(
            "https://storage.googleapis.com/download.tensorflow.org/data/spa-eng.zip",
            _PAIRS,
            archive=True,
        ),
        Mirror(
            f"https://raw.githubusercontent.com/Hoangduc212001/hoang/{_SPA_ENG}/spa-eng.zip",
            _PAIRS,
            archive=True,
        ),
        Mirror(
            f"https://cdn.jsdelivr.net/gh/Hoangduc212001/hoang@{_SPA_ENG}/spa-eng.zip",
            _PAIRS,
            archive=True,
        ),
    ),
)
