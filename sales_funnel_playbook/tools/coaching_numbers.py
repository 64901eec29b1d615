"""The numbers of a person beside the team's: SQL of what each is counted from. Each row is of one deal."""

# Of the log; whose a deal was then.
WHOSE = """
    log.playbook_id = %(playbook)s AND log.user_id = ANY(%(people)s)
    AND COALESCE(log.company_id, %(company)s) = ANY(%(companies)s)
"""
# What it was worth then, by what the playbook counts.
WORTH = """
    CASE %(basis)s WHEN 'recurring' THEN log.recurring_amount * 12
        WHEN 'both' THEN COALESCE(log.amount, 0) + COALESCE(log.recurring_amount, 0) * 12
        ELSE log.amount END
"""
# Of a fact of a deal, joined as ``lead``.
THEIRS = "COALESCE(lead.company_id, %(company)s) = ANY(%(companies)s)"
STAGES = f"""
    SELECT 'conversion' AS name, log.stage_id::text AS part, log.user_id, log.lead_id,
        (log.came_further_at IS NOT NULL)::int::float8 AS value
    FROM crm_lead_stage_log log
    WHERE {WHOSE} AND log.is_first AND log.stage_id = ANY(%(stages)s)
        AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
    UNION ALL
    SELECT 'time', log.stage_id::text, log.user_id, log.lead_id, log.duration_days
    FROM crm_lead_stage_log log
    WHERE {WHOSE} AND log.closes_stay AND log.stage_id = ANY(%(stages)s)
        AND log.left_at >= %(since)s AND log.left_at < %(until)s
"""
# That a deal was won or lost, or came as such; not that a lost one was moved.
CLOSED = """
    log.state IN ('won', 'lost') AND log.kind IN ('won', 'lost', 'created')
    AND NOT EXISTS (SELECT FROM crm_lead_stage_log before WHERE before.lead_id = log.lead_id
        AND before.sequence = log.sequence - 1 AND before.state = log.state)
"""
ENDS = f"""
    SELECT 'win_rate', '', log.user_id, log.lead_id, (log.state = 'won')::int::float8
    FROM crm_lead_stage_log log
    WHERE {WHOSE} AND {CLOSED}
        AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
    UNION ALL
    SELECT 'amount', '', log.user_id, log.lead_id, ({WORTH}) * %(rate)s
    FROM crm_lead_stage_log log
    WHERE {WHOSE} AND {CLOSED} AND log.state = 'won' AND ({WORTH}) > 0
        AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
"""
GATES = f"""
    SELECT 'overridden', '', log.user_id, log.lead_id, (log.gate = 'overridden')::int::float8
    FROM crm_lead_stage_log log
    WHERE {WHOSE} AND log.gate IN ('passed', 'observed', 'overridden') AND log.kind NOT IN ('lost', 'joined')
        AND log.entered_at >= %(since)s AND log.entered_at < %(until)s
    UNION ALL
    SELECT 'refused', '', refusal.refused_by_id, refusal.lead_id, 1
    FROM crm_lead_refusal refusal JOIN crm_lead lead ON lead.id = refusal.lead_id
    WHERE {THEIRS} AND refusal.playbook_id = %(playbook)s AND refusal.refused_by_id = ANY(%(people)s)
        AND refusal.date >= %(since)s AND refusal.date < %(until)s
"""
# What playbooks have asked for, as in Deadline Compliance.
WORK = f"""
    SELECT 'on_time', '', work.user_id, work.lead_id, work.on_time_rate / 100
    FROM (%(work)s) work JOIN crm_lead lead ON lead.id = work.lead_id
    WHERE {THEIRS} AND work.playbook_id = %(playbook)s AND work.user_id = ANY(%(people)s)
        AND work.on_time_rate IS NOT NULL AND work.done_at >= %(since)s AND work.done_at < %(until)s
"""
CUSTOMERS = f"""
    SELECT 'notes', '', note.user_id, note.lead_id, 1
    FROM crm_lead_progress note JOIN crm_lead lead ON lead.id = note.lead_id
    WHERE {THEIRS} AND note.user_id = ANY(%(people)s)
        AND note.communicated_at >= %(since)s AND note.communicated_at < %(until)s
    UNION ALL
    SELECT 'notes_in_time', '', note.user_id, note.lead_id, (note.is_late IS NOT TRUE)::int::float8
    FROM crm_lead_progress note JOIN crm_lead lead ON lead.id = note.lead_id
    WHERE {THEIRS} AND note.user_id = ANY(%(people)s) AND note.is_imported IS NOT TRUE
        AND note.communicated_at >= %(since)s AND note.communicated_at < %(until)s
    UNION ALL
    SELECT 'contact', lead.tier, log.user_id, log.lead_id,
        EXTRACT(EPOCH FROM %(now)s::timestamp - COALESCE(lead.last_contact_at, lead.create_date)) / 86400
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    WHERE {WHOSE} AND log.left_at IS NULL AND log.state = 'open' AND lead.tier IS NOT NULL
"""
RISKS_AND_CASES = f"""
    SELECT 'risk_response', '', risk.user_id, risk.lead_id,
        (COALESCE(TRIM(risk.response), '') <> '')::int::float8
    FROM crm_lead_risk risk JOIN crm_lead lead ON lead.id = risk.lead_id
    WHERE {THEIRS} AND risk.user_id = ANY(%(people)s)
        AND risk.raised_at >= %(since)s AND risk.raised_at < %(until)s
    UNION ALL
    SELECT 'cases', '', used.user_id, used.lead_id, 1
    FROM crm_playbook_case_use used JOIN crm_lead lead ON lead.id = used.lead_id
    WHERE {THEIRS} AND used.user_id = ANY(%(people)s)
        AND used.create_date >= %(since)s AND used.create_date < %(until)s
"""
# What was stated of each closed deal, each deal once.
STATED = f"""
    SELECT 'brier', '', said.user_id, said.lead_id, AVG(said.brier)
    FROM (%(stated)s) said JOIN crm_lead lead ON lead.id = said.lead_id
    WHERE {THEIRS} AND said.playbook_id = %(playbook)s AND said.user_id = ANY(%(people)s)
        AND said.entered_at >= %(since)s AND said.entered_at < %(until)s
    GROUP BY said.user_id, said.lead_id
"""
ROWS = f"""
    {STAGES} UNION ALL {ENDS} UNION ALL {GATES} UNION ALL {WORK} UNION ALL {CUSTOMERS}
    UNION ALL {RISKS_AND_CASES} UNION ALL {STATED}
"""
FIGURES = f"""
    SELECT name, part, user_id, COUNT(*), AVG(value),
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY value)
    FROM ({ROWS}) one WHERE value IS NOT NULL GROUP BY name, part, user_id
"""
DEALS = f"""
    SELECT DISTINCT lead_id FROM ({ROWS}) one WHERE name = %(name)s AND part = %(part)s AND value IS NOT NULL
"""
# What somebody has done once, whenever.
FIRSTS = """
    SELECT 'output', output.id, EXISTS (SELECT FROM crm_lead_output its
        WHERE its.output_id = output.id AND its.user_id = %(user)s)
    FROM crm_playbook_output output WHERE output.playbook_id = %(playbook)s AND output.active
        AND output.evidence <> 'score_sheet'
    UNION ALL
    SELECT 'confirmation', 0, EXISTS (SELECT FROM crm_lead_confirmation WHERE user_id = %(user)s)
    UNION ALL
    SELECT 'answer', 0, EXISTS (SELECT FROM crm_lead_score_answer WHERE create_uid = %(user)s)
    UNION ALL
    SELECT 'note', 0, EXISTS (SELECT FROM crm_lead_progress
        WHERE user_id = %(user)s AND is_imported IS NOT TRUE)
    UNION ALL
    SELECT 'stakeholder', 0, EXISTS (SELECT FROM crm_lead_stakeholder WHERE create_uid = %(user)s)
    UNION ALL
    SELECT 'response', 0, EXISTS (SELECT FROM crm_lead_risk
        WHERE responsible_id = %(user)s AND COALESCE(TRIM(response), '') <> '')
    UNION ALL
    SELECT 'case', 0, EXISTS (SELECT FROM crm_playbook_case WHERE user_id = %(user)s)
    UNION ALL
    SELECT 'case_use', 0, EXISTS (SELECT FROM crm_playbook_case_use WHERE user_id = %(user)s)
    UNION ALL
    SELECT 'won', 0, EXISTS (SELECT FROM crm_lead_stage_log WHERE user_id = %(user)s AND state = 'won')
"""
