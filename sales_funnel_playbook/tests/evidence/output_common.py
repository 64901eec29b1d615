from ..common import PlaybookCase


class OutputCase(PlaybookCase):
    """A deal whose stage asks for outputs."""

    NOTE = "The customer wants to replace three presses next year"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme", expected_revenue=1)
        cls.lead.confirm_condition(cls.needs_confirmed.id)
        cls.report = cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls.as_rep = cls.lead.with_user(cls.rep)

    def _hand_in(self, lead=None, output=None, **evidence):
        lead = self.as_rep if lead is None else lead
        evidence = evidence or {"note": self.NOTE}
        return self.env["crm.lead.output"].browse(lead.submit_output((output or self.report).id, **evidence))

    # the gate
