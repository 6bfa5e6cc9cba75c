"""Hypothesis draws the same examples on every run: a change is judged by what it changes."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)  # pytest --hypothesis-profile=exploring
settings.load_profile("repeatable")
