"""Get text, clean it, describe it, and split it by document.

>>> load("anthology", language="en").language
'en'
"""

from course_lib.corpus.catalog import get, info, load, names
from course_lib.corpus.corpus import Corpus

__all__ = ["Corpus", "get", "info", "load", "names"]
