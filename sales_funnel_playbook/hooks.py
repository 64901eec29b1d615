import ast

from odoo.fields import Domain
from odoo.tools import SQL

MODULE = "sales_funnel_playbook"

# Headings of the customer sheet, simplified, traditional and English, and the field each one fills.
# Odoo's import looks them up in lower case.
SHEET_HEADINGS = {
    "客户名称": "partner_name",
    "客戶名稱": "partner_name",
    "行业": "industry_id",
    "行業": "industry_id",
    "产业": "industry_id",
    "產業": "industry_id",
    "联系人": "contact_name",
    "聯絡人": "contact_name",
    "产品线": "product_line_id",
    "產品線": "product_line_id",
    "当前阶段": "stage_id",
    "當前階段": "stage_id",
    "进入时间": "stage_entered_at",
    "進入時間": "stage_entered_at",
    "成交概率(%)": "probability",
    "成交概率（%）": "probability",
    "成交機率(%)": "probability",
    "成交機率（%）": "probability",
    "预计成交金额(万元)": "expected_revenue_wan",
    "预计成交金额（万元）": "expected_revenue_wan",
    "預計成交金額(萬元)": "expected_revenue_wan",
    "預計成交金額（萬元）": "expected_revenue_wan",
    "预计成交金额(元)": "expected_revenue",
    "预计成交金额（元）": "expected_revenue",
    "預計成交金額(元)": "expected_revenue",
    "預計成交金額（元）": "expected_revenue",
    "公司规模": "company_size",
    "公司規模": "company_size",
    "最近沟通时间": "last_contact_at",
    "最近溝通時間": "last_contact_at",
    "沟通内容摘要": "last_contact_summary",
    "溝通內容摘要": "last_contact_summary",
    "风险等级": "risk_level",
    "風險等級": "risk_level",
    "风险描述": "risk_description",
    "風險描述": "risk_description",
    "跟进人": "user_id",
    "跟進人": "user_id",
    "customer name": "partner_name",
    "industry": "industry_id",
    "contact person": "contact_name",
    "product line": "product_line_id",
    "current stage": "stage_id",
    "entered at": "stage_entered_at",
    "win probability (%)": "probability",
    "expected amount (10,000)": "expected_revenue_wan",
    "expected amount (10,000 cny)": "expected_revenue_wan",
    "expected amount": "expected_revenue",
    "company size": "company_size",
    "last contact time": "last_contact_at",
    "communication summary": "last_contact_summary",
    "risk level": "risk_level",
    "risk description": "risk_description",
    "owner": "user_id",
}


def post_init_hook(env):
    """Give what is there already what new records have by themselves."""
    _add_headings(env)
    _add_risk_subtype(env)


def _add_risk_subtype(env):
    """Let the colleagues who follow open deals hear of high risks; who follows from now on does."""
    subtype = env.ref(f"{MODULE}.mail_message_subtype_risk")
    env.cr.execute(
        SQL(
            "INSERT INTO mail_followers_mail_message_subtype_rel"
            " (mail_followers_id, mail_message_subtype_id)"
            " SELECT follower.id, %s FROM mail_followers follower"
            " JOIN crm_lead lead ON lead.id = follower.res_id AND lead.won_status = 'pending'"
            " JOIN res_users users ON users.partner_id = follower.partner_id AND NOT users.share"
            " WHERE follower.res_model = 'crm.lead' ON CONFLICT DO NOTHING",
            subtype.id,
        )
    )


def _add_headings(env):
    """Teach the import screen the headings of the customer sheet."""
    Mapping = env["base_import.mapping"]
    known = set(Mapping.search([("res_model", "=", "crm.lead")]).mapped("column_name"))
    Mapping.create(
        [
            {"res_model": "crm.lead", "column_name": heading, "field_name": field_name}
            for heading, field_name in SHEET_HEADINGS.items()
            if heading not in known
        ]
    )


def uninstall_hook(env):
    """Take along what Odoo leaves behind or cannot remove by itself."""
    _forget_headings(env)
    _forget_filters(env)
    _forget_names(env)
    _forget_health(env)
    _drop_foreign_keys(env)


