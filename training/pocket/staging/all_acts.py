"""Imports every module of acts, so that stage.ACTS has them all."""
from . import beasts, doing, going, resting, together, worlds  # noqa: F401
