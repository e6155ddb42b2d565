"""Write environment.yml, the same environment for users of conda, from pyproject.toml."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Generated from pyproject.toml by tools/environment.py; do not edit.\n"


def requirements(project: dict[str, Any], extra: str | None = None) -> list[str]:
    """The requirements of the package and of one extra, with extras of its own spelled out."""
    chosen: list[str] = []
    listed = project["optional-dependencies"][extra] if extra else project["dependencies"]
    for line in listed:
        own = re.fullmatch(r"course-lib\[(.+)\]", line)
        for name in own.group(1).split(",") if own else []:
            chosen += requirements(project, name)
        if not own:
            chosen.append(line)
    return sorted(set(chosen), key=str.lower)


def environment(pyproject: str) -> str:
    """The text of environment.yml for the text of a pyproject.toml."""
    project = tomllib.loads(pyproject)["project"]
    wanted = requirements(project) + requirements(project, "all")
    lines = [f'      - "{line}"' for line in sorted(set(wanted), key=str.lower)]
    return HEAD + "\n".join(
        [
            "name: robo-poet",
            "channels: [conda-forge]",
            "dependencies:",
            f'  - "python{project["requires-python"]},<3.14"',
            "  - pip",
            "  - make",
            "  - pip:",
            *lines,
            '      - "-e ."',
            "",
        ]
    )


if __name__ == "__main__":
    target = ROOT / "environment.yml"
    target.write_text(environment((ROOT / "pyproject.toml").read_text("utf8")), "utf8")
    print(f"wrote {target.name}")
