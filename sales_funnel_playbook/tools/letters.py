"""How much a text says."""

import unicodedata

# The least that a note says.
LEAST = 20


def get_substance(text):
    """Return the letters and digits of ``text``, as they are counted and compared.

    >>> get_substance(" Three  presses, in MAY! "), get_substance("ｂ２ - 三台"), get_substance(False)
    ('threepressesinmay', 'b2三台', '')
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(character for character in folded if character.isalnum())


def count_letters(text):
    """Return how many letters and digits a text has; a Chinese character, a word's half, counts as two.

    >>> count_letters("They want 3"), count_letters("他们要三台，五月交货"), count_letters("はい。")
    (9, 18, 4)
    """
    return sum(1 + is_wide(character) for character in get_substance(text))


def is_wide(character):
    """Tell whether a character stands for a syllable or more."""
    return unicodedata.east_asian_width(character) in "WF"
