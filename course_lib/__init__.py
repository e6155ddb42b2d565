"""The teaching package of *Robo-Poet: neural text generation, measured*.

Text flows through the rooms of this package in one order: ``corpus`` (get, clean, describe and
split text), ``tokenizers`` (text to ids and back), ``batching`` (windows over ids), ``models``,
``training``, ``evaluation`` and ``grading`` (exercises and their checks). Importing the package
loads none of them.
"""

__version__ = "0.1.0"
