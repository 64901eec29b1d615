"""A company that has used plain crm for five years."""

from odoo.tools import SQL

from bench.scale.company import FIRST_IN, LAST_IN, STAGES, TEAMS, TRACKED, get_stages, get_steps, get_teams
from bench.scale.rows import filling, vacuum

DAYS = 5 * 365
TEXT = (
    "The customer runs three plants and wants to see the numbers of all of them on one screen. They have"
    " worked with spreadsheets so far, which two people keep up to date. The head of production decides"
    " together with the chief accountant; a budget is set aside for this year. 客户希望先做一次演示，"
    "然后试用一个月，合同由总部审批。 Open questions are the connection to the warehouse, and"
    " who trains the people on site."
)
PARTNERS = """
    INSERT INTO res_partner (name, complete_name, type, active, is_company, lang, country_id, city, email,
        email_normalized, phone, create_uid, create_date, write_date)
    SELECT 'Customer ' || n, 'Customer ' || n, 'contact', TRUE, TRUE, 'en_US', %(country)s,
        'City ' || n %% 500,
        'office' || n || '@example.com', 'office' || n || '@example.com', '+32 2 290 34 90', 1, NOW(), NOW()
    FROM GENERATE_SERIES(1, %(partners)s) n
"""
LEADS = """
    INSERT INTO crm_lead (name, type, active, user_id, team_id, company_id, stage_id, partner_id,
        partner_name, contact_name, email_from, email_normalized, phone, city, country_id, description,
        priority, expected_revenue, prorated_revenue, probability, automated_probability, won_status,
        lost_reason_id, date_deadline, create_uid, write_uid, create_date, write_date, date_open, date_closed,
        date_last_stage_update, day_open, day_close)
    SELECT 'Deal ' || n || ' with machines for plant ' || n %% 977, 'opportunity', status <> 'lost',
        (%(users)s::int[])[team * %(members)s + (k / 25) %% %(members)s + 1],
        (%(teams)s::int[])[team + 1], %(company)s, (%(stages)s::int[])[place],
        CASE WHEN team < 13 OR n %% 3 > 0
            THEN (%(partners)s::int[])[n %% CARDINALITY(%(partners)s::int[]) + 1] END,
        'Customer ' || n, 'Contact ' || n, 'lead' || n || '@example.com', 'lead' || n || '@example.com',
        '+32 2 290 34 90', 'City ' || n %% 500, %(country)s,
        '<p>' || SUBSTR(%(text)s, 1 + n %% 200, 100 + n %% 300) || '</p>', (n %% 4)::text,
        1000 + n %% 90000, (1000 + n %% 90000) * chance / 100.0, chance, chance, status,
        CASE WHEN status = 'lost' THEN %(reason)s END, (NOW() + (30 + n %% 300) * INTERVAL '1 day')::date,
        1, 1, begun, COALESCE(closed, NOW() AT TIME ZONE 'utc'), begun, closed,
        COALESCE(closed, begun + (NOW() AT TIME ZONE 'utc' - begun) * (steps - 1) / steps),
        0, EXTRACT(EPOCH FROM closed - begun) / 86400
    FROM GENERATE_SERIES(0, %(leads)s - 1) n
    CROSS JOIN LATERAL (SELECT n %% 20 AS team, n / 20 AS k) who
    CROSS JOIN LATERAL (SELECT CASE k %% 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'won' WHEN 2 THEN 'won'
        ELSE 'lost' END AS status) ending
    CROSS JOIN LATERAL (SELECT CASE status WHEN 'won' THEN 6 ELSE 1 + k / 5 %% 5 END AS place) here
    CROSS JOIN LATERAL (SELECT CASE status WHEN 'lost' THEN (%(last_in)s::int[])[place] + 1
        ELSE (%(first_in)s::int[])[place] END AS steps,
        CASE status WHEN 'won' THEN 100 WHEN 'lost' THEN 0 ELSE 10 + n %% 80 END AS chance) way
    CROSS JOIN LATERAL (SELECT CASE WHEN status <> 'pending'
        THEN DATE_TRUNC('second', NOW() AT TIME ZONE 'utc')
        - (n::bigint * 7919 %% %(days)s) * INTERVAL '1 day' - (n %% 86400) * INTERVAL '1 second' END AS closed
    ) last_day
    CROSS JOIN LATERAL (SELECT DATE_TRUNC('second', COALESCE(closed - (20 + n %% 150) * INTERVAL '1 day',
        NOW() AT TIME ZONE 'utc' - (1 + n %% 180) * INTERVAL '1 day')) AS begun) first_day
    ORDER BY begun
"""
CREATED = """
    INSERT INTO mail_message (model, res_id, message_type, subtype_id, date, body, create_uid, create_date)
    SELECT 'crm.lead', id, 'notification', %s, create_date, '<p>Opportunity created</p>', 1, create_date
    FROM crm_lead
"""
TRACKING = """
    CREATE TEMPORARY TABLE bench_step ON COMMIT DROP AS
    SELECT *, %(last_id)s + ROW_NUMBER() OVER (ORDER BY at) AS message_id,
        LAG(stage_id) OVER (PARTITION BY lead_id ORDER BY step) AS previous_id
    FROM (%(steps)s) step
"""
MESSAGES = """
    INSERT INTO mail_message (id, model, res_id, message_type, subtype_id, date, create_uid, create_date)
    SELECT message_id, 'crm.lead', lead_id, 'notification', %s, at, user_id, at FROM bench_step WHERE step > 1
    ORDER BY message_id
"""
VALUES = """
    INSERT INTO mail_tracking_value (field_id, mail_message_id, create_uid, old_value_integer,
        new_value_integer, old_value_char, new_value_char)
    SELECT %(stage)s, message_id, user_id, previous_id, stage_id, 'Before', 'After' FROM bench_step
    WHERE step > 1 AND NOT (won_status = 'lost' AND step = steps)
    UNION ALL
    SELECT field.id, message_id, user_id, field.old_id, field.new_id, field.old, field.new FROM bench_step,
        (VALUES (%(active)s, 1, 0, NULL, NULL), (%(won_status)s, NULL, NULL, 'Pending', 'Lost'))
            AS field (id, old_id, new_id, old, new)
    WHERE won_status = 'lost' AND step = steps
"""
ACTIVITIES = """
    INSERT INTO mail_activity (res_model_id, res_model, res_id, active, automated, user_id, summary,
        date_deadline, activity_type_id, create_uid, create_date)
    SELECT %(model)s, 'crm.lead', id, TRUE, FALSE, user_id, 'Call them about the offer',
        (NOW() + (id %% 60 - 10) * INTERVAL '1 day')::date, %(type)s, user_id, NOW()
    FROM crm_lead WHERE won_status = 'pending' AND id %% 3 = 0
"""
FOLLOWERS = """
    WITH follower AS (
        INSERT INTO mail_followers (res_model, res_id, partner_id)
        SELECT 'crm.lead', lead.id, users.partner_id FROM crm_lead lead
        JOIN res_users users ON users.id = lead.user_id
        RETURNING id
    )
    INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
    SELECT id, %s FROM follower
"""
TABLES = (
    *("res_partner", "crm_lead", "mail_message", "mail_tracking_value", "mail_activity", "mail_followers"),
    *("mail_followers_mail_message_subtype_rel", "crm_tag_rel"),
)


