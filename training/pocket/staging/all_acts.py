"""ACTS with those of every module, and the Stage on which they play."""
from . import beasts, doing, going, resting, things, together, worlds  # noqa: F401
from .stage import ACTS, Stage  # noqa: F401
