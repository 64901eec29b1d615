import base64
import json

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exchange.test_exchange import MINIMAL
from .security_case import SecurityCase
from .security_common import OUTSIDERS

# Refused whoever writes them, each for a reason of its own.
TRICKS = {
    "a superuser's path": "[('partner_id.sudo', '=', 1)]",
    "a call in a path": "[('sudo().user_id', '=', 1)]",
    "a Python attribute": "[('__class__', '!=', False)]",
    "attributes behind a field": "[('user_id.__class__.__mro__', '!=', False)]",
    "a name": "[('user_id', '=', user.password)]",
    "a call": "[('name', '=', str(1))]",
    "a formatted string": "[('name', '=', f'{1}')]",
    "an import": "[('name', '=', datetime.__import__('os').getcwd())]",
    "a comprehension": "[('id', 'in', [one for one in range(9)])]",
    "a lambda": "[('id', 'in', lambda: 1)]",
    "an operator that bypasses rights": "[('user_id', 'any!', [('login', '!=', False)])]",
    "the same, below": "[('user_id', 'any', [('partner_id', 'not any!', [('name', '!=', False)])])]",
    "an SQL operator": "[('id', 'raw SQL', ('SELECT 1', []))]",
    "an SQL name": "[('id\" = 1 OR 1=1 --', '=', 1)]",
    "an SQL operator in words": "[('id', '= 1 OR 1 =', 1)]",
    "1,000 levels": "[" * 1_000 + "]" * 1_000,
    "many levels of any": "[('child_ids', 'any', " * 300 + "[]" + ")]" * 300,
    "100,000 levels": "(" * 100_000 + ")" * 100_000,
    "1 MB": f"[('name', '=', '{'x' * 1_000_000}')]",
    "a null byte": "[('name', '=', 'a\0b')]",
    "an escaped null byte": r"[('name', '=', 'a\x00b')]",
    "a half of a character": r"[('name', '=', '\ud800')]",
    "letters that look alike": "[('n\u0430me', '=', 1)]",
    "full-width letters": "[('\uff4e\uff41\uff4d\uff45', '=', 1)]",
    "a text that turns around": "[('name\u202e', '=', 1)]",
    "a number without end": f"[('expected_revenue', '=', {'9' * 5_000})]",
    "a number too large": "[('color', '=', 10 ** 30)]",
}
# Refused for who may not read the field themselves: a rule is evaluated for everybody.
SECRETS = (
    "[('user_id.password', 'like', '$pbkdf2%')]",
    "[('user_id', 'any', [('password', '!=', False)])]",
    "[('user_id.totp_secret', '!=', False)]",
)


