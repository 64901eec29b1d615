import { browser } from "@web/core/browser/browser";
import { cookie } from "@web/core/browser/cookie";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, markup, onWillStart, useState } from "@odoo/owl";

import { askToEnforce } from "../gate/enforcing";

const MODEL = "crm.playbook";
const TEAM_PIPELINE = "crm.crm_case_form_view_salesteams_opportunity";

/** From a template to a playbook that has watched its first deals, with what is done and what comes next. */
export class FirstSteps extends Component {
    static template = "sales_funnel_playbook.FirstSteps";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };
    static path = "sales-funnel-first-steps";
    static displayName = _t("First Steps");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(FirstSteps.displayName.toString());
        const { params, context } = this.props.action;
        this.state = useState({ page: null });
        onWillStart(() =>
            this.load(this.props.state?.playbook_id || params?.playbook_id || context?.playbook_id)
        );
    }

    async load(playbookId = false, isNew = false) {
        this.state.page = await this.orm.call(MODEL, "get_first_steps", [playbookId, isNew]);
        this.props.updateActionState?.({ playbook_id: this.playbook?.id || undefined });
    }

    get playbook() {
        return this.state.page.playbook;
    }

    get steps() {
        return this.state.page.steps;
    }

    get done() {
        return this.state.page.done;
    }

    get percent() {
        return Math.round((this.done / this.steps.length) * 100);
    }

    get count() {
        return _t("%(done)s of %(all)s done", { done: this.done, all: this.steps.length });
    }

    get next() {
        return this.steps.find((step) => !step.is_done)?.key;
    }

    get stepDone() {
        return _t("Done");
    }

    get stepOpen() {
        return _t("To do");
    }

    useLabel(template) {
        return _t("Use the template %s", template.name);
    }

    choosePlaybook(ev) {
        if (ev.target.value) {
            return this.load(Number(ev.target.value));
        }
        return this.load(false, true);
    }

    async useTemplate(template) {
        const action = await this.getAction("action_use_template", template.id);
        await this.action.doAction({
            ...action,
            context: { ...action.context, sales_funnel_first_steps: true },
        });
    }

    async press(button) {
        this.action.doAction(await this.getAction("action_first_step", this.playbook.id, button.name));
    }

    /** The action that a method of playbooks returns, made ready for the client as a button's is. */
    async getAction(method, ...args) {
        const params = { model: MODEL, method, args, kwargs: {} };
        const action = await rpc(`/web/dataset/call_button/${MODEL}/${method}`, params);
        return action.help ? { ...action, help: markup(action.help) } : action;
    }

    importPlaybook() {
        this.action.doAction("sales_funnel_playbook.crm_playbook_import_action");
    }

    async tick(step) {
        await this.orm.call(MODEL, "tick_first_step", [this.playbook.id, step.key, !step.is_done]);
        await this.load(this.playbook.id);
    }

    /** The pipeline of the sample, in its company alone: the page is loaded anew to know it. */
    async loadSample() {
        const { company_id, team_id } = await this.orm.call(MODEL, "action_load_sample", []);
        this.openIn([company_id], `/odoo/crm.team/${team_id}/action-${TEAM_PIPELINE}`);
    }

    removeSample() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove the sample data?"),
            body: _t(
                "All that is in its company is deleted, and the company is archived. Nothing else changes."
            ),
            confirmLabel: _t("Remove"),
            confirm: async () => {
                await this.orm.call(MODEL, "action_remove_sample", []);
                this.openIn([], "/odoo/sales-funnel-first-steps");
            },
            cancel: () => {},
        });
    }

    openIn(companies, path) {
        if (companies.length) {
            cookie.set("cids", companies.join("-"));
        } else {
            cookie.delete("cids");
        }
        browser.location.assign(path);
    }

    enforce() {
        return askToEnforce(this, this.playbook.id, async () => {
            await this.orm.write(MODEL, [this.playbook.id], { mode: "enforce" });
            await this.load(this.playbook.id);
        });
    }
}

registry.category("actions").add("sales_funnel_playbook.first_steps", FirstSteps);
