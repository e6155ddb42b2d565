"""Runs scripts in their quick form, one after another in one process, and says which failed.

Most of the time of a quick run goes into loading the libraries, which one process does once.

Usage: ``python tests/run_quickly.py REPORT SCRIPT ...``; REPORT becomes a JSON file with a
traceback for every script that failed.
"""

import json
import os
import runpy
import sys
import traceback
from pathlib import Path


def main() -> None:
    """Run the scripts."""
    report, *scripts = sys.argv[1:]
    sys.path.insert(0, str(Path(scripts[0]).parent))  # scripts import each other
    failed = {}
    for script in scripts:
        sys.argv = [script, "--quick"]
        processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
        try:
            runpy.run_path(script, run_name="__main__")
        except (Exception, SystemExit):  # an exit is a failure of its script, no end of the others
            failed[Path(script).stem] = traceback.format_exc()
        finally:
            if processors:  # some scripts take fewer
                os.sched_setaffinity(0, processors)
    Path(report).write_text(json.dumps(failed), "utf8")


if __name__ == "__main__":
    main()
