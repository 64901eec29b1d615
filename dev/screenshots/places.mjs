// Where the pictures are taken: paths of Odoo, for records found by name.

const PIPELINE = "action-crm.crm_case_form_view_salesteams_opportunity";

/** The kanban of the team that has this deal. */
export const openPipeline = (deal) => async (session) => {
    const { team_id } = await session.find("crm.lead", [["name", "=", deal]], ["team_id"]);
    return `/odoo/action-sales_team.crm_team_action_pipeline/${team_id[0]}/${PIPELINE}`;
};

/** The form of a deal. */
export const openDeal = (deal) => openRecord("crm", "crm.lead", [["name", "=", deal]]);

/** The form of the first record that the domain finds, under the path of an action. */
export const openRecord = (path, model, domain, order) => async (session) => {
    const { id } = await session.find(model, domain, ["id"], order);
    return `/odoo/${path}/${id}`;
};
