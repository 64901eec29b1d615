import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, status, useRef, useState } from "@odoo/owl";

import { celebrateWin } from "../case/case_offer";
import { FillInDialog } from "../gate/fill_in_dialog";
import { PlaybookHelp } from "../help/playbook_help";
import { AskOverride } from "./ask_override";
import { nextFrame } from "./focus_field";
import { walkRules } from "./keyboard";
import { PlaybookAction } from "./playbook_action";
import { PlaybookCases } from "./playbook_cases";
import { PlaybookCondition } from "./playbook_condition";
import { PlaybookFold } from "./playbook_fold";
import { PlaybookOutput } from "./playbook_output";
import { PlaybookScore } from "./playbook_score";
import { PlaybookTimeline } from "./playbook_timeline";
import { readAgain } from "./read_again";
import { getOutsideText, getSidingText, getStageTime, getWaitText } from "./words";

/**
 * The lead's checklist: what its stage is for and what must come out of it, what must be true before
 * it enters the next ones, and where it has been.
 */
export class PlaybookPanel extends Component {
    static template = "sales_funnel_playbook.PlaybookPanel";
    static components = {
        AskOverride,
        PlaybookAction,
        PlaybookCases,
        PlaybookCondition,
        PlaybookHelp,
        PlaybookFold,
        PlaybookOutput,
        PlaybookScore,
        PlaybookTimeline,
    };
    static props = { ...standardWidgetProps, isCompact: { type: Boolean, optional: true } };

