from functools import cache

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...arguments import MAX_ID
from ...wording import list_texts
from .cells import SHEET
from .deal_cells import find_own

NAMES = "playbook_sheet_names"  # in the context: the RowNames of an import
INDUSTRIES = "playbook_sheet_industries"  # likewise: {name in the sheet: industries}
READ = ("stage_id", "user_id", "partner_id", "partner_name", "id", ".id")
KEYS = ("team_id", "user_id", "product_line_id", "company_id")


class CrmLead(models.Model):
    """A name in a sheet that several records bear is the one that fits the row's team and company; where
    none does, or more than one, the row is refused and says which there are.
    """

    _inherit = "crm.lead"

    @api.model
    def load(self, fields, data):
        leads = self.with_context(**{NAMES: RowNames(self, fields, data)})
        return super(CrmLead, leads).load(fields, data)

    @api.model
    def _extract_records(self, field_paths, data, *args, **kwargs):
        """Name, by their ids, the records that only the row as a whole tells."""
        names = self.env.context.get(NAMES)
        rows = super()._extract_records(field_paths, data, *args, **kwargs)
        if not names or names.is_begun:  # deals that are named in a row are no rows
            yield from rows
            return
        names.is_begun = True
        for number, (record, extras) in enumerate(rows):
            for field_name, sentence, value in names.settle(record):
                (args[0] if args else kwargs["log"])(
                    {
                        **extras,
                        "type": "error",
                        "record": number,
                        "field": field_name,
                        "message": sentence,
                        "value": value,
                        "is_cell": True,
                    }
                )
            yield record, extras


