"""Results as a table in Markdown."""

HEADER = """\
| Measurement | plain, s | module, s | ratio | queries, plain | queries, module |
| --- | ---: | ---: | ---: | ---: | ---: |"""


def row(result):
    """Returns one line of the table."""
    plain = result.plain
    cells = [
        result.title,
        f"{plain['seconds']:.3f}" if plain else "–",
        f"{result.module['seconds']:.3f}",
        f"{result.ratio:.2f}" if plain else "–",
        f"{plain['queries']:.0f}" if plain else "–",
        f"{result.module['queries']:.0f}",
    ]
    return "| " + " | ".join(cells) + " |"
