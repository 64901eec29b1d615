"""Results as a table in Markdown."""

import os
import platform
from pathlib import Path

HEADER = """\
| Measurement | against, s | module, s | ratio | processor | queries | of the module | peak, MB | limit |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"""
BEGIN, END = "<!-- figures: made by `make bench` -->", "<!-- end of the figures -->"
GROWTH, GROWTH_END = "<!-- growth: made by `make bench ARGS=growth` -->", "<!-- end of the growth -->"


def describe_machine(settings):
    """Returns a line on where the figures come from."""
    rest = ", ".join(f"{name} {value}" for name, value in settings.items() if name != "server_version")
    version = settings["server_version"].split()[0]
    return (
        f"Machine: {os.cpu_count()} cores, PostgreSQL {version} ({rest}; the large tables are vacuumed"
        f" between the measurements only), Python {platform.python_version()}.\n"
    )


def row(result):
    """Returns one line of the table."""
    base, module = result.base or {}, result.module
    missed = result.limit.get_missed(result.base, module)
    cells = [
        result.title,
        number(base.get("seconds"), "seconds"),
        number(module["seconds"], "seconds"),
        number(result.get_ratio(), "ratio"),
        number(result.get_ratio("cpu"), "ratio"),
        number(base.get("queries")),
        number(module.get("queries")),
        number(module.get("memory")),
        f"{result.limit.describe() or '–'}{f': {missed} **missed**' if missed else ''}",
    ]
    return "| " + " | ".join(cells) + " |"


def number(value, kind=""):
    """Returns a figure as the table shows it: seconds with three digits that count, ratios with two."""
    if value is None:
        return "–"
    if kind == "ratio":
        return f"{value:.2f}"
    if kind == "seconds":
        return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return f"{value:.0f}"


def write_table(path, lines, begin=BEGIN, end=END):
    """Puts the lines of a table in the place of the one that the document has; its prose stays."""
    document = Path(path)
    before, _begin, rest = document.read_text(encoding="utf-8").partition(begin)
    _old, _end, after = rest.partition(end)
    table = "\n".join(lines)
    document.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")
