"""Others may have columns of the same names: whoever installs the module, and takes it away, keeps theirs."""

import configparser
import json

import pytest

from databases import CONFIG, LOGS

NEIGHBOUR = "sales_funnel_neighbour"
MANIFEST = {
    "name": "Neighbour",
    "version": "19.0.1.0.0",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "depends": ["crm"],
}
MODEL = """
from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    industry_id = fields.Many2one("res.partner.industry")
    score = fields.Float()
    tier = fields.Char()
"""
# What nobody has a field for, of types that fit the module's fields and of others.
LEFT_BEHIND = """
    ALTER TABLE crm_lead ADD COLUMN is_scored varchar NOT NULL DEFAULT 'not yet',
        ADD COLUMN risk_level varchar DEFAULT 'Low', ADD COLUMN captured_at date DEFAULT '2020-02-29',
        ADD COLUMN waiting_since varchar DEFAULT 'Easter', ADD COLUMN product_line_id int4 DEFAULT 4711,
        ADD COLUMN budget_min int4 DEFAULT 5000, ADD COLUMN waiting_since_moved0 int4 DEFAULT 1;
    ALTER TABLE crm_lead ALTER COLUMN is_scored DROP DEFAULT;
    ALTER TABLE res_partner ADD COLUMN company_size int4 DEFAULT 12;
    UPDATE res_partner SET industry_id = (SELECT min(id) FROM res_partner_industry) WHERE is_company;
    UPDATE crm_lead SET score = 77, tier = 'gold', industry_id = CASE WHEN name <> 'Deal 2'
        THEN (SELECT max(id) FROM res_partner_industry) END RETURNING id"""
VALUES = """
    SELECT lead.name, lead.score::float, lead.tier, lead.industry_id, lead.risk_level,
        lead.captured_at::date::text, lead.budget_min::int, {moved}
    FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id ORDER BY lead.name"""
MOVED = {
    "is_scored": "is_scored_moved0",
    "waiting_since": "waiting_since_moved1",
    "product_line_id": "product_line_id_moved0",
}


def get_values(database, names):
    """Return the values of the columns; those in the way are called ``names``, the partner's is the last."""
    *leads, partner = names
    moved = ", ".join([*(f"lead.{name}" for name in leads), f"partner.{partner}"])
    return database.query(VALUES.format(moved=moved))


@pytest.fixture(scope="module")
def occupied(plain, tmp_path_factory):
    """A company with another module, and with columns that one left behind; and their values."""
    folder = tmp_path_factory.mktemp("neighbour")
    addon = folder / NEIGHBOUR
    addon.mkdir()
    (addon / "__init__.py").write_text(MODEL)
    (addon / "__manifest__.py").write_text(json.dumps(MANIFEST))
    config = configparser.ConfigParser()
    config.read(CONFIG)
    database = plain.copy("occupied")
    database.addons = f"{config['options']['addons_path']},{folder}"
    database.load("-i", NEIGHBOUR)
    database.query(LEFT_BEHIND)
    return database, get_values(database, [*MOVED, "company_size"])


@pytest.fixture(scope="module")
def shared(occupied):
    """The same with the module, and what it logged about columns."""
    database, before = occupied
    database.load("-i", expected="holds what is not this module's")
    return database, before


def test_installing_keeps_all_values(shared):
    database, before = shared
    [industry] = database.query("SELECT min(id) FROM res_partner_industry")[0]
    after = get_values(database, [*MOVED.values(), "company_size_moved0"])
    expected = [(*row[:3], row[3] or industry, *row[4:]) for row in before]
    assert {row[3] for row in before} > {None}
    assert after == expected


def test_the_log_names_what_was_moved(shared):
    log = (LOGS / "lifecycle-occupied_i.log").read_text()
    for name in [*MOVED, "company_size"]:
        assert f"The column {name} of " in log
    assert log.count("holds what is not this module's") == len(MOVED) + 1


def test_uninstalling_leaves_what_others_have(shared):
    """The fields of the other module, with their values, and what was moved."""
    database, _before = shared
    database.tell("uninstall")
    columns = {name for (name,) in database.query(COLUMNS)}
    assert {"industry_id", "score", "tier", *MOVED.values()} <= columns
    assert not {"risk_description", "closing_push_count", *MOVED} & columns
    assert database.query("SELECT DISTINCT score::float, tier FROM crm_lead") == [(77, "gold")]
    assert len(database.query(FIELDS)) == 3


FIELDS = """
    SELECT name FROM ir_model_fields
    WHERE model = 'crm.lead' AND name IN ('industry_id', 'score', 'tier')"""
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'crm_lead'"
