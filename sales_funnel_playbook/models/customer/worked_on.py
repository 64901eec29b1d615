"""Whether somebody has worked on deals since they were made: what people enter, and what they record."""

from odoo import SUPERUSER_ID
from odoo.fields import Domain
from odoo.tools import float_round

from .writing import CONTACT, RISK

# What writes itself: it follows from facts, which are looked at for themselves, or is a mark of a program.
NOBODYS = {*CONTACT, *RISK, "message_bounce", "iap_enrich_done"}
FOLLOWING = {"phone": "phone", "email_from": "email"}  # what a deal may have from its customer
# Messages that Odoo and mailings write in somebody's name. A change that was tracked has no text of its own.
NOT_SAID = ("user_notification", "auto_comment", "email_outgoing", "out_of_office")
# Facts that come to a deal by themselves, and of which nothing is told by that.
BY_THEMSELVES = {
    "crm.lead.contact": Domain.FALSE,  # the mail, call or meeting on the deal is found there
    "crm.lead.member": Domain("is_default", "=", False),
}


def get_entered(leads):
    """Return ``{lead id: {field: value as JSON keeps it}}`` of all that people can enter on some deals. What
    is not entered is none: a probability that Odoo computes, a phone that the customer has as well.
    """
    names = [name for name, field in leads._fields.items() if _is_entered(name, field)]
    # sudo: whether it is as it was, whoever may read it; a tag that is archived is on the deal still
    leads = leads.sudo().with_context(active_test=False)
    entered = {}
    for lead, values in zip(leads, leads.read(names, load=None), strict=True):
        follows = {name for name, of in FOLLOWING.items() if lead[name] == lead.partner_id[of]}
        follows |= {"probability"} if lead.is_automated_probability else set()
        entered[lead.id] = {name: None if name in follows else _plain(values[name]) for name in names}
    return entered


def _is_entered(name, field):
    is_kept = field.store and (field.column_type or field.type == "many2many")
    return is_kept and not field.readonly and name not in NOBODYS


def _plain(value):
    """Return a value as ``read`` gives it, as JSON keeps it."""
    if isinstance(value, float):
        return float_round(value, precision_digits=6)
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):  # properties
        return {one["name"]: _plain(one["value"]) for one in value if one.get("value")} or []
    if isinstance(value, list | tuple):
        return sorted(value, key=str)
    return value if isinstance(value, bool | int) else str(value or "") or False


def find_recorded(leads):
    """Return those of some deals, made together, on which a person has recorded something since: said, sent,
    planned, met, handed in, offered, whatever has the deal in a column of its own.
    """
    if not leads:
        return leads
    leads = leads.sudo()  # sudo: that somebody works on it, whoever that is
    since = min(leads.mapped("create_date"))
    recorded = leads.browse()
    for model, name, domain in _get_records(leads, since):
        records = leads.env[model].with_context(active_test=False)
        found = {id_ for (id_,) in records._read_group(domain & Domain(name, "in", leads.ids), [name])}
        recorded |= leads.browse(getattr(one, "id", one) for one in found)
    return recorded.sudo(False)


def _get_records(leads, since):
    """Yield ``(model, field with the deal, domain)`` of what tells that somebody works on a deal."""
    made = Domain("create_date", ">", since) & Domain("create_uid", "!=", SUPERUSER_ID)
    written = Domain("write_date", ">", since) & Domain("write_uid", "!=", SUPERUSER_ID)
    here = Domain("model", "=", leads._name)
    said = Domain("message_type", "!=", "notification") | Domain("body", "not in", (False, ""))
    said &= Domain("message_type", "not in", NOT_SAID) & Domain("is_automatic", "=", False)
    # Odoo writes down as the superuser what comes in by mail
    came = Domain("create_date", ">", since) & Domain("message_type", "=", "email")
    yield "mail.message", "res_id", here & said & (made | came)
    here = Domain("res_model", "=", leads._name)
    yield "mail.activity", "res_id", here & Domain("playbook_kind", "=", False) & made
    yield "ir.attachment", "res_id", here & Domain("res_field", "=", False) & (made | written)
    for model, registered in leads.env.registry.items():
        if not registered._auto or registered._transient or not registered._log_access:
            continue
        for name, field in registered._fields.items():
            if field.store and field.type == "many2one" and field.comodel_name == leads._name:
                yield model, name, BY_THEMSELVES.get(model, Domain.TRUE) & (made | written)
