import inspect
import json
import traceback

import psycopg2

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.json import json_default

from .security_arguments import CONTEXTS, FILTERS, HOSTILE
from .security_case import SecurityCase
from .security_common import MODULE, OUTSIDERS, ROLES, get_our_models

# What Odoo's own methods fail with, when this module's are only on the way to them.
REFUSED = "AccessError"
# Odoo's own, which take what its import screen sends; what is imported goes through the caller's rights.
OF_IMPORT = {("base_import.import", "execute_import"), ("base_import.import", "parse_preview")}
# Refused to all roles for the dialog that the factory makes; tried with other ids only.
REFUSED_HERE = {("crm.playbook.case.session", "action_schedule")}
ODOOS = ("Expected singleton", "Invalid lang", "Invalid language code")
# Odoo's own, of every model with a chatter: it takes a parsed e-mail, which no program can send.
OF_GATEWAY = {"message_parse"}
# Odoo's own of an import, which takes fields as no program can send them.
OF_CONVERTER = {"db_id_for"}
# Odoo's own, of every model: what marketing gets of it is told in tests/intake.
OF_FORMS = {"onchange"}
# What an honest program says where it is asked whether.
WHETHER = {"is_accepted": True, "is_quick": False, "is_done": True, "is_new": False, "is_used": True}


def get_public_methods(env):
    """Return ``[(model, method)]``: all that this module lets programs call, without what every model has."""
    package = __name__.rpartition(".tests.")[0]
    found = set()
    for model, cls in env.registry.items():
        for base in cls.mro():
            names = vars(base) if base.__module__.startswith(package) else ()
            for name in names:
                is_public = inspect.isfunction(vars(base)[name]) and not name.startswith("_")
                is_private = any(
                    getattr(getattr(one, name, None), "_api_private", False) for one in cls.mro()
                )
                # an abstract model has no records to call it on; those of its kind are tried
                is_public = is_public and name not in OF_GATEWAY | OF_CONVERTER | OF_FORMS
                is_public = is_public and (not cls._abstract or hasattr(vars(base)[name], "_api_model"))
                if is_public and not is_private and not hasattr(models.BaseModel, name):
                    found.add((model, name))
    return sorted(found - OF_IMPORT)


