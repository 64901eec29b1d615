from collections import defaultdict

from odoo import models

WORDS = ("summary", "note")


class MailActivity(models.Model):
    """Work is told in the language of whoever has it: also once they read another one, and once somebody else
    has it. What a person has written into it stays.
    """

    _inherit = "mail.activity"

    def _get_words(self):
        """Return ``{activity: {"summary": str, "note": HTML or False}}``: how the module words these now, in
        the language of the environment, maybe one of the two only. Not in it is what no rule or record
        says. Other rooms extend it with what they ask for.
        """
        words = {}
        for one in self:
            if rule := one._get_rule():
                words[one] = self.env["crm.lead"]._prepare_duty_texts(rule)
            elif missed := one.playbook_escalation_of_id:
                words[one] = missed.with_context(tz=one.user_id.tz)._prepare_escalation_words()
        return {
            **words,
            **self._get_approval_words(),
            **self._get_question_words(),
            **self._get_unmet_words(),
        }

    def _get_caused(self, kind):
        """Return those of these that a ``kind`` of cause has begun."""
        return self.filtered(lambda one: one.playbook_kind == kind)

    def _get_approval_words(self):
        caused = self._get_caused("approval")
        outputs = self.env["crm.lead.output"].browse(caused.mapped("playbook_rule_id"))
        outputs = outputs.exists().grouped("id")
        return {
            one: outputs[one.playbook_rule_id]._prepare_approval_words()
            for one in caused
            if one.playbook_rule_id in outputs
        }

    def _get_question_words(self):
        words = {}
        for kind, its in self._get_caused("question").grouped("playbook_occurrence").items():
            rules = self.env[f"crm.playbook.{kind}"].browse(its.mapped("playbook_rule_id"))
            rules = rules.exists().grouped("id")
            for one in its:
                if one.playbook_rule_id in rules:
                    words[one] = self.env["crm.lead"]._prepare_question_words(rules[one.playbook_rule_id])
        return words

    def _get_unmet_words(self):
        caused = self._get_caused("override")
        keys = {one: (one.playbook_occurrence, one.playbook_rule_id) for one in caused}
        items = [{"kind": kind, "rule_id": rule_id} for kind, rule_id in keys.values()]
        told = self.env["crm.lead.stage.log"]._retell_unmet(items)
        leads = self.env["crm.lead"]
        return {one: leads._prepare_unmet_words(told[key]) for one, key in keys.items() if key in told}

    def _get_untouched(self):
        """Return ``{activity: names of the texts}`` that are the module's words, in whichever language."""
        untouched = defaultdict(set)
        for lang, __ in self.env["res.lang"].get_installed():
            for one, words in self.with_context(lang=lang)._get_words().items():
                untouched[one] |= {name for name, text in words.items() if one._says(name, text)}
        return untouched

    def _says(self, name, text):
        """Tell whether a text of this activity is ``text``, as it is stored."""
        return (self[name] or "") == (self._fields[name].convert_to_cache(text, self) or "")

    def _retell(self, lang, untouched):
        """Word these in a language, as far as nobody has written into them.

        :param dict untouched: what :meth:`_get_untouched` said of them
        """
        changes = defaultdict(self.browse)
        for one, words in self.with_context(lang=lang or "en_US")._get_words().items():
            names = [
                name for name in untouched.get(one, set()) & words.keys() if not one._says(name, words[name])
            ]
            if names:
                changes[tuple((name, words[name]) for name in sorted(names))] |= self.browse(one.id)
        for vals, its in changes.items():
            its.write(dict(vals))

    def _tell_in_language_of(self, user, written):
        """Word these for ``user``, who gets them now; before they do, for they hear of it by mail.

        :param written: the names of what a person writes at the same time
        """
        # sudo: the module's words, whoever passes them on; and whose language is asked
        foreign = self.sudo().filtered(lambda one: one.active and one.user_id.lang != user.sudo().lang)
        if not foreign:
            return
        self.check_access("write")
        untouched = foreign._get_untouched()
        foreign._retell(
            user.sudo().lang, {one: names.difference(written) for one, names in untouched.items()}
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """What playbooks ask of people who read another language from now on is told in that one."""
        if "lang" not in vals:
            return super().write(vals)
        work = self._get_work_in_another_language(vals["lang"])
        untouched = work._get_untouched()
        result = super().write(vals)
        work._retell(vals["lang"], untouched)
        return result

    def _get_work_in_another_language(self, lang):
        """Return the open activities of the users among these whose language is not ``lang``. A user's own
        field has the new one already when it is written through them.
        """
        others = self.filtered(lambda partner: partner.lang != lang)
        # sudo: the module words what it asks for, whoever changes the language
        users = self.env["res.users"].sudo().search([("partner_id", "in", others.ids), ("share", "=", False)])
        return self.env["mail.activity"].sudo().search([("user_id", "in", users.ids)])
