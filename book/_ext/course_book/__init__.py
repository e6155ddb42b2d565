"""The book's Sphinx extension: what this book checks and shows that Sphinx alone does not.

One module, one idea: which pages are executed again (``execution_cache``), pictures without words
(``alt_text``), numbers from result files (``measured``), the parts of a chapter (``teaching``),
what the site needs (``site``), names in the API pages (``api_references``). ``anatomy`` and
``typed_numbers`` read chapters for the tests.
"""

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from course_book import alt_text, api_references, execution_cache, measured, site, teaching


def setup(app: Sphinx) -> dict[str, Any]:
    """Set every part up; a changed extension makes Sphinx read every page again."""
    for part in (execution_cache, alt_text, measured, teaching, site, api_references):
        part.setup(app)
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return {
        "env_version": int(digest.hexdigest()[:8], 16),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