@tagged("post_install", "-at_install")
class TestSecurityRpc(HttpCase, SecurityCase):
    """Every public method, called by every role with what no honest program would give: it succeeds or says
    what is wrong, changes nothing without a right, and tells nothing of deals that the caller cannot read.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        for world in {cls.other, cls.foreign, *cls.own.values()}:
            for model in (*get_our_models(cls.env), "calendar.event", "crm.lead.lost"):
                if not cls.env[model]._abstract:
                    world.get(model)

    def setUp(self):
        super().setUp()
        self.methods = get_public_methods(self.env)
        self.assertIn(("crm.lead", "check_gate"), self.methods)
        self.assertIn(("crm.funnel.report", "get_funnel"), self.methods)

    def _get_arguments(self, world):
        """Return what each argument of the methods is, where a program is honest."""
        return {
            "answer": "It is going to be changed",
            "attachment_ids": [],
            "case_id": self.published[world.company].id,
            "check_id": world.get("crm.playbook.check").id,
            "columns": ["tier"],
            "comment": "Not signed",
            "condition_id": world.get("crm.playbook.condition").id,
            "criterion_id": world.get("crm.playbook.criterion").id,
            "ask_by": "2099-01-01",
            "date_deadline": "2099-01-01",
            "domain": [("type", "=", "opportunity")],
            "feedback": "They call back",
            "facts": [
                {"kind": "question", "id": world.get("crm.playbook.condition").id, "ask_by": "2099-01-01"}
            ],
            "filters": {"date_from": "2030-01-01", "date_to": "2030-01-31"},
            **WHETHER,
            "key": "people",
            "kind": "criterion",
            "limit": 3,
            "name": "begun_count",
            "note": "They buy every year, and said so",
            "option_id": world.get("crm.playbook.criterion.option").id,
            "output_id": world.get("crm.playbook.output").id,
            "part": "",
            "playbook_id": world.get("crm.playbook").id,
            "reason": "Done on the telephone",
            "reason_id": self.reason.id,
            "renewal_kind": "upsell",
            "rule_id": world.get("crm.playbook.criterion").id,
            "stage_id": world.case.stages[2].id,
            "user_id": world.user.id,
            "url": "https://example.com",
            "values": {"expected_revenue": 5},
        }

    def _get_calls(self, model, method, role, is_full):
        """Yield ``(label, ids or None, arguments)`` of the calls that are tried: all, or other ids only."""
        function = getattr(type(self.env[model]), method)
        parameters = [*inspect.signature(function).parameters.values()][1:]
        names = [one.name for one in parameters if one.kind == one.POSITIONAL_OR_KEYWORD]
        arguments = self._get_arguments(self.own[role])
        honest = {name: arguments[name] for name in names}
        is_model = getattr(function, "_api_model", False) or self.env[model]._abstract
        own, other, foreign = (
            None if is_model else self._get_ids(model, world) for world in self.get_worlds(role).values()
        )
        yield "own", own, honest
        # that there are no such records is told to everybody alike: tried once
        missing = ([], [-1], [2**31 - 1]) if is_full else ()
        for ids in () if is_model else (other, foreign, own + foreign, *missing):
            yield f"ids {ids}", ids, honest
        if not is_full:
            return
        yield "no arguments", own, {}
        yield "an unknown argument", own, {**honest, "unknown": 1}
        for context in (*CONTEXTS, {"allowed_company_ids": self.other_company.ids}):
            yield f"context {context}", own, {**honest, "context": context}
        for name in names:
            for kind, value in (HOSTILE | (FILTERS if name == "filters" else {})).items():
                yield f"{name}: {kind}", own, {**honest, name: value}

    def _get_ids(self, model, world):
        if model in get_our_models(self.env) or model in world.records:
            return world.get(model).ids
        if model in ("calendar.event", "crm.lead.lost"):
            return world.get(model).ids
        lead = world.get("crm.lead")
        messages = {"mail.activity": "activity_ids", "mail.message": "message_ids"}
        record = (
            lead.with_context(active_test=False)[messages[model]] if model in messages else self.env[model]
        )
        return (record or record.search([], limit=1))[:1].ids

    def _call(self, role, model, method, ids, arguments):
        """Call as a program does; return what it says, and what is wrong about that."""
        records = self.env[model].with_user(self.users[role])
        context = {"allowed_company_ids": self.company.ids, **arguments.get("context", {})}
        arguments = {**arguments, "context": context}
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                result = call_kw(records, method, [] if ids is None else [ids], arguments)
                said = json.dumps(result, default=json_default)
                records.env.flush_all()
        except AccessError:
            return REFUSED, False  # Odoo names the record to internal users of its debug mode
        except UserError as error:
            return str(error), False
        except psycopg2.IntegrityError as error:  # which Odoo's entry turns into a ValidationError
            return str(error), False
        except Exception as error:
            is_fine = str(error).startswith(ODOOS) or self._is_wrongly_called(records, method, arguments)
            return str(error), not is_fine and self._describe(error)
        return said, False

    @staticmethod
    def _is_wrongly_called(records, method, arguments):
        """Tell whether the entry itself refuses the number and names of the arguments."""
        given = {name: value for name, value in arguments.items() if name != "context"}
        function = getattr(type(records), method)
        try:
            inspect.signature(function).bind(records, **given)
        except TypeError:
            return True
        # whatever else is given to a loss is written, as by `write`
        return method == "action_set_lost"

    @staticmethod
    def _describe(error):
        frames = [one for one in traceback.extract_tb(error.__traceback__) if f"/{MODULE}/" in one.filename]
        where = [f"{one.filename.rsplit('/', 1)[-1]}:{one.lineno}" for one in frames[-3:]]
        return f"{type(error).__name__}: {str(error)[:90]!r} at {', '.join(where)}"

    def _get_state(self, worlds):
        """Return what the database says of the records of some worlds, and how many facts there are."""
        self.env.flush_all()
        rows = {
            (record._table, record.id)
            for world in worlds
            for record in world.records.values()
            if record._auto and record._name not in ("res.users", "res.company", "crm.team", "crm.stage")
        }
        query = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s || ' ' || one::text FROM %s one WHERE id = %s ",
                table,
                SQL.identifier(table),
                id_,
            )
            for table, id_ in sorted(rows)
        )
        leads = [world.get("crm.lead").id for world in worlds]
        tables = {
            self.env[model]._table
            for model in get_our_models(self.env)
            if self.env[model]._auto
            and not self.env[model]._abstract
            and "lead_id" in self.env[model]._fields
            and self.env[model]._fields["lead_id"].store
        }
        counts = SQL(" UNION ALL ").join(
            SQL("SELECT %s || COUNT(*) FROM %s WHERE lead_id = ANY(%s)", table, SQL.identifier(table), leads)
            for table in sorted(tables)
        )
        return {row[0] for row in self.env.execute_query(SQL("%s UNION ALL %s", query, counts))}

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_calls(self):
        tried = set()  # with everything, by the first role that is not refused
        wrong = []  # how a call failed, or the names of deals that it told and the caller cannot read
        for role in ROLES:
            worlds = self.get_worlds(role)
            hidden = [worlds["foreign"]]
            hidden += [worlds["other"]] if role in ("own", "contributor", "marketing", *OUTSIDERS) else []
            hidden += [worlds["own"]] if role in OUTSIDERS else []
            before = self._get_state(hidden)
            for model, method in self.methods:
                [_label, ids, honest] = next(self._get_calls(model, method, role, False))
                is_full = (model, method) not in tried and self._call(role, model, method, ids, honest)[
                    0
                ] != REFUSED
                tried |= {(model, method)} if is_full else set()
                for label, ids, arguments in self._get_calls(model, method, role, is_full):
                    said, fault = self._call(role, model, method, ids, arguments)
                    told = [world.secret for world in hidden if world.secret in said]
                    if fault or told:
                        wrong.append((role, f"{model}.{method}", label, fault, told))
            with self.subTest(role=role):
                after = self._get_state(hidden)
                self.assertFalse(after ^ before, "what is not the caller's to change is as it was")
        self.assertFalse(wrong)
        left = set(self.methods) - tried - REFUSED_HERE
        self.assertFalse(left, "methods that no role could call with what an honest program gives")

    @mute_logger(
        "odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db"
    )
    def test_over_http(self):
        """A sample of the same over JSON-2: no call ends in a crash of the server."""
        user = self.users["manager"]
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "Test", None)
        headers = {"Authorization": f"bearer {key}"}
        for model, method in self.methods:
            _label, ids, honest = next(self._get_calls(model, method, "manager", False))
            for kind in ("a text", "quotes", "a huge number", "a dict"):
                body = dict.fromkeys(honest, HOSTILE[kind]) | ({} if ids is None else {"ids": ids})
                response = self.url_open(f"/json/2/{model}/{method}", json=body, headers=headers)
                with self.subTest(method=f"{model}.{method}", kind=kind):
                    self.assertIn(response.status_code, (200, 403, 404, 422), response.text[:500])
                if not honest:
                    break
