"""Start the command line, or say what it needs."""

import sys


def main() -> None:
    """Run the ``course`` command."""
    from course_lib.errors import MissingExtraError, require

    try:
        require("typer", "cli")
        require("rich", "cli")
        from course_lib.cli import run

        sys.exit(run())
    except MissingExtraError as error:
        sys.exit(f"course: {error}")
    except KeyboardInterrupt:  # while libraries load; commands have their own way to end
        sys.exit(130)


if __name__ == "__main__":
    main()