def make_people(env, size):
    """Makes the salespersons, the teams with an equal number of them each, and the stages."""
    group = env.ref("sales_team.group_sale_salesman_all_leads")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {"name": f"Rep {number:03}", "login": f"rep{number:03}", "group_ids": [(4, group.id)]}
                for number in range(size.users)
            ]
        )
    )
    members = size.users // TEAMS
    teams = env["crm.team"].create(
        [
            {
                "name": f"Scale {number:02}",
                "member_ids": users[number * members : (number + 1) * members].ids,
                "user_id": users[number * members].id,
            }
            for number in range(TEAMS)
        ]
    )
    env["crm.stage"].create(
        [
            {"name": f"Scale step {step}", "sequence": step, "is_won": step == STAGES, "team_ids": teams.ids}
            for step in range(1, STAGES + 1)
        ]
    )
    return users


def make_leads(env, size, users):
    """Makes partners, leads and what Odoo keeps of each lead."""
    values = {"country": env.ref("base.be").id, "company": env.company.id, "leads": size.leads}
    env.cr.execute(SQL(PARTNERS, partners=size.partners, **values))
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    partners = env["res.partner"].search([("name", "=like", "Customer %")], order="id")
    values |= {"users": users.ids, "members": len(users) // TEAMS, "partners": partners.ids, "days": DAYS}
    values |= {"teams": get_teams(env, range(TEAMS)).ids, "stages": get_stages(env).ids, "text": TEXT}
    reason = env["crm.lost.reason"].search([], limit=1).id
    env.cr.execute(SQL(LEADS, reason=reason, first_in=FIRST_IN, last_in=LAST_IN, **values))
    comment = env.ref("mail.mt_comment").id
    env.cr.execute(SQL(FOLLOWERS, comment))
    model = env["ir.model"]._get_id("crm.lead")
    env.cr.execute(SQL(ACTIVITIES, model=model, type=env.ref("mail.mail_activity_data_call").id))
    tag = env["crm.tag"].create({"name": "Scale fair"})
    env.cr.execute(
        SQL("INSERT INTO crm_tag_rel (lead_id, tag_id) SELECT id, %s FROM crm_lead WHERE active", tag.id)
    )


def make_history(env):
    """Makes the messages of how leads were created, and of some teams what Odoo tracked."""
    subtype = env.ref("crm.mt_lead_create").id
    env.cr.execute(SQL(CREATED, subtype))
    [[last_id]] = env.execute_query(SQL("SELECT MAX(id) FROM mail_message"))
    env.cr.execute(SQL(TRACKING, steps=get_steps(env, TRACKED), last_id=last_id))
    env.cr.execute(SQL(MESSAGES, env.ref("crm.mt_lead_stage").id))
    fields = env["ir.model.fields"]
    names = {"stage": "stage_id", "active": "active", "won_status": "won_status"}
    ids = {key: fields._get("crm.lead", name).id for key, name in names.items()}
    env.cr.execute(SQL(VALUES, **ids))
    env.cr.execute("SELECT SETVAL('mail_message_id_seq', (SELECT MAX(id) FROM mail_message))")


def make_plain(env, size):
    """Fills a database that has crm and nothing else."""
    users = make_people(env, size)
    with filling(env, *TABLES):
        make_leads(env, size, users)
        make_history(env)
    vacuum(env, *TABLES)
