"""Write the built book as one zip file for reading offline: the same pages give the same bytes."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name


def write_zip(html: Path, target: Path) -> Path:
    """Put every file of a built book, in one folder named like the target, into a zip file."""
    if not (html / "index.html").exists():
        sys.exit(f"{html} holds no built book: run make book first")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(path for path in html.rglob("*") if path.is_file()):
            name = (Path(target.stem) / file.relative_to(html)).as_posix()
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return part.replace(target)


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist" / "robo-poet.zip"
    print(write_zip(ROOT / "_build" / "html", wanted))
