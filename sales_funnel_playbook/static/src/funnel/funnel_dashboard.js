import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { router } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useState } from "@odoo/owl";

import { useChosen } from "./chosen";
import { useColumns } from "./funnel_columns";
import { FunnelFilters, tellFilters } from "./funnel_filters";
import { FunnelPicture } from "./funnel_picture";
import { FunnelTable } from "./funnel_table";
import { FunnelTiles } from "./funnel_tiles";
import { FunnelTrend } from "./funnel_trend";

const MODEL = "crm.funnel.report";
const IDS = [
    ...["playbook_id", "company_id", "product_line_id", "team_id", "user_id"],
    ...["source_id", "medium_id", "campaign_id", "industry_id", "country_id", "lost_reason_id"],
];
const CHOICES = ["tier", "company_size"];
const TEXTS = [...CHOICES, "period", "date_from", "date_to"];
const RECENT = "weeks_12";

/** Filters as the address has them: numbers for ids, dates only where no named period is chosen. */
export function readFilters(state) {
    const filters = {};
    for (const name of IDS.filter((one) => Number(state[one]))) {
        filters[name] = Number(state[name]);
    }
    for (const name of TEXTS.filter((one) => state[one])) {
        filters[name] = String(state[name]);
    }
    return filters;
}

export function writeFilters(filters) {
    const isNamed = Boolean(filters.period);
    const state = {};
    for (const name of [...IDS, ...TEXTS]) {
        const isDropped = isNamed && name.startsWith("date_");
        state[name] = (!isDropped && filters[name]) || undefined;
    }
    return state;
}

/** The funnel of a playbook: what began, what flowed on, where it stays, and how that changes. */
export class FunnelDashboard extends Component {
    static template = "sales_funnel_playbook.FunnelDashboard";
    static components = {
        ControlPanel,
        FunnelFilters,
        FunnelPicture,
        FunnelTable,
        FunnelTiles,
        FunnelTrend,
    };
    static props = { ...standardActionServiceProps };
    static path = "funnel";
    static displayName = _t("Funnel");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.chosen = useChosen((filters, ask) => this.count(filters, ask));
        this.columns = useColumns();
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(FunnelDashboard.displayName.toString());
        this.state = useState({
            options: null,
            funnel: null,
            canWriteRules: false,
        });
        useSetupAction({ getLocalState: () => ({ filters: this.state.funnel?.filters }) });
        const { action, state } = this.props;
        const filters = state?.filters || action.params?.filters || readFilters(router.current);
        onWillStart(async () => {
            // the page stands at once; its numbers come when they are there, and what there is to choose
            this.chosen.choose(filters);
            this.loadOptions();
            this.state.canWriteRules = await user.hasGroup("sales_team.group_sale_manager");
        });
    }

    async count(filters, ask) {
        const funnel = await ask(this.orm.call(MODEL, "get_funnel", [filters, true]));
        this.state.funnel = funnel;
        this.chosen.show(funnel.filters);
        this.props.updateActionState?.(writeFilters(funnel.filters));
        this.state.funnel = await ask(this.orm.call(MODEL, "get_funnel", [filters]));
    }

    async loadOptions() {
        this.state.options = await this.orm.call(MODEL, "get_filter_options", []);
    }

    get isEmpty() {
        const { stages, totals } = this.state.funnel;
        const isMoving = stages.some((stage) => stage.begun_count || stage.next_count || stage.stay_count);
        return !isMoving && !totals.open_count && !totals.won_count && !totals.lost_count;
    }

    get period() {
        const { filters, previous } = this.state.funnel;
        const show = (date) => formatDate(deserializeDate(date));
        return _t("%(from)s – %(to)s, against %(before_from)s – %(before_to)s", {
            from: show(filters.date_from),
            to: show(filters.date_to),
            before_from: show(previous.date_from),
            before_to: show(previous.date_to),
        });
    }

    /** Whose days are others than those of the page. */
    get otherZones() {
        const { other_zones: zones, tz } = this.state.funnel;
        const theirs = zones.map((one) => _t("%(name)s (%(tz)s)", one)).join(", ");
        return (
            zones.length &&
            _t(
                "Days are those of %(tz)s here. Reviews and analyses count by days of their own: %(theirs)s. Choose a company to see them here.",
                { tz, theirs }
            )
        );
    }

    get told() {
        return this.state.options ? tellFilters(this.state.funnel.filters, this.state.options) : "";
    }

    /** What the numbers on the page mean: of the tiles, of the columns that are shown, of the picture. */
    get definitions() {
        const { definitions, total_definitions: totals } = this.state.funnel;
        const names = new Set([
            ...["cohort_count", "open_count", "open_amount", "reached_rate", "flow_rate", "begun_count"],
            ...["won_count", "lost_count", "returned_count"],
            ...this.columns.shown.map((column) => column.name),
        ]);
        const shown = Object.keys(definitions).filter((name) => names.has(name));
        return [...Object.values(totals), ...shown.map((name) => definitions[name])];
    }

    onFilter(change) {
        this.chosen.add(change);
    }

    /** Whether the usual weeks of all deals have more than what is looked at: another time, or fewer deals. */
    get isNarrow() {
        const { filters } = this.state.funnel;
        const names = [...IDS, ...CHOICES].filter((name) => name !== "playbook_id");
        const isLong = ["this_year", "last_year"].includes(filters.period);
        return (filters.period !== RECENT && !isLong) || names.some((name) => filters[name]);
    }

    showRecent() {
        this.chosen.choose({ playbook_id: this.state.funnel.filters.playbook_id, period: RECENT });
    }

    async openDeals(stageId, name) {
        const { filters } = this.state.funnel;
        this.action.doAction(await this.orm.call(MODEL, "get_deals_action", [filters, stageId, name]));
    }

    openReview(resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.funnel.review",
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openPlaybooks() {
        this.action.doAction("sales_funnel_playbook.crm_playbook_action");
    }

    /** The same deals and period as pivot and graph, with Odoo's own exports. */
    openAnalysis() {
        const { filters } = this.state.funnel;
        const names = [...IDS, ...CHOICES].filter((name) => filters[name]);
        const domain = names.map((name) => [name, "=", filters[name]]);
        domain.push(["day", ">=", filters.date_from], ["day", "<=", filters.date_to]);
        this.action.doAction("sales_funnel_playbook.crm_funnel_report_action", {
            props: { domain },
            additionalContext: { search_default_recent: 0 },
        });
    }
}

registry.category("actions").add("sales_funnel_playbook.funnel_dashboard", FunnelDashboard);
