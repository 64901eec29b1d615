"""Make what presents the addon from the texts in its ``readme`` folder.

``make_description.py ADDON_FOLDER PICTURES_FOLDER [--check | --banner FILE]`` writes ``README.md``, the page
that Odoo's Apps screen and app stores show (``static/description/index.html``) and the pictures that it has,
taken from PICTURES_FOLDER. A text that the folder lacks is a section less. With ``--check`` nothing is made:
files that would change are named, and the exit status is 1. With ``--banner`` only the page is written that a
browser draws the banner from. The name and the summary come from the manifest.
"""

import ast
import sys
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

SECTIONS = (  # the heading in the page, the text; as the association's addons have them
    (None, "DESCRIPTION"),
    ("Installation", "INSTALL"),
    ("Configuration", "CONFIGURE"),
    ("Usage", "USAGE"),
    ("Limits", "ROADMAP"),
    ("Changelog", "HISTORY"),
    ("Support", "SUPPORT"),
    ("Contributors", "CONTRIBUTORS"),
    ("简体中文", "DESCRIPTION.zh_CN"),
)
LICENCES = {"LGPL-3": "GNU Lesser General Public License, version 3"}
PICTURES = "static/description/"  # in the addon
# Odoo takes style sheets out of the page and leaves these in.
STYLES = {
    "h2": "margin: 40px 0 12px; font-size: 24px; color: #985184;",
    "h3": "margin: 32px 0 8px; font-size: 18px; color: #005E7A;",
    "p": "margin: 0 0 12px;",
    "ul": "margin: 0 0 12px; padding-left: 24px;",
    "ol": "margin: 0 0 12px; padding-left: 24px;",
    "li": "margin-bottom: 6px;",
    "pre": "margin: 0 0 12px; padding: 12px; background-color: #f3f4f6; color: #212529;",
    "img": "display: block; max-width: 100%; margin: 16px auto; border: 1px solid #d8dadd;",
}
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{name}</title>
</head>
<body>
<div style="max-width: 960px; margin: 0 auto; padding: 16px; line-height: 1.5;">
<div style="text-align: center; padding: 16px 0 24px;">
<img src="icon.png" alt="" width="96" height="96">
<h1 style="margin: 16px 0 8px; font-size: 32px;">{name}</h1>
<p style="margin: 0; font-size: 18px;">{summary}</p>
</div>
{body}</div>
</body>
</html>
"""
BANNER = """\
<!DOCTYPE html>
<meta charset="utf-8">
<body style="margin: 0; width: 1120px; height: 560px; display: flex; gap: 32px; align-items: center;
    box-sizing: border-box; padding: 48px; background: #f3eef2;
    font-family: sans-serif; overflow: hidden;">
<div style="flex: 1;">
<img src="{icon}" width="88" height="88">
<h1 style="margin: 24px 0 16px; font-size: 40px; color: #5b3a55;">{name}</h1>
<p style="margin: 0; font-size: 22px; color: #005e7a;">{summary}</p>
</div>
{picture}
</body>
"""
SHOWN = """<img src="{picture}" style="width: 600px; border: 1px solid #d8dadd; border-radius: 8px;">"""


def read_sections(addon, manifest):
    """Return ``[(heading or None, Markdown), …]``; pictures are named relative to the addon."""
    sections = [
        (heading, (addon / "readme" / f"{name}.md").read_text(encoding="utf-8").replace("](../", "]("))
        for heading, name in SECTIONS
        if (addon / "readme" / f"{name}.md").is_file()
    ]
    return [*sections, ("Licence", f"{LICENCES[manifest['license']]} ({manifest['license']}).\n")]


def render_readme(manifest, sections):
    parts = [f"# {manifest['name']}\n", f"{manifest['summary']}.\n"]
    for heading, text in sections:
        parts += [f"## {heading}\n", text] if heading else [text]
    return "\n".join(parts)


def render_fence(tokens, place, _options, _env):
    return f'<pre style="{STYLES["pre"]}">{escape(tokens[place].content)}</pre>\n'


def render_body(sections, pictures):
    """Return the HTML of the sections, and note in ``pictures`` the names of those they show."""
    markdown = MarkdownIt("commonmark")
    markdown.renderer.rules["fence"] = render_fence
    tokens = markdown.parse("\n".join(f"## {h}\n\n{text}" if h else text for h, text in sections))
    for token in tokens:
        for one in (token, *(token.children or ())):
            if one.tag in STYLES and one.nesting >= 0:
                one.attrSet("style", STYLES[one.tag])
            if one.type == "image":
                name = one.attrs["src"].removeprefix(PICTURES)
                one.attrSet("src", name)
                pictures.append(name)
    return markdown.renderer.render(tokens, markdown.options, {})


def make(addon, shown):
    """Return ``{path in the addon: content}``."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    sections, pictures = read_sections(addon, manifest), []
    body = render_body(sections, pictures)
    page = PAGE.format(name=escape(manifest["name"]), summary=escape(manifest["summary"]), body=body)
    return {
        "README.md": render_readme(manifest, sections).encode(),
        PICTURES + "index.html": page.encode(),
        **{PICTURES + name: (shown / name).read_bytes() for name in pictures},
    }


def make_banner(addon, shown):
    """Return the page that the banner is drawn from, with the first picture of the description."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    pictures = []
    render_body(read_sections(addon, manifest)[:1], pictures)
    return BANNER.format(
        icon=(addon / PICTURES / "icon.png").resolve().as_uri(),
        name=escape(manifest["name"]),
        summary=escape(manifest["summary"]),
        picture=SHOWN.format(picture=(shown / pictures[0]).resolve().as_uri()) if pictures else "",
    )


def main(addon, shown, *options):
    if "--banner" in options:
        Path(options[-1]).write_text(make_banner(Path(addon), Path(shown)), encoding="utf-8")
        return False
    made = make(Path(addon), Path(shown))
    changed = []
    for name, content in made.items():
        path = Path(addon, name)
        if not path.is_file() or path.read_bytes() != content:
            changed.append(path)
    for path in changed:
        if "--check" in options:
            print(f"{path} is not what its sources make; 'make description' makes it.")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path.relative_to(addon).as_posix()])
            print(f"Written: {path}")
    return bool(changed) and "--check" in options


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
