"""No test is timed: a library that is first used in a test takes its time to load."""

from hypothesis import settings

settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
