"""Start the command line, or say what it needs."""

import sys


def main() -> None:
    """Run the ``course`` command."""
    from course_lib.errors import MissingExtraError, require

    try:
        require("typer", "cli")
        require("rich", "cli")
    except MissingExtraError as error:
        sys.exit(f"course: {error}")
    from course_lib.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
