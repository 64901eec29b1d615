from odoo.tests import tagged

from .security_case import WebCase
from .security_common import MODULE, OUTSIDERS, SECRET, get_our_models

QUERIES = {
    "search": {"domain": []},
    "search_count": {"domain": []},
    "search_read": {"domain": [], "fields": []},
    "web_search_read": {"domain": [], "specification": {}},
    "name_search": {"name": ""},
    "formatted_read_group": {"domain": [], "groupby": [], "aggregates": ["__count"]},
    "default_get": {"fields": ["name"]},
    "export_data": {"fields_to_export": ["id"]},
}


@tagged("post_install", "-at_install")
class TestSecurityOutsiders(WebCase):
    """Who has no sales rights, is a portal user, or nobody, reads no state of the module on any way in."""

    owners = ("manager",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = {
            model: cls.own["manager"].get(model)
            for model in get_our_models(cls.env)
            if not cls.env[model]._abstract
        }
        output = cls.own["manager"].get("crm.playbook.output")
        output.evidence = "file"
        files = cls.env["ir.attachment"].with_user(cls.users["manager"])
        cls.evidence = files.create({"name": "Contract.txt", "raw": SECRET.encode()})
        lead = cls.own["manager"].get("crm.lead").with_user(cls.users["manager"])
        lead.submit_output(output.id, attachment_ids=cls.evidence.ids)
        cls.workbook = cls.own["manager"].get("crm.funnel.review")._make_workbook()
        cls.form = cls.env["ir.attachment"].create({"name": "Form.txt", "raw": SECRET.encode()})
        output.template_attachment_ids = cls.form
        for user in (cls.users["portal"], cls.users["internal"], cls.users["manager"]):
            user.password = user.login

    def _query(self, model, method, arguments, ids=()):
        """Return what the web client's entry answers, as text."""
        params = {"model": model, "method": method, "args": [[*ids]] if ids else [], "kwargs": arguments}
        body = {"jsonrpc": "2.0", "id": 0, "method": "call", "params": params}
        return self.url_open(f"/web/dataset/call_kw/{model}/{method}", json=body)

    def test_queries(self):
        for role in OUTSIDERS:
            self.log_in(role)
            for model, record in self.records.items():
                calls = [(method, arguments, ()) for method, arguments in QUERIES.items()]
                calls[-1] = (*calls[-1][:2], record.ids)
                calls += [
                    ("read", {"fields": []}, record.ids),
                    ("web_read", {"specification": {"display_name": {}}}, record.ids),
                ]
                for method, arguments, ids in calls:
                    with self.subTest(role=role, model=model, method=method):
                        answer = self._query(model, method, arguments, ids)
                        if method != "default_get":  # those are no state: Odoo tells users defaults
                            self.assertIn("error", answer.json(), answer.text[:200])
                        self.assertNotIn(SECRET, answer.text)

    def test_queries_of_a_manager_succeed(self):
        """The same calls, so that their refusal says something."""
        self.users["manager"].group_ids += self.env.ref("base.group_allow_export")
        self.log_in("manager")
        model = "crm.playbook"
        for method, arguments in QUERIES.items():
            ids = self.records[model].ids if method == "export_data" else ()
            self.assertIn("result", self._query(model, method, arguments, ids).json(), method)

    def test_json2(self):
        portal = self.users["portal"]
        key = self.env["res.users.apikeys"].with_user(portal).sudo()._generate("rpc", "Test", None)
        for headers in ({"Authorization": f"bearer {key}"}, {}):
            self.authenticate(None, None)
            for model in (*self.records, "crm.lead"):
                for method in ("search_read", "get_funnel", "get_filter_options"):
                    if method != "search_read" and model != "crm.funnel.report":
                        continue
                    body = {"context": {}}  # of an empty one a GET is made
                    response = self.url_open(f"/json/2/{model}/{method}", json=body, headers=headers)
                    with self.subTest(model=model, method=method, key=bool(headers)):
                        self.assertIn(response.status_code, (401, 403), response.text[:200])

    def _get_urls(self):
        """Return the addresses at which a manager reads what outsiders must not."""
        review, playbook = self.records["crm.funnel.review"], self.records["crm.playbook"]
        files = self.evidence | self.workbook | self.form
        return [
            *(f"/web/content/{file.id}" for file in files),
            *(f"/web/content/ir.attachment/{file.id}/raw?access_token=" for file in files),
            f"/web/content/crm.lead.output/{self.records['crm.lead.output'].id}/note",
            f"/report/html/{MODULE}.report_playbook/{playbook.id}",
            f"/report/html/{self.env.ref(f'{MODULE}.action_report_playbook').report_name}/{playbook.id}",
            f"/report/html/{self.env.ref(f'{MODULE}.action_report_funnel_review').report_name}/{review.id}",
        ]

    def test_addresses(self):
        read = {}
        for role in ("manager", *OUTSIDERS):
            self.log_in(role)
            for url in self._get_urls():
                response = self.url_open(url, allow_redirects=False)
                read[role, url] = response.status_code == 200
                if role != "manager":
                    with self.subTest(role=role, url=url):
                        self.assertNotEqual(response.status_code, 200, response.text[:200])
                        self.assertNotIn(SECRET, response.text)
        self.assertGreaterEqual(sum(read["manager", url] for url in self._get_urls()), 7)

    def test_the_web_client(self):
        for role, place in (("portal", "/my"), ("public", "/web/login")):
            self.log_in(role)
            for url in ("/odoo", "/odoo/funnel", "/odoo/cases", "/odoo/my-day"):
                response = self.url_open(url)
                with self.subTest(role=role, url=url):
                    self.assertNotIn(SECRET, response.text)
                    self.assertNotIn("o_web_client", response.text)
                    self.assertTrue(
                        response.url.partition("?")[0].endswith((place, "/web/login")), response.url
                    )
