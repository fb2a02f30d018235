"""Imports every module of acts, so that stage.ACTS has them all."""
from . import doing, going, resting, together  # noqa: F401
