"""Checks a document against a JSON Schema, as far as the schemas of this module go, without a library that an
Odoo installation would have to add. The tests compare it with ``jsonschema``.
"""

from typing import Any, NamedTuple

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


class Fault(NamedTuple):
    """What is wrong at one place of a document."""

    path: str  # such as "playbook.stages[2].name", counted from 0; "" for the document itself
    keyword: str  # the schema's word that is not met, such as "required"
    detail: Any  # what it asks for: types, values, a limit, or the key that is missing or unknown


def find_faults(value, schema, root=None, path=""):
    """Yield a :class:`Fault` for each place of ``value`` that does not meet ``schema``.

    >>> schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1}}}
    >>> list(find_faults({"a": 0}, schema))
    [Fault(path='a', keyword='minimum', detail=1)]
    >>> list(find_faults({}, schema))
    [Fault(path='', keyword='required', detail='a')]
    >>> list(find_faults({"a": True}, schema))
    [Fault(path='a', keyword='type', detail=['integer'])]
    """
    root = root or schema
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_kind(value, kind) for kind in kinds):
        yield Fault(path, "type", kinds)
        return
    yield from _find_value_faults(value, schema, path)
    if isinstance(value, dict):
        yield from _find_object_faults(value, schema, root, path)
    elif isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from find_faults(item, schema["items"], root, f"{path}[{number}]")


def _is_kind(value, kind):
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


def _find_value_faults(value, schema, path):
    """Yield what the words about single values and about lengths find."""
    if "const" in schema and not _is_same(value, schema["const"]):
        yield Fault(path, "const", schema["const"])
    if "enum" in schema and not any(_is_same(value, one) for one in schema["enum"]):
        yield Fault(path, "enum", schema["enum"])
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        limits = (("minimum", value), ("maximum", value))
    elif isinstance(value, str):
        limits = (("minLength", len(value)), ("maxLength", len(value)))
    elif isinstance(value, list):
        limits = (("minItems", len(value)), ("maxItems", len(value)))
    elif isinstance(value, dict):
        limits = (("minProperties", len(value)),)
    else:
        limits = ()
    for keyword, size in limits:
        limit = schema.get(keyword)
        if limit is not None and (size < limit if keyword.startswith("min") else size > limit):
            yield Fault(path, keyword, limit)


def _is_same(value, other):
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _find_object_faults(value, schema, root, path):
    for key in schema.get("required", ()):
        if key not in value:
            yield Fault(path, "required", key)
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, item in value.items():
        inner = f"{path}.{key}" if path else key
        if key in known:
            yield from find_faults(item, known[key], root, inner)
        elif other is False:
            yield Fault(path, "additionalProperties", key)
        elif isinstance(other, dict):
            yield from find_faults(item, other, root, inner)
