"""Looks: what a style changes in the drawing of a scene (sprite pack, ground, finish). Filled below; "base" changes nothing."""


class Look:
    """sprites: pack name or None (fluent-flat); ground(img, t, renderer): background after painting; layer(layer, renderer): each sprite;
    wear(...): drawn on top of each object; finish(img, t, renderer): the whole picture; images [n, 3, 256, 256] in [0, 1]."""

    def __init__(self, sprites=None, ground=None, layer=None, wear=None, finish=None, shadow=1.0, tint=True, recolour=True, upright=False, nearest=False):
        self.sprites, self.ground, self.layer, self.wear, self.finish = sprites, ground, layer, wear, finish
        self.shadow, self.tint, self.recolour, self.upright, self.nearest = shadow, tint, recolour, upright, nearest


LOOKS = {"base": Look()}

STYLES = list(LOOKS)
