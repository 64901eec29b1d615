import copy

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tools.json_schema import find_faults
from odoo.addons.sales_funnel_playbook.tools.playbook_parts import PARTS

from ..common import PlaybookCase
from ..properties import SETTINGS, given, jsonschema, needs_jsonschema, settings, st
from .test_exchange import MINIMAL, read_schema


@tagged("post_install", "-at_install")
class TestSchema(PlaybookCase):
    """The published schema, the checker and the fields say the same."""

    @needs_jsonschema
    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(read_schema())

    def test_schema_names_what_is_exchanged(self):
        schema = read_schema()
        for key, part in PARTS.items():
            known = set(schema["$defs"][key]["properties"])
            extra = {"currency"} if key == "playbook" else set()
            extra |= {"activity_type"} if part.has_activity else set()
            extra |= {*part.files, *part.mails} | ({"apps"} if part.has_apps else set())
            self.assertEqual(
                known, {*part.texts, *part.values, *part.domains, *part.lists, *part.roles, *extra}, key
            )

    def test_choices_are_those_of_the_fields(self):
        """All but a named person, who does not leave the company."""
        schema = read_schema()
        for key, part in PARTS.items():
            for name in part.values:
                field = self.env[part.model]._fields[name]
                if field.type != "selection":
                    continue
                said = schema["$defs"][key]["properties"][name]
                said = schema["$defs"][said["$ref"].rsplit("/", 1)[1]] if "$ref" in said else said
                if name == "met_by":  # apps bring kinds of documents
                    self.assertEqual(said["type"], "string")
                    continue
                known = set(field.get_values(self.env)) - {"user"}
                if key == "deadline" and name == "trigger":
                    known -= {"stage_entered"}
                self.assertEqual(set(said["enum"]), known, f"{key}.{name}")

    @needs_jsonschema
    @settings(SETTINGS, max_examples=300)
    @given(st.data())
    def test_checker_agrees_with_jsonschema(self, data):
        """Whatever is put wherever in a good file, ours refuses exactly what the library refuses."""
        schema = read_schema()
        document = copy.deepcopy(MINIMAL)
        place, key = document, "playbook"
        while isinstance(place[key], (dict, list)) and place[key] and data.draw(st.integers(0, 5)):
            place = place[key]
            keys = range(len(place)) if isinstance(place, list) else sorted(place)
            key = data.draw(st.sampled_from(list(keys)))
        junk = st.recursive(
            st.none() | st.booleans() | st.integers(-5, 2000) | st.floats(-1, 101) | st.text(max_size=3),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "en_US", "x"]), inner)
            ),
            max_leaves=5,
        )
        place[key] = data.draw(junk)
        ours = bool(list(find_faults(document, schema)))
        self.assertEqual(ours, not jsonschema.Draft202012Validator(schema).is_valid(document))
