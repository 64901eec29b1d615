from . import models


def add_column(env):
    """Spares a million leads their first computation: none of them has exceptions."""
    env.cr.execute("ALTER TABLE crm_lead ADD COLUMN main_exception_id int4")


def make_rules(env):
    """Makes the rules that leads are held back by, the opposites of the playbook's conditions."""
    from bench.scale.playbooks import CONDITIONS

    env["exception.rule"].create(
        [
            {
                "name": condition,
                "model": "crm.lead",
                "exception_type": "by_domain",
                "domain": condition.replace("[", "['!', ", 1),
            }
            for condition in CONDITIONS
        ]
    )
