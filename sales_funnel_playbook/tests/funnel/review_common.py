from .funnel_common import FunnelCase, monday


class ReviewCase(FunnelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        (cls.leader | cls.rep).write({"lang": "en_US", "tz": "UTC"})
        cls.Review = cls.env["crm.funnel.review"]
        cls.leader.email, cls.rep.email = "leader@example.com", "rep@example.com"

    def make_reviews(self, moment):
        """The hourly job; it commits, which a test cannot, so its steps are taken one by one."""
        with self.mock_datetime_and_now(moment):
            for due in self.Review._get_due():
                self.Review._make(*due)._tell_made()
            self.env.cr.flush()

    def get_review(self, week, team=True, period="week"):
        return self.Review.search(
            [
                ("playbook_id", "=", self.playbook.id),
                ("team_id", "=", self.team.id if team else False),
                ("period", "=", period),
                ("date_from", "=", monday(week).date() if period == "week" else week),
            ]
        )

    def get_line(self, review, stage):
        return review.line_ids.filtered(lambda line: line.stage_id == stage)