def _forget_headings(env):
    """Forget the headings of the customer sheet, and others that were sent to the module's fields: these
    are gone.
    """
    own = {field.name for field in _get_own(env, "ir.model.fields") if field.model == "crm.lead"}
    mappings = env["base_import.mapping"].search([("res_model", "=", "crm.lead")])
    mappings.filtered(
        lambda one: (
            SHEET_HEADINGS.get(one.column_name) == one.field_name
            or (one.field_name or "").split("/")[0] in own
        )
    ).unlink()


def _forget_filters(env):
    """Remove the saved filters that cannot work any more. One of them as somebody's default would keep
    them out of their pipeline.
    """
    own_models = set(_get_own(env, "ir.model").mapped("model"))
    own_fields = {(field.model, field.name) for field in _get_own(env, "ir.model.fields")}
    for saved in env["ir.filters"].with_context(active_test=False).search([]):
        paths = _get_paths(saved.domain, saved.context, saved.sort)
        if saved.model_id in own_models or any(
            _is_path_over(env, saved.model_id, path, own_fields) for path in paths
        ):
            saved.unlink()


def _get_own(env, model):
    """Return the records of ``model`` that belong to this module and to no other."""
    names = env["ir.model.data"].search([("model", "=", model), ("module", "=", MODULE)])
    shared = [("model", "=", model), ("module", "!=", MODULE), ("res_id", "in", names.mapped("res_id"))]
    others = env["ir.model.data"].search(shared).mapped("res_id")
    return env[model].browse(set(names.mapped("res_id")) - set(others)).exists()


def _get_paths(domain, context, sort):
    """Return the paths of fields that a saved filter names in its conditions, groups and order.

    >>> sorted(_get_paths("[('tier', '=', 'A')]", "{'group_by': ['day_close:avg']}", '["score desc"]'))
    ['day_close', 'group_by', 'score', 'tier']
    """
    paths = set()
    for node in _walk(domain):
        items = [getattr(item, "value", None) for item in getattr(node, "elts", ())]
        if len(items) == 3 and isinstance(items[1], str) and _is_operator(items[1]):
            paths.add(items[0])
    for node in (*_walk(context), *_walk(sort)):
        if isinstance(node, ast.Constant):
            paths.add(node.value)
    return {path.split(":")[0].split(" ")[0] for path in paths if isinstance(path, str)}


def _is_operator(word):
    """Tell whether ``word`` may stand between the field and the value of a condition.

    >>> [word for word in ("ilike", "any", "&", "proposition") if _is_operator(word)]
    ['ilike', 'any']
    """
    try:
        Domain("id", word.lower(), False)
    except ValueError:
        return False
    return True


def _walk(code):
    """Return the nodes of an expression, none where it cannot be read."""
    try:
        return list(ast.walk(ast.parse(code.strip(), mode="eval")))
    except SyntaxError:
        return []


def _is_path_over(env, model, path, own_fields):
    """Tell whether a path of fields leads over one of ``own_fields``, a set of ``(model, name)``."""
    for name in path.split("."):
        if (model, name) in own_fields:
            return True
        field = env[model]._fields.get(name) if model in env else None
        model = field.comodel_name if field is not None and field.relational else None
    return False


def _forget_names(env):
    """Remove the names that other modules, ``mail`` first of all, gave to what belongs to this module's
    models: Odoo would keep them.
    """
    models = _get_own(env, "ir.model")
    for kind, path in (("ir.model.fields.selection", "field_id.model_id"), ("ir.model.inherit", "model_id")):
        parts = env[kind].search([(path, "in", models.ids)])
        names = [("model", "=", kind), ("res_id", "in", parts.ids), ("module", "!=", MODULE)]
        env["ir.model.data"].search(names).unlink()


def _drop_foreign_keys(env):
    """Drop the module's foreign keys before its tables go: shipped rules could not be removed while facts
    name them, and Odoo keeps the entries of those on other modules' tables.
    """
    keys = [("module.name", "=", MODULE), ("type", "=", "f")]
    env["ir.model.constraint"].search(keys).unlink()


def _forget_health(env):
    """Remove the activity that asks an administrator to see to what is wrong: it is on no record."""
    health = env["crm.playbook.health"]
    env["mail.activity"].browse(health._read_known()["activity"] or ()).exists().unlink()
    health._write_known({"since": {}, "activity": False})
