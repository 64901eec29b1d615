"""How much a text says."""

import unicodedata

# The least that a note says, and that an explanation or a note as evidence does.
LEAST, LEAST_EVIDENCE = 20, 15
# What a Chinese character says: half of a word, whose letters in English are about six.
WIDE = 3


def get_substance(text):
    """Return the letters and digits of ``text``, as they are counted and compared.

    >>> get_substance(" Three  presses, in MAY! "), get_substance("ｂ２ - 三台"), get_substance(False)
    ('threepressesinmay', 'b2三台', '')
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(character for character in folded if character.isalnum())


def count_letters(text):
    """Return how many letters and digits a text has; a Chinese character, a word's half, counts as three.

    >>> count_letters("They want 3"), count_letters("他们要三台，五月交货"), count_letters("はい。")
    (9, 27, 6)
    >>> [count_letters(text) >= LEAST for text in ("总经理已批准预算", "Customer ok", "客户同意")]
    [True, False, False]
    """
    return sum(WIDE if is_wide(character) else 1 for character in get_substance(text))


def is_wide(character):
    """Tell whether a character stands for a syllable or more."""
    return unicodedata.east_asian_width(character) in "WF"
