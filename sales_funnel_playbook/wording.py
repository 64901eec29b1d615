"""How a language puts texts together: a list, clauses, a label with what it says. English has “A, B” and
“A: B”, Chinese 「A、B」 and 「A：B」.
"""

from functools import reduce


def list_texts(env, texts):
    """Return texts, or what can be written as such, one after the other, as the language of ``env`` lists
    them; empty where there are none.
    """
    return _join(env._("%(text)s, %(next)s"), texts)


def list_clauses(env, texts):
    """Return texts that have commas of their own, one after the other."""
    return _join(env._("%(text)s; %(next)s"), texts)


def label_text(env, *texts):
    """Return a text behind what it is about, which may be labelled itself."""
    return _join(env._("%(text)s: %(next)s"), texts)


def _join(shape, texts):
    texts = [str(text) for text in texts]
    return reduce(lambda text, after: shape % {"text": text, "next": after}, texts) if texts else ""
