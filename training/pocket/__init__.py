"""Training code of the pocket pack: scenes, models and trainers."""
