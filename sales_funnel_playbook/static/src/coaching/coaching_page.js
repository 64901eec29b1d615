import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { router } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

import { useChosen } from "../funnel/chosen";
import { formatNumber } from "../funnel/funnel_columns";

const MODEL = "crm.coaching";
const FEWEST = 5; // people of a team, with whom a median tells nobody's number
const PERIODS = [
    ["this_month", _t("This month")],
    ["last_month", _t("Last month")],
    ["weeks_12", _t("Last 12 weeks")],
    ["this_quarter", _t("This quarter")],
    ["last_quarter", _t("Last quarter")],
    ["this_year", _t("This year")],
    ["last_year", _t("Last year")],
];
const GROUPS = [
    ["stages", _t("Stages")],
    ["results", _t("Results")],
    ["work", _t("Work and Gates")],
    ["customers", _t("Customers")],
];

/** One salesperson's numbers beside the median of the team: what to talk about, and what was decided. */
export class CoachingPage extends Component {
    static template = "sales_funnel_playbook.CoachingPage";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };
    static path = "coaching";
    static displayName = _t("Coaching");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.chosen = useChosen((filters, ask) => this.load(filters, ask));
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(CoachingPage.displayName.toString());
        this.state = useState({ page: null, refusal: "" });
        useSetupAction({ getLocalState: () => ({ filters: this.state.page?.filters }) });
        const { user_id, playbook_id, period } = router.current;
        const given = {
            user_id: Number(user_id) || false,
            playbook_id: Number(playbook_id) || false,
            ...(PERIODS.some(([name]) => name === period) ? { period } : {}),
        };
        onWillStart(() => {
            this.chosen.choose(this.props.state?.filters || this.props.action.params?.filters || given);
        });
    }

    async load(filters, ask) {
        this.state.refusal = "";
        try {
            const page = await ask(this.orm.call(MODEL, "get_coaching", [filters]));
            this.state.page = page;
            this.chosen.show(page.filters);
            this.props.updateActionState?.(page.filters);
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            if (!this.state.page && filters?.user_id) {
                return this.load({}, ask); // an address of somebody who left the team
            }
            this.state.refusal = error.data.message;
        }
    }

    get selects() {
        const { people, playbooks } = this.state.page;
        const { filters } = this.chosen;
        return [
            ["user_id", _t("Salesperson"), people],
            ["playbook_id", _t("Playbook"), playbooks],
            ["period", _t("Period"), PERIODS.map(([id, name]) => ({ id, name }))],
        ]
            .filter(([, , choices]) => choices.length > 1)
            .map(([name, label, choices]) => ({ name, label, choices, value: filters[name] }));
    }

    onChange(select, ev) {
        const { value } = ev.target;
        const its = select.name === "period" ? value : Number(value);
        this.chosen.add({ [select.name]: its });
    }

    get person() {
        const { filters, people } = this.state.page;
        return people.find((one) => one.id === filters.user_id)?.name || "";
    }

    /** Of whom, of when, against whom. */
    get scope() {
        const { date_from: from, date_to: to, team } = this.state.page;
        const [first, last] = [from, to].map((date) => formatDate(deserializeDate(date)));
        const values = { person: this.person, from: first, to: last, team: team.name };
        if (team.name && team.count < FEWEST) {
            return _t(
                "%(person)s, %(from)s – %(to)s; the team %(team)s is too small for a median, which needs four colleagues",
                values
            );
        }
        return team.name
            ? _t("%(person)s, %(from)s – %(to)s, against the median of the team %(team)s", values)
            : _t("%(person)s, %(from)s – %(to)s; in no team, so there is no median", values);
    }

    get groups() {
        return GROUPS.map(([name, label]) => ({
            name,
            label,
            rows: this.state.page.rows.filter((row) => row.group === name && this.isTold(row)),
        })).filter((group) => group.rows.length);
    }

    /** What nobody of the team has anything of is not told. */
    isTold(row) {
        return row.count || row.people;
    }

    get definitions() {
        const labels = new Map();
        for (const row of this.state.page.rows.filter((one) => this.isTold(one))) {
            labels.set(row.name, row);
        }
        return [...labels.values()];
    }

    get facts() {
        const { facts, rows } = this.state.page;
        return facts.map(({ name, part }) => rows.find((row) => row.name === name && row.part === part));
    }

    get medianLabel() {
        return _t("Median of the Team");
    }

    get todo() {
        return this.state.page.firsts.filter((one) => !one.is_done);
    }

    format(row, value) {
        if (value === false) {
            return "–";
        }
        if (row.unit === "score") {
            return formatFloat(value, { digits: [16, 2] });
        }
        if (!row.unit) {
            return formatFloat(value, { digits: [16, Number.isInteger(value) ? 0 : 1] });
        }
        const column = { unit: row.unit, isMoney: row.unit === "money" };
        return formatNumber(column, value, this.state.page.currency_id);
    }

    isFew(row) {
        return row.value === false && row.count > 0;
    }

    /** The number as the button shows it; of too few deals only how many these are. */
    tell(row) {
        return this.isFew(row) ? _t("Deals: %s", row.count) : this.format(row, row.value);
    }

    getNote(row) {
        if (this.isFew(row)) {
            return _t("not enough data, it takes %s", row.minimum);
        }
        return row.unit && row.value !== false ? _t("of %s", row.count) : "";
    }

    getLinkLabel(row) {
        return _t("%(number)s: %(value)s. Open these deals", { number: row.label, value: this.tell(row) });
    }

    tellFact(row) {
        return _t("%(number)s: %(own)s, the team's median is %(median)s (people: %(people)s).", {
            number: row.label,
            own: row.unit
                ? `${this.format(row, row.value)} (${this.getNote(row)})`
                : this.format(row, row.value),
            median: this.format(row, row.median),
            people: row.people,
        });
    }

    async openDeals(row) {
        const args = [this.state.page.filters, row.name, row.part];
        this.action.doAction(await this.orm.call(MODEL, "get_deals_action", args));
    }

    openSession(resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.coaching.session",
            res_id: resId,
            views: [[false, "form"]],
            context: resId
                ? {}
                : {
                      default_user_id: this.state.page.filters.user_id,
                      default_agenda: this.facts.map((row) => this.tellFact(row)).join("\n"),
                  },
        });
    }
}

registry.category("actions").add("sales_funnel_playbook.coaching", CoachingPage);
