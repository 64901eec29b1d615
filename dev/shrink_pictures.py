"""Make PNG files small: ``shrink_pictures.py FOLDER``. Prints those over 200 kB, and then exits with 1.

The frames of pictures that move are for ``join_frames.py``.
"""

import sys
from pathlib import Path

from PIL import Image

LIMIT = 200_000  # bytes


def shrink(path):
    """Reduce a picture to the 256 colours that suit it best; return its size in bytes."""
    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)
    return path.stat().st_size


def main(folder):
    pictures = (path for path in sorted(Path(folder).rglob("*.png")) if path.parent.suffix != ".frames")
    sizes = {path: shrink(path) for path in pictures}
    too_large = {path: size for path, size in sizes.items() if size > LIMIT}
    for path, size in too_large.items():
        print(f"{path} has {size} bytes, more than {LIMIT}.")
    return bool(too_large)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
