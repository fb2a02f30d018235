"""Composed pictures: bodies in poses (figures), where things touch (anchors), who does what (acts)."""
