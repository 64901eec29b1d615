from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestAgreementStory(PlaybookCase):
    """What becomes of agreements and suggestions when playbooks and deals go their ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.responsible_user_id = cls.leader
        cls.as_rep = cls.playbook.with_user(cls.rep)
        cls.suggestion = cls._suggest("Ask for the budget one stage earlier.")

    @classmethod
    def _suggest(cls, text, **vals):
        suggestions = cls.env["crm.playbook.suggestion"].with_user(cls.rep)
        return suggestions.create({"playbook_id": cls.playbook.id, "text": text, **vals})

    def test_copied_changed_and_archived(self):
        """A copy begins without them, the next version asks again, an archived playbook keeps them."""
        self.as_rep.action_agree()
        copy = self.playbook.copy()
        self.assertFalse(copy.suggestion_ids or copy.agreement_ids)
        self.suggestion.with_user(self.leader).decide(True, "From Monday on.")
        self.assertTrue(self.as_rep.agreed_at, "a decision changes no rule")
        copy.stage_ids[1].help_text = "Ask for the budget."
        self.assertEqual(self.playbook.version, 1, "nor does a rule of the copy")
        self.rules[self.stage_demo].help_text = "Ask for the budget."
        self.assertEqual((self.playbook.version, self.as_rep.agreed_at), (2, False))
        self.as_rep.action_agree()
        self.assertEqual(self.playbook.agreement_ids.sorted("id").mapped("version"), [1, 2])
        self.playbook.active = False
        self.assertEqual(self.suggestion.with_user(self.rep).answer, "From Monday on.")
        self.env.flush_all()
        readers = self.env["crm.playbook.reader"].with_user(self.leader)
        self.assertFalse(readers.search([("playbook_id", "=", self.playbook.id)]), "nobody works by it")

    def test_whoever_changes_the_team(self):
        """Agreements are a person's: in another team they stand, and other playbooks wait."""
        other_team = self.env["crm.team"].create({"name": "Spare Parts", "company_id": False})
        copy = self.playbook.copy()
        copy.team_ids = other_team
        self.as_rep.action_agree()
        self.env["crm.team.member"].search([("user_id", "=", self.rep.id)]).unlink()
        self.env["crm.team.member"].create({"crm_team_id": other_team.id, "user_id": self.rep.id})
        self.env.flush_all()
        rows = self.env["crm.playbook.reader"].search([("user_id", "=", self.rep.id)])
        self.assertEqual([(row.playbook_id, row.state) for row in rows], [(copy, "none")])
        self.assertTrue(self.as_rep.agreed_at)

    def test_each_reads_in_their_language(self):
        """Whoever suggests, decides and reads does so in a language of their own."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.lang = "zh_CN"
        self.has_amount.with_context(lang="zh_CN").name = "已知金额"
        suggestion = self._suggest("先问预算", condition_id=self.has_amount.id)
        self.assertEqual(suggestion.condition_id.with_context(lang="zh_CN").name, "已知金额")
        suggestion.with_user(self.leader).decide(False, "We have tried it.")
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.rep.partner_id.id)])
        self.assertIn("We have tried it.", "".join(map(str, told.mail_message_id.mapped("body"))))

    def test_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.playbook.team_ids = False
        self.playbook.company_id = elsewhere
        for user in (self.rep, self.leader):
            for deed in (
                self.playbook.with_user(user).action_agree,
                lambda user=user: self.suggestion.with_user(user).read(["text"]),
                lambda user=user: self._suggest("Less."),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    deed()


@tagged("post_install", "-at_install")
class TestAgreementRpc(HttpCase, PlaybookCase):
    """The same over RPC, by role."""

    def call(self, user, model, method, *args, **kwargs):
        """Return what a user gets over RPC, or the name of the error."""
        self.authenticate(user.login, user.login)
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "params": params}
        with mute_logger("odoo.http"):  # it logs the refusals
            answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json=body).json()
        return answer["result"] if "result" in answer else answer["error"]["data"]["name"].rpartition(".")[2]

    def test_over_rpc(self):
        ids, refused = self.playbook.ids, "AccessError"
        self.assertTrue(self.call(self.rep, "crm.playbook", "action_agree", ids))
        vals = {"playbook_id": self.playbook.id, "text": "Ask earlier."}
        [suggestion_id] = self.call(self.rep, "crm.playbook.suggestion", "create", [vals])
        decision = ([suggestion_id], True, "From Monday on.")
        forged = {**vals, "state": "accepted", "answer": "Of course"}
        agreement = {"playbook_id": self.playbook.id, "user_id": self.rep.id, "version": 9}
        for user, model, method, args in (
            (self.rep, "crm.playbook.suggestion", "decide", decision),
            (self.rep, "crm.playbook.suggestion", "create", [[forged]]),
            (self.rep, "crm.playbook.suggestion", "write", [[suggestion_id], {"text": "Later"}]),
            (self.rep, "crm.playbook.agreement", "create", [[agreement]]),
            (self.rep, "crm.playbook.reader", "search_read", [[]]),
            (self.leader, "crm.playbook", "write", [ids, {"version": 9}]),
        ):
            with self.subTest(model=model, method=method):
                self.assertEqual(self.call(user, model, method, *args), refused)
        self.assertTrue(self.call(self.leader, "crm.playbook.suggestion", "decide", *decision))
        [row] = self.call(self.rep, "crm.playbook.suggestion", "read", [suggestion_id], ["state", "answer"])
        self.assertEqual((row["state"], row["answer"]), ("accepted", "From Monday on."))
