"""Check a built wheel of the addon: ``check_package.py WHEEL ADDON_FOLDER``.

Prints what is wrong, one sentence a line, and then exits with 1.
"""

import ast
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

LEFT_OUT = {"pyproject.toml"}  # says how to build it
HEADINGS = {"CONFIGURE": "## Configuration", "USAGE": "## Usage"}  # of the texts in `readme`


def read_manifest(addon):
    return ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))


def find_wrong_files(wheel, addon, manifest):
    """Yield what the wheel lacks, or has in another state: files of git and those the manifest names."""
    listed = subprocess.run(["git", "ls-files", "-z", "."], cwd=addon, check=True, capture_output=True)
    wanted = {name for name in listed.stdout.decode().split("\0") if name and (addon / name).is_file()}
    wanted.update(name for key in ("data", "demo", "images") for name in manifest.get(key, ()))
    packed = set(wheel.namelist())
    for name in sorted(wanted - LEFT_OUT):
        path = f"odoo/addons/{addon.name}/{name}"
        if path not in packed:
            yield f"{name} is not in the wheel."
        elif wheel.read(path) != (addon / name).read_bytes():
            yield f"{name} is another one in the wheel."


def get_requirements(addon, depends, series):
    """Return what pip has to bring: Odoo, and the addons beside this one that it depends on."""
    beside = [name for name in depends if (addon.parent / name / "__manifest__.py").is_file()]
    return sorted([f"odoo=={series}.*", *(f"odoo-addon-{name}=={series}.*" for name in beside)])


def find_wrong_metadata(wheel, addon, manifest):
    """Yield the fields that differ from what pip and a package index need to know of the addon."""
    (path,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(wheel.read(path))
    series = ".".join(manifest["version"].split(".")[:2])
    expected = {
        "Name": f"odoo-addon-{addon.name}",
        "Summary": manifest["summary"],
        "Author": manifest["author"],
        "License": manifest["license"],
        "Description-Content-Type": "text/markdown",
    }
    for field, value in expected.items():
        if metadata.get_all(field) != [value]:
            yield f"{field} is {metadata.get_all(field)}, not {value!r}."
    required = get_requirements(addon, manifest["depends"], series)
    if sorted(metadata.get_all("Requires-Dist")) != required:
        yield f"Requires-Dist is {metadata.get_all('Requires-Dist')}, not {required}."
    if f"Framework :: Odoo :: {series}" not in metadata.get_all("Classifier", []):
        yield f"It is not classified as one for Odoo {series}."
    # a number behind the manifest's version counts the commits since that version was set
    if not re.fullmatch(re.escape(manifest["version"]) + r"(\.\d+)?", metadata["Version"]):
        yield f"Version is {metadata['Version']}, the manifest's is {manifest['version']}."
    lines = metadata.get_payload(decode=True).decode("utf-8", "replace").splitlines()
    sections = [heading for name, heading in HEADINGS.items() if (addon / "readme" / f"{name}.md").is_file()]
    for heading in (f"# {manifest['name']}", *sections):
        if heading not in lines:
            yield f"The description has no line {heading!r}."


def main(wheel_path, addon):
    addon = Path(addon).resolve()
    manifest = read_manifest(addon)
    with zipfile.ZipFile(wheel_path) as wheel:
        wrong = [
            *find_wrong_files(wheel, addon, manifest),
            *find_wrong_metadata(wheel, addon, manifest),
        ]
    for sentence in wrong:
        print(f"{Path(wheel_path).name}: {sentence}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
