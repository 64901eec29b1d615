"""Make pictures that move: ``join_frames.py FOLDER``.

Each folder ``NAME.frames`` below FOLDER, with frames named by number and milliseconds (``003-1200.png``),
becomes ``NAME.png`` beside it, an animated PNG that begins anew for ever. Prints those over 1.5 MB, and then
exits with 1.
"""

import shutil
import sys
from pathlib import Path

from PIL import Image

LIMIT = 1_500_000  # bytes


def read_frames(folder):
    """Return ``([picture, …], [milliseconds, …])`` of a folder, in order."""
    paths = sorted(folder.glob("*.png"))
    durations = [int(path.stem.split("-")[1]) for path in paths]
    return [Image.open(path).convert("RGB") for path in paths], durations


def get_palette(pictures):
    """Return a picture whose 256 colours suit all pictures together: what stays the same has the same colour.

    An octree keeps the few small things in colour; a median cut shows warnings in the red of errors.
    """
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(pictures)))
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (0, place * height))
    return sheet.quantize(256, Image.Quantize.FASTOCTREE)


def join(folder):
    """Write the picture of a folder of frames and remove the folder; return the path of the picture."""
    pictures, durations = read_frames(folder)
    palette = get_palette(pictures)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
    path = folder.with_suffix(".png")
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, compress_level=9)
    shutil.rmtree(folder)
    return path


def main(folder):
    made = [join(frames) for frames in sorted(Path(folder).rglob("*.frames"))]
    too_large = [path for path in made if path.stat().st_size > LIMIT]
    for path in too_large:
        print(f"{path} has {path.stat().st_size} bytes, more than {LIMIT}.")
    return bool(too_large)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