@tagged("post_install", "-at_install")
class TestSecurityDomain(SecurityCase):
    """A rule's domain is read and never run, and tells nobody more than its author knows."""

    owners = ("manager", "admin")

    def _find_savable(self, domains, role):
        """Return those of ``domains`` that a role can save, or that fail without a sentence of ours."""
        condition = self.own[role].get("crm.playbook.condition").with_user(self.users[role])
        found = []
        for label, text in domains.items():
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    condition.domain = text
            except ValidationError as error:
                if condition.sudo().name not in str(error) or len(str(error)) > 1_000:
                    found.append((label, str(error)[:200]))
            except Exception as error:
                found.append((label, repr(error)[:200]))
            else:
                found.append((label, "saved"))
            self.env.invalidate_all(flush=False)
        return found

    def test_tricks_are_refused(self):
        for role in ("manager", "admin"):
            with self.subTest(role=role):
                self.assertFalse(self._find_savable(TRICKS, role))

    def test_secrets_are_refused(self):
        self.assertFalse(self._find_savable(dict(zip(SECRETS, SECRETS, strict=True)), "manager"))

    def test_every_kind_of_rule(self):
        """Each model that inherits a rule looks at all of its domains."""
        world = self.own["manager"]
        inherit = [
            name for name in self.env.registry if name in self.env["crm.playbook.rule"]._inherit_children
        ]
        self.assertTrue(inherit)
        for model in sorted(inherit):
            if self.env[model]._abstract:
                continue
            for name in [name for name in ("domain", "satisfied_domain") if name in self.env[model]._fields]:
                with self.subTest(model=model, field=name), mute_logger("odoo.sql_db"):
                    rule = world.get(model).with_user(self.users["manager"])
                    if model in ("crm.playbook.criterion", "crm.risk.type"):
                        continue
                    with self.assertRaises(ValidationError), self.env.cr.savepoint():
                        rule[name] = SECRETS[0]

    def test_previews_tell_nothing(self):
        """What the form counts before anything is saved is counted with the rights of who looks."""
        condition = self.own["manager"].get("crm.playbook.condition").with_user(self.users["manager"])
        for label, text in [*TRICKS.items(), *zip(SECRETS, SECRETS, strict=True)]:
            with self.subTest(label), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.assertFalse(condition.new({"domain": text}, origin=condition).preview)

    def test_files_bring_no_tricks(self):
        """The domains of a file are checked as those of a form."""
        terms = (
            [["partner_id.sudo", "=", 1]],
            [["__class__", "!=", False]],
            [["user_id", "any!", [["login", "!=", False]]]],
            [["user_id.password", "like", "a%"]],
            [["user_id", "any", [["password", "!=", False]]]],
            [["id", "raw SQL", "SELECT 1"]],
            [["name", "=", "a\0b"]],
            [["name", "=", "x" * 1_000_000]],
            ["!"] * 3_000 + [["id", "=", 1]],
            [["user_id", "=", {"xmlid": "base.user_root", "name": {"x": []}}], {}],
        )
        for domain in terms:
            document = json.loads(json.dumps(MINIMAL))
            document["playbook"]["stages"][0]["conditions"][0]["domain"] = domain
            with (
                self.subTest(str(domain)[:60]),
                mute_logger("odoo.sql_db"),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                self._import(json.dumps(document).encode())
        for text in (b"[" * 100_000, b"{}", b"\xff\xfe", b"nul\0l", b'{"format": ' + b'{"a":' * 100_000):
            with self.subTest(text[:20]), self.assertRaises(UserError), self.env.cr.savepoint():
                self._import(text)

    def _import(self, text):
        dialogs = self.env["crm.playbook.import"].with_user(self.users["manager"])
        dialogs.create({"file": base64.b64encode(text), "filename": "playbook.json"}).action_import()

    def test_a_file_finds_no_record_that_its_reader_does_not_see(self):
        document = json.loads(json.dumps(MINIMAL))
        lead = self.foreign.get("crm.lead")
        named = {"name": lead.name}
        document["playbook"]["stages"][0]["conditions"][0]["domain"] = [["id", "=", named]]
        with self.assertRaisesRegex(UserError, "there is no record"):
            self._import(json.dumps(document).encode())


@tagged("post_install", "-at_install")
class TestSecurityEvidence(SecurityCase):
    """The files of evidence are read by who reads the deal, and changed or deleted by nobody."""

    owners = ("own",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.output = cls.own["own"].get("crm.playbook.output")
        cls.output.write({"evidence": "file", "active": True})
        cls.lead = cls.own["own"].get("crm.lead").with_user(cls.users["own"])

    def _upload(self, role="own", **vals):
        files = self.env["ir.attachment"].with_user(self.users[role])
        return files.create({"name": "Contract.txt", "raw": b"Signed", **vals})

    def _hand_in(self, file):
        return self.lead.submit_output(self.output.id, attachment_ids=file.ids)

    def _get_readers(self, record):
        """Return the roles that can read a record."""
        self.env.invalidate_all()
        return {role for role, user in self.users.items() if record.with_user(user).has_access("read")}

    def test_read_by_who_reads_the_deal(self):
        for vals in ({}, {"public": True}, {"access_token": "guessed"}):
            with self.subTest(vals=vals):
                file = self._upload(**vals)
                self._hand_in(file)
                self.assertEqual(self._get_readers(file), self._get_readers(self.lead))
                self.assertTrue({"own", "leader"} <= self._get_readers(file))
                self.assertFalse(set(OUTSIDERS) & self._get_readers(file))
                self.assertFalse(file.sudo().access_token)
        self.lead.sudo().user_id = self.users["all"]
        self.assertNotIn("own", self._get_readers(file), "who gave the deal away reads its files no more")

    def test_changed_by_nobody(self):
        file = self._upload()
        self._hand_in(file)
        lead = self.own["own"].get("crm.lead")
        changes = ({"raw": b"Forged"}, {"public": True}, {"res_id": False, "res_model": False}, {"name": "x"})
        changes += ({"res_model": "crm.lead", "res_id": lead.id}, {"access_token": "x"})
        for role, user in self.users.items():
            for vals in changes:
                with (
                    self.subTest(role=role, vals=vals),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    file.with_user(user).write(vals)
            with self.subTest(role=role), self.assertRaises(UserError), self.env.cr.savepoint():
                file.with_user(user).unlink()
            with self.subTest(role=role), self.assertRaises(UserError), self.env.cr.savepoint():
                file.with_user(user).generate_access_token()
        self.assertEqual(file.sudo().raw, b"Signed")

    def test_no_way_to_the_files_of_others(self):
        """Handing in somebody else's file would give the right to read it."""
        theirs = self._upload("manager")
        bound = self.env["ir.attachment"].create(
            {"name": "x", "raw": b"x", "res_model": "crm.lead", "res_id": self.foreign.get("crm.lead").id}
        )
        field = self.env["ir.attachment"].create(
            {"name": "x", "raw": b"x", "res_model": "res.users", "res_field": "image_1920", "res_id": 2}
        )
        condition = self._create_confirmation()
        for file in (theirs, bound, field):
            with self.subTest(file=file), self.assertRaises(UserError), self.env.cr.savepoint():
                self._hand_in(file)
            with self.subTest(file=file), self.assertRaises(UserError), self.env.cr.savepoint():
                self.lead.confirm_condition(condition.id, attachment_ids=file.ids)
        for file in (theirs, bound):
            self.assertFalse(file.with_user(self.users["own"]).has_access("read"))

    def _create_confirmation(self):
        return self.output.playbook_stage_id.condition_ids.create(
            {
                "name": "Signed",
                "kind": "confirmation",
                "playbook_stage_id": self.output.playbook_stage_id.id,
            }
        )