    getOutsideText = getOutsideText;
    getSidingText = getSidingText;
    getStageTime = getStageTime;
    getWaitText = getWaitText;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.effect = useService("effect");
        this.store = useService("mail.store");
        this.state = useState({ panel: null, opened: {}, isBusy: false });
        this.root = useRef("root");
        this.loads = 0;
        this.underWay = new Set();
        // Whatever is saved on the lead may meet a condition: look again after each reload of its data.
        // The form waits for the checklist that it opens with, and for none that is looked at later.
        useRecordObserver((record) => {
            const isFirst = !this.loads;
            const load = record.data && this.load(record.resId);
            return isFirst ? load : undefined;
        });
    }

    /** The latest answer counts: a slow one about the deal that was shown before is not shown under this. */
    async load(leadId = this.leadId) {
        if (this.state.panel && this.state.panel.lead_id !== leadId) {
            Object.assign(this.state, { panel: null, opened: {} });
        }
        const number = ++this.loads;
        const panel = leadId ? await this.orm.call("crm.lead", "get_playbook_panel", [[leadId]]) : false;
        if (number === this.loads) {
            this.state.panel = panel;
        }
    }

    get leadId() {
        return this.props.record.resId;
    }

    get canWrite() {
        return this.state.panel.can_write && !this.state.isBusy;
    }

    get canAccept() {
        return this.state.panel.can_override && this.state.panel.mode === "enforce";
    }

    getTitle(stage) {
        return _t("Before “%s”", stage.name);
    }

    getSummary(stage) {
        return stage.unmet ? _t("Open items: %s", stage.unmet) : _t("Ready");
    }

    getMoveLabel(stage) {
        return _t("Move to “%s”", stage.name);
    }

    getFillInLabel(stage) {
        return _t("Fill in and Move to “%s”…", stage.name);
    }

    get nextStage() {
        return this.state.panel.next_stages.find((stage) => stage.is_next);
    }

    get laterStages() {
        return this.state.panel.next_stages.filter((stage) => !stage.is_next);
    }

    /** A later stage by its id, "score", "cases" or "log": one line until it is opened. */
    isOpened(part) {
        return Boolean(this.state.opened[part]);
    }

    toggle(part) {
        this.state.opened[part] = !this.isOpened(part);
    }

    /** Bring the score sheet to the eye and the cursor. */
    async openScore() {
        this.state.opened.score = true;
        await nextFrame();
        const sheet = this.root.el?.querySelector(".o_playbook_score");
        sheet?.scrollIntoView({ block: "center" });
        const place = sheet?.querySelector("select:not(:disabled)") || sheet?.querySelector("button");
        place?.focus({ preventScroll: true });
    }

    canMove(stage) {
        return stage.is_ready || this.state.panel.mode === "observe";
    }

    canOverride(stage) {
        return !this.canMove(stage) && this.state.panel.can_override;
    }

    /** Whoever may not override asks who may. */
    canAsk(stage) {
        return !this.canMove(stage) && !this.state.panel.can_override;
    }

    /**
     * What was typed into the form counts: save it first, as any button of the form does.
     *
     * @param {Function} deed what is recorded
     * @param {string} key the same key is not recorded again before the checklist shows what came of it
     */
    async act(deed, key) {
        if (this.underWay.has(key)) {
            return false;
        }
        this.underWay.add(key);
        const place = document.activeElement?.closest("[data-rule]")?.dataset.rule;
        this.state.isBusy = true;
        try {
            return (await this.props.record.save()) && (await deed());
        } finally {
            this.state.isBusy = false;
            await this.reload(); // the score and the tier stand on the form too
            this.underWay.delete(key);
            await this.keepPlace(place);
        }
    }

    /** The button that was pressed is gone: whoever works by keyboard goes on from the rule that it was on. */
    async keepPlace(place) {
        await nextFrame();
        if (place && document.activeElement === document.body) {
            const rule = this.root.el?.querySelector(`[data-rule="${place}"]`) || this.root.el;
            (rule?.querySelector("button:not(:disabled)") || rule)?.focus({ preventScroll: true });
        }
    }

    onKeydown(ev) {
        walkRules(this.root.el, ev);
    }

    /** Call a method of the lead on one of its rules. */
    call(method, ruleId, kwargs = {}) {
        const deed = () => this.orm.call("crm.lead", method, [[this.leadId], ruleId], kwargs);
        return this.act(deed, `${method}-${ruleId}`);
    }

    /** Call a method of a submitted output. */
    callSubmission(method, submissionId) {
        const deed = () => this.orm.call("crm.lead.output", method, [[submissionId]]);
        return this.act(deed, `${method}-${submissionId}`);
    }

    async move(stage) {
        const wasOpen = this.props.record.data.won_status === "pending";
        const deed = () => this.orm.write("crm.lead", [this.leadId], { stage_id: stage.stage_id });
        await this.act(deed, "move");
        if (wasOpen && this.props.record.data.won_status === "won") {
            await celebrateWin(this, this.leadId, () => this.reload());
        }
    }

    async fillIn(stage) {
        if (await this.props.record.save()) {
            this.dialog.add(FillInDialog, {
                leadId: this.leadId,
                stageId: stage.stage_id,
                onMoved: () => this.reload(),
            });
        }
    }

    async reload() {
        await Promise.all([readAgain(this.orm, this.props.record), this.refresh()]);
    }

    acceptHere() {
        return this.override({ stage_id: this.props.record.data.stage_id.id });
    }

    async override(stage) {
        if (await this.props.record.save()) {
            await this.openDialog("action_override_gate", "crm.lead", this.leadId, {
                override_stage_id: stage.stage_id,
            });
        }
    }

    reject(submissionId) {
        return this.openDialog("action_reject", "crm.lead.output", submissionId);
    }

    confirmWithEvidence(condition) {
        return this.openAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead.confirm",
            name: _t("Confirm a Condition"),
            views: [[false, "form"]],
            target: "new",
            context: { default_lead_id: this.leadId, default_condition_id: condition.id },
        });
    }

    async openDialog(method, model, id, context = {}) {
        return this.openAction(await this.orm.call(model, method, [[id]], { context }));
    }

    openAction(action) {
        return this.action.doAction(action, { onClose: () => this.reload() });
    }

    openLog() {
        return this.action.doAction("sales_funnel_playbook.crm_lead_stage_log_action", {
            additionalContext: { search_default_lead_id: this.leadId, search_default_this_year: 0 },
        });
    }

    async refresh() {
        if (status(this) === "destroyed") {
            return; // another tab was opened meanwhile
        }
        await this.load();
        this.env.bus.trigger("MAIL:RELOAD-THREAD", { model: "crm.lead", id: this.leadId });
        const thread = this.store.Thread.insert({ model: "crm.lead", id: this.leadId });
        await thread.fetchThreadData(["activities"]);
    }
}

registry.category("view_widgets").add("playbook_panel", {
    component: PlaybookPanel,
    extractProps: ({ options }) => ({ isCompact: Boolean(options.compact) }),
});
