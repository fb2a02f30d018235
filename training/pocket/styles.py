"""Looks: what a style changes in the drawing of a scene. `LOOKS["base"]` is the flat style of the base; each other one is learnt by an adapter.

Looks on fluent-3d, fluent-high-contrast or no pack keep every outline where the base has it; the other packs draw the same objects in shapes of their own.
"""
from . import crafts, effects, paintings


class Look:
    """sprites: pack name or None (fluent-flat); ground(img, t, renderer): background after painting; layer(layer, t, renderer): each sprite;
    wear(...): drawn on top of each object; finish(img, t, renderer): the whole picture; images [n, 3, 256, 256] in [0, 1].
    nearest: sprites are not smoothed; upright: never turned; shadow: strength; tint: the sky's light falls on sprites; recolour: colour words apply."""

    def __init__(self, sprites=None, ground=None, layer=None, wear=None, finish=None, shadow=1.0, tint=True, recolour=True, upright=False, nearest=False):
        self.sprites, self.ground, self.layer, self.wear, self.finish = sprites, ground, layer, wear, finish
        self.shadow, self.tint, self.recolour, self.upright, self.nearest = shadow, tint, recolour, upright, nearest


LOOKS = {
    "base": Look(),
    # sprite packs
    "clay": Look("fluent-3d", ground=effects.studio, finish=effects.plasticine, shadow=1.5),
    "ink": Look("fluent-high-contrast", ground=effects.paper_lines, shadow=0.0, tint=False, recolour=False),
    "linocut": Look("emojitwo-bw", ground=effects.two_tone, shadow=0.0, tint=False, recolour=False),
    "pixel": Look("serenity-pixel", finish=effects.pixelate, upright=True, nearest=True, shadow=0.8),
    "sticker": Look("twemoji", ground=effects.gloss_ground, layer=effects.die_cut, shadow=1.6, tint=False),
    "gumdrop": Look("blob", ground=effects.candy_tone, tint=False),
    # transforms of the whole picture
    "watercolour": Look(finish=effects.watercolour, shadow=0.5),
    "pencil": Look(finish=effects.pencil),
    "mosaic": Look(finish=effects.mosaic),
    "comic": Look(finish=effects.comic, shadow=0.8),
    "blueprint": Look(finish=effects.blueprint, shadow=0.0),
    "stained-glass": Look(finish=effects.stained_glass, shadow=0.3),
    "neon": Look(finish=effects.neon, shadow=0.0, tint=False),
    "vaporwave": Look(finish=effects.vaporwave),
    "noir": Look(finish=effects.noir),
    "oil": Look("noto", finish=effects.oil),
    "vivid": Look(finish=effects.vivid),
    "sepia": Look(finish=effects.sepia),
    # drawn by hand
    "ukiyo-e": Look(ground=paintings.woodblock_ground, layer=paintings.woodblock_layer, finish=paintings.woodblock, shadow=0.0, tint=False),
    "charcoal": Look(ground=paintings.charcoal_ground, layer=paintings.charcoal_layer, finish=paintings.charcoal),
    "gouache": Look(ground=paintings.gouache_ground, layer=paintings.gouache_layer, finish=paintings.gouache, shadow=0.8),
    "art-nouveau": Look(ground=paintings.nouveau_ground, layer=paintings.nouveau_layer, finish=paintings.nouveau, shadow=0.0, tint=False),
    "graffiti": Look(ground=paintings.brick_wall, layer=paintings.spray_layer, shadow=0.0, tint=False),
    "chalkboard": Look(ground=paintings.board_ground, layer=paintings.chalk_layer, finish=paintings.wooden_frame, shadow=0.0, tint=False),
    # made of a material
    "low-poly": Look(ground=crafts.faceted_ground, layer=crafts.faceted_layer, shadow=0.6),
    "isometric": Look("fluent-3d", ground=crafts.diorama, shadow=1.6),
    "paper-cut": Look(ground=crafts.layered_paper, layer=crafts.paper_layer, finish=crafts.shadow_box, shadow=0.0),
    "knitted": Look(finish=crafts.knitted),
    "marble": Look("fluent-3d", ground=crafts.gallery, layer=crafts.marble_layer, tint=False, recolour=False),
    "origami": Look(ground=crafts.folded_ground, layer=crafts.folded_layer, shadow=0.0),
    # surroundings and things worn
    "autumn": Look(ground=effects.autumn_ground, finish=effects.falling_leaves),
    "candyland": Look(ground=effects.candyland, tint=False),
    "top-hat": Look(wear=effects.top_hat),
    "party-hat": Look(wear=effects.party_hat),
}
STYLES = list(LOOKS)
