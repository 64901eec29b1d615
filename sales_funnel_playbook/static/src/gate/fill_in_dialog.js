import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { Record } from "@web/model/record";

import { Component, onWillStart, onWillDestroy, useState } from "@odoo/owl";

import { celebrateWin } from "../case/case_offer";
import { getRefusal } from "../core/refusing_form";
import { AskOverride } from "../panel/ask_override";
import { useUpload } from "../panel/upload";
import { getOptionLabel } from "../panel/words";
import { FillInItem } from "./fill_in_item";
import { loadLeadFields } from "./lead_fields";

const GATE_ERROR = "odoo.addons.sales_funnel_playbook.exceptions.PlaybookGateError";
const getKey = ({ kind, rule_id }) => `${kind}-${rule_id}`;

/**
 * What a move lacks, to be filled in where it was refused: *Save and Move* records all of it and moves the
 * deal, in one transaction, or nothing.
 */
export class FillInDialog extends Component {
    static template = "sales_funnel_playbook.FillInDialog";
    static components = { AskOverride, Dialog, FillInItem, Record };
    static props = { leadId: Number, stageId: Number, close: Function, onMoved: Function };

    getOptionLabel = getOptionLabel;

    setup() {
        this.action = useService("action");
        this.effect = useService("effect");
        this.orm = useService("orm");
        this.viewService = useService("view");
        this.uploads = useUpload();
        this.state = useState({ entries: {}, answers: {}, refused: [], refusal: "", isBusy: false });
        onWillStart(async () => {
            [this.missing, this.lead] = await Promise.all([
                this.orm.call("crm.lead", "get_missing", [[this.props.leadId], this.props.stageId]),
                loadLeadFields(this.viewService),
            ]);
            for (const item of this.missing.items) {
                const key = getKey(item);
                const entry = {
                    key,
                    item,
                    text: "",
                    isConfirmed: false,
                    askBy: item.ask_by || "",
                    files: [],
                };
                this.state.entries[key] = entry;
            }
            for (const criterion of this.missing.criteria) {
                this.state.answers[criterion.id] = criterion.option_id || "";
            }
        });
        onWillDestroy(() => this.uploads.discard(this.unusedFiles));
    }

    get title() {
        const { lead, stage } = this.missing;
        return _t("“%(lead)s” cannot enter the stage “%(stage)s” yet:", { lead, stage });
    }

    /** What the way to whoever may override wants to know. */
    get asking() {
        const { leadId, stageId } = this.props;
        return { stage: { stage_id: stageId }, panel: { leadId, orm: this.orm, refresh: () => {} } };
    }

    get entries() {
        return Object.values(this.state.entries);
    }

    get unusedFiles() {
        return this.isMoved ? [] : this.entries.flatMap(({ files }) => files.map(({ id }) => id));
    }

    /** What was missing at the last attempt, and is not entered since. */
    isRefused(entry) {
        return this.state.refused.includes(entry.key) && !this.getFact(entry);
    }

    /** What was entered, as `fill_in_and_move` takes it; what was left empty is not in it. */
    get facts() {
        const answers = this.missing.criteria
            .map(({ id, option_id }) => ({ id, before: option_id, given: Number(this.state.answers[id]) }))
            .filter(({ given, before }) => given && given !== before)
            .map(({ id, given }) => ({ kind: "answer", id, option_id: given }));
        return [...this.entries.map((entry) => this.getFact(entry)).filter(Boolean), ...answers];
    }

    getFact({ item, text, isConfirmed, askBy, files }) {
        const id = item.rule_id;
        if (item.kind === "confirmation") {
            if (isConfirmed) {
                return { kind: "confirmation", id, note: text };
            }
            return askBy && askBy !== item.ask_by && { kind: "question", id, ask_by: askBy };
        }
        if (item.kind !== "output" || item.domain) {
            return false;
        }
        if (files.length) {
            return { kind: "output", id, attachment_ids: files.map((file) => file.id) };
        }
        return text.trim() && { kind: "output", id, [item.evidence === "link" ? "url" : "note"]: text };
    }

    async saveAndMove(record) {
        const { leadId, stageId } = this.props;
        Object.assign(this.state, { isBusy: true, refusal: "" });
        try {
            const values = await record.getChanges();
            const args = [[leadId], stageId, values, this.facts];
            const isWon = await this.orm.call("crm.lead", "fill_in_and_move", args);
            this.isMoved = true;
            this.props.close();
            await this.props.onMoved();
            if (isWon) {
                // this window is gone by now, and what it uses would answer nobody
                await celebrateWin(this.env.services, leadId, this.props.onMoved);
            }
        } catch (error) {
            this.onRefused(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    /** What was entered stays; what is still missing is marked, and what came up meanwhile is added. */
    onRefused(error) {
        if (!(error instanceof RPCError) || error.exceptionName !== GATE_ERROR) {
            this.state.refusal = getRefusal(error);
            return;
        }
        const { unmet } = error.data.context.refused[0];
        this.state.refused = unmet.map(getKey);
        const others = unmet.filter((item) => !this.state.entries[getKey(item)]);
        const names = others.map((item) => item.name).join(", ");
        this.state.refusal = names
            ? _t("Nothing was saved yet. Also missing: %s.", names)
            : _t("Nothing was saved yet: what is marked is still missing.");
    }

    async override() {
        const { leadId, stageId } = this.props;
        const action = await this.orm.call("crm.lead", "action_override_gate", [[leadId]], {
            context: { override_stage_id: stageId },
        });
        this.props.close();
        await this.action.doAction(action, { onClose: (infos) => infos?.is_moved && this.props.onMoved() });
    }

    async openDeal() {
        this.props.close();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: this.props.leadId,
            views: [[false, "form"]],
        });
    }
}