class RowNames:
    """The names in the rows of a sheet that are not one record's alone.

    :param leads: an empty recordset, with the environment of the person who imports
    """

    def __init__(self, leads, fields, data):
        self.leads, self.env, self.is_begun = leads, leads.env, False
        columns = self._get_columns(fields, data)
        self.stages = self._find_stages(columns.get("stage_id", ()))
        self.users = self._find_namesakes("res.users", "name", columns.get("user_id", ()))
        self.customers = self._find_namesakes("res.partner", "complete_name", columns.get("partner_id", ()))
        is_sheet = "partner_name" in getattr(leads.env.context.get(SHEET), "headings", ())
        self.companies = self._find_companies(columns.get("partner_name", ()) if is_sheet else ())
        self.industries = leads.env.context.get(INDUSTRIES, {})
        self.deals = self._find_deals(columns)
        self.defaults = leads.default_get([*KEYS, "type"])
        self.assignment = self.env["crm.playbook"]._get_assignment()
        self.gates = self.env["crm.playbook"]._get_gates()
        self.find = cache(self._find)
        self.get_place = cache(self._get_place)
        self.chosen = set()  # the records that were found, as (model, id in a row)

    def _get_columns(self, fields, data):
        """Return ``{field: texts}`` of the columns whose names are looked at."""
        columns = {}
        for index, name in enumerate(fields):
            if name in READ:
                cells = (row[index] for row in data if index < len(row))
                columns[name] = {cell for cell in cells if cell and isinstance(cell, str)}
        return columns

    def settle(self, record):
        """Write the ids of the records that are meant into a row, and return what cannot be told: tuples
        of field, sentence and cell.
        """
        for field_name, own in find_own(self._get_deal(record), record).items():
            record[field_name] = self._name_chosen(own)
        refused = []
        for field_name, known, choose in (
            ("user_id", self.users, self._choose_user),
            ("partner_id", self.customers, self._choose_customer),
            ("stage_id", self.stages, self._choose_stage),
            ("industry_id", self.industries, self._choose_industry),
        ):
            cells = record.get(field_name) or [{}]
            name = cells[0].get(None)
            if not isinstance(name, str) or name not in known:
                continue
            found, sentence = choose(name, known[name], record)
            record[field_name] = self._name_chosen(found)
            if sentence:
                refused.append((field_name, sentence, name))
        name = record.get("partner_name")
        if name in self.companies and "partner_id" not in record and not self._get_deal(record):
            found, sentence = self._choose_customer(name, self.companies[name], record)
            if sentence:
                refused.append(("partner_name", sentence, name))
            else:
                record["partner_id"] = self._name_chosen(found)
        return refused

    def _name_chosen(self, found):
        """Return how a row names the record that was found, if one was."""
        if not found:
            return []
        self.chosen.add((found._name, str(found.id)))
        return [{".id": str(found.id)}]

    def _find_stages(self, names):
        """Return ``{name: stages}`` of the stages that bear one of ``names`` in any language."""
        if not names:
            return {}
        self.env["crm.stage"].flush_model(["name"])
        rows = self.env.execute_query(
            SQL(
                "SELECT said.value, ARRAY_AGG(DISTINCT stage.id) FROM crm_stage stage,"
                " jsonb_each_text(stage.name) said WHERE said.value = ANY(%s) GROUP BY said.value",
                [*names],
            )
        )
        found = {name: self.env["crm.stage"].search([("id", "in", ids)]) for name, ids in rows}
        return {name: stages for name, stages in found.items() if stages}

    def _find_namesakes(self, model, field_name, names):
        """Return ``{name: records}`` of the names that more than one record bears."""
        domain = Domain(field_name, "in", [*names])
        if model == "res.users":
            domain &= Domain("share", "=", False)
        rows = self.env[model]._read_group(domain, [field_name], ["id:recordset"]) if names else ()
        return {name: records for name, records in rows if len(records) > 1}

    def _find_companies(self, names):
        """Return ``{name: companies}`` of the names of customers that more than one company in use bears."""
        found = self.leads._get_customers_by_name(names) if names else {}
        return {name: companies for name, companies in found.items() if len(companies) > 1}

    def _find_deals(self, columns):
        """Return ``{id or external id: deal}`` of the rows that update one."""
        ids = [int(text) for text in columns.get(".id", ()) if text.isdecimal() and int(text) <= MAX_ID]
        deals = {str(lead.id): lead for lead in self.leads.search([("id", "in", ids)])}
        names = {text if "." in text else f"__import__.{text}": text for text in columns.get("id", ())}
        # sudo: only which deals they name
        found = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [("model", "=", "crm.lead"), ("name", "in", [name.split(".", 1)[1] for name in names])],
                ["complete_name", "res_id"],
            )
        )
        named = {one.complete_name: one.res_id for one in found if one.complete_name in names}
        leads = self.leads.search([("id", "in", [*named.values()])]).grouped("id")
        return deals | {names[name]: leads[id_] for name, id_ in named.items() if id_ in leads}

    def _find(self, model, subfield, text):
        """Return the record that a cell names, none where that is not certain."""
        records = self.env[model]
        if subfield == ".id":
            return records.browse(int(text)).exists() if str(text).isdecimal() else records
        if subfield == "id":
            found = self.env.ref(text, raise_if_not_found=False)
            return found if found and found._name == model else records
        found = records.name_search(text, operator="=", limit=2)
        return records.browse(found[0][0] if len(found) == 1 else ())

    def _get_key(self, record, field_name):
        """Return what a row says of a key, None where it has no such cell."""
        for cell in record.get(field_name) or ():
            for subfield, text in cell.items():
                if text and subfield in (None, ".id", "id"):
                    return self.find(self.leads._fields[field_name].comodel_name, subfield, text)
        return None

    def _get_deal(self, record):
        """Return the deal that a row updates, none if it is a new one."""
        return self.deals.get(record.get(".id") or record.get("id"), self.leads)

    def _get_keys(self, record):
        """Return the team, company and product line of a row: its own, else those of the deal it updates,
        else those Odoo gives to a new one.
        """
        given = {name: self._get_key(record, name) for name in KEYS}
        if deal := self._get_deal(record):
            return {name: deal[name] if one is None else one for name, one in given.items()}
        return self.get_place(*(None if one is None else one.id for one in given.values()))

    def _get_place(self, *ids):
        given = {name: id_ for name, id_ in zip(KEYS, ids, strict=True) if id_ is not None}
        lead = self.leads.new({**self.defaults, **given})
        return {name: lead[name]._origin for name in KEYS}

    def _choose_user(self, name, users, record):
        """Return who of several of a name is meant: who is of the row's team, else of its company."""
        team, company = self._get_key(record, "team_id"), self._get_key(record, "company_id")
        deal = self._get_deal(record) or self.leads
        team = team or deal.team_id
        company = company or deal.company_id or team.company_id or self.env.company
        users = users & team.member_ids or users
        # sudo: who works for which company is no secret
        users = users.filtered(lambda user: company in user.sudo().company_ids) or users
        if len(users) == 1:
            return users, None
        return None, self.env._(
            "“%(cell)s” is the name of more than one person. Write the login of the one: %(names)s.",
            cell=name,
            names=list_texts(self.env, users.mapped("login")),
        )

    def _choose_industry(self, name, industries, record):
        """Return which of several industries is meant: the one that is written just so."""
        fitting = industries.filtered(lambda one: one.name == name) or industries
        if len(fitting) == 1:
            return fitting, None
        return None, self.env._(
            "“%(cell)s” is the name of more than one industry. Give the ID of the one in a column"
            " “industry_id/.id”: %(names)s.",
            cell=name,
            names=list_texts(self.env, (f"{one.id} ({one.name})" for one in fitting)),
        )

    def _choose_customer(self, name, partners, record):
        """Return which of several of a name is meant: the one of the row's company, or of its team."""
        keys = self._get_keys(record)
        company, people = keys["company_id"] or self.env.company, keys["user_id"] | keys["team_id"].member_ids
        fitting = partners
        for fits in (
            lambda one: not one.company_id or one.company_id == company,
            lambda one: one.company_id == company,
            lambda one: one.user_id in people,
        ):
            fitting = fitting.filtered(fits) or fitting
        if len(fitting) == 1:
            return fitting, None
        return None, self.env._(
            "“%(cell)s” is the name of more than one customer. Give the ID of the one in a column"
            " “partner_id/.id”: %(names)s.",
            cell=name,
            names=list_texts(self.env, map(self._show_customer, fitting)),
        )

    def _show_customer(self, partner):
        known = next((partner[one] for one in ("vat", "city", "email", "phone") if partner[one]), "")
        return f"{partner.id} ({known})" if known else str(partner.id)

    def _choose_stage(self, name, stages, record):
        """Return the stage of the row's playbook, else of its team, else one that is everybody's."""
        keys, deal = self._get_keys(record), self._get_deal(record)
        team, playbook_id = keys["team_id"], self.assignment.resolve(keys)
        own = self.gates[playbook_id].stages if playbook_id in self.gates else ()
        is_free = not playbook_id and not stages.playbook_ids
        for fits in (
            lambda stage: deal and stage == deal.stage_id,
            lambda stage: stage.id in own,
            lambda stage: team and team in stage.team_ids,
            lambda stage: not stage.team_ids and not (playbook_id and stage.playbook_ids),
            lambda stage: is_free,
        ):
            if fitting := stages.filtered(fits):
                break
        if len(fitting) == 1:
            return fitting, None
        return None, self._word_stages(name, fitting or stages, keys, playbook_id, bool(fitting))

    def _word_stages(self, name, stages, keys, playbook_id, is_own):
        """Return why none of some stages of one name can be the row's."""
        playbook = self.env["crm.playbook"].sudo().browse(playbook_id or ())  # sudo: its name is no secret
        if is_own:
            return self.env._(
                "“%(cell)s” is the name of more than one stage. Give the ID of the one in a column"
                " “stage_id/.id”: %(names)s.",
                cell=name,
                names=list_texts(self.env, stages.ids),
            )
        own = self.env["crm.stage"].browse(self.gates[playbook_id].stages if playbook else ())
        own = own.sorted() or self.env["crm.stage"].search(
            [("team_ids", "in", (*keys["team_id"].ids, False))]
        )
        others = stages.playbook_ids.mapped("name") or stages.team_ids.mapped("name")
        return self.env._(
            "“%(cell)s” is a stage of “%(others)s”, not of “%(own)s”. Write one of: %(stages)s.",
            cell=name,
            others=list_texts(self.env, others),
            own=playbook.name or keys["team_id"].name or "",
            stages=list_texts(self.env, own.mapped("name")),
        )
