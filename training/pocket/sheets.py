"""Contact sheets: rows of images with short captions, written as small JPEGs."""
import torch
from PIL import Image, ImageDraw


def to_uint8(images):
    """[-1, 1] float images [B, 3, H, W] -> uint8 [B, H, W, 3] on the CPU."""
    return ((images.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu()


def save_sheet(path, images, *, columns, labels=None, tile=128, quality=82):
    """images: list or tensor of [3, H, W] in [-1, 1], row by row; labels go under each tile."""
    array = to_uint8(torch.stack(list(images)) if not torch.is_tensor(images) else images).numpy()
    rows = -(-len(array) // columns)
    strip = 14 if labels else 0
    sheet = Image.new("RGB", (columns * (tile + 2), rows * (tile + 2 + strip)), "white")
    draw = ImageDraw.Draw(sheet)
    for i, pixels in enumerate(array):
        x, y = i % columns * (tile + 2), i // columns * (tile + 2 + strip)
        sheet.paste(Image.fromarray(pixels).resize((tile, tile), Image.LANCZOS), (x, y))
        if labels and i < len(labels):
            draw.text((x + 1, y + tile + 1), labels[i][: tile // 6], fill="black")
    sheet.save(path, quality=quality)
