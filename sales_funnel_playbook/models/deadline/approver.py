# Who approves what was handed in: whom the rule names, as long as they are there; else the leader, else the
# playbook's responsible, if they may; not who handed it in, where the rule says so.
APPROVER = """
    SELECT COALESCE(
        (SELECT its.id FROM res_users its WHERE its.active AND its.id IS DISTINCT FROM barred.id AND (
            rule.approval = 'user' AND its.id = rule.approval_user_id
            OR rule.approval = 'role' AND its.id IN (SELECT held.user_id FROM crm_lead_member held
                WHERE held.lead_id = lead.id AND held.role_id = rule.approval_role_id
                AND held.left_at IS NULL))
            ORDER BY its.id <> work.user_id, its.id LIMIT 1),
        NULLIF(leader.id, barred.id), CASE WHEN %(may_keeper_approve)s THEN NULLIF(keeper.id, barred.id) END)
    FROM crm_lead_output submission JOIN crm_playbook_output rule ON rule.id = submission.output_id
    CROSS JOIN LATERAL (SELECT CASE WHEN rule.approval_by_other THEN submission.user_id END AS id) barred
    WHERE submission.id = work.playbook_rule_id
"""
