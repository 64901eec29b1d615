import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";

import { Component, useRef, useState } from "@odoo/owl";

import { countLetters } from "../core/letters";
import { getRefusal } from "../core/refusing_form";
import { getFileUrl } from "../help/playbook_help";
import { leaveOnEscape } from "./keyboard";
import { PlaybookDocuments } from "./playbook_documents";
import { PlaybookEvidence } from "./playbook_evidence";
import { useUpload } from "./upload";
import { getRoleText } from "./words";

const ICONS = {
    missing: "fa-circle-o text-warning",
    waiting: "fa-clock-o text-info",
    rejected: "fa-times-circle text-danger",
    done: "fa-check-circle text-success",
};

/**
 * One output: what was handed in and what became of it, and the way to hand it in. Files can be
 * dropped on it.
 */
export class PlaybookOutput extends Component {
    static template = "sales_funnel_playbook.PlaybookOutput";
    static components = { PlaybookDocuments, PlaybookEvidence };
    static props = { output: Object, panel: Object };

    setup() {
        this.shared = useState(this.props.panel.state);
        this.uploads = useUpload();
        this.root = useRef("root");
        this.fileInput = useRef("fileInput");
        this.state = useState({ isEditing: false, text: "", refusal: "" });
        useDropzone(
            this.root,
            (ev) => this.upload(ev.dataTransfer.files),
            "o_playbook_dropzone",
            () => this.wantsFile && this.props.output.can_do && !this.shared.isBusy
        );
    }

    get wantsFile() {
        return ["file", "score_sheet"].includes(this.props.output.evidence) && !this.isAnswered;
    }

    /** The score sheet is answered right here, and not handed in. */
    get isAnswered() {
        return Boolean(this.props.output.domain);
    }

    get icon() {
        const { state, is_required } = this.props.output;
        return state === "missing" && !is_required ? "fa-circle-o text-muted" : ICONS[state];
    }

    get status() {
        return {
            missing: _t("Missing"),
            waiting: _t("Waiting for approval"),
            rejected: _t("Rejected"),
            done: _t("Done"),
        }[this.props.output.state];
    }

    get story() {
        const { state, submission } = this.props.output;
        if (!submission) {
            return "";
        }
        const values = {
            user: submission.user,
            date: formatDate(deserializeDateTime(submission.date)),
            reviewer: submission.reviewer,
        };
        if (submission.waits_for) {
            return _t("Submitted by %(user)s on %(date)s, waits for %(asked)s", {
                ...values,
                asked: submission.waits_for,
            });
        }
        if (state === "rejected") {
            return _t("Submitted by %(user)s on %(date)s, rejected by %(reviewer)s", values);
        }
        if (submission.reviewer) {
            return _t("Submitted by %(user)s on %(date)s, approved by %(reviewer)s", values);
        }
        return _t("Submitted by %(user)s on %(date)s", values);
    }

    get roleText() {
        return getRoleText(this.props.output);
    }

    get due() {
        return _t("due %s", toLocaleDateTimeString(deserializeDateTime(this.props.output.due_at)));
    }

    get handInLabel() {
        return this.props.output.submission ? _t("Replace") : _t("Submit");
    }

    get placeholder() {
        return this.isLink
            ? _t("https://…")
            : _t("At least %s letters: what did the customer say or do?", this.props.output.min_length);
    }

    getFileUrl(file) {
        return getFileUrl(file);
    }

    handIn() {
        if (this.wantsFile) {
            this.fileInput.el.click();
        } else {
            this.state.isEditing = true;
        }
    }

    onKeydown(ev) {
        leaveOnEscape(ev, () => this.cancel());
    }

    cancel() {
        this.state.isEditing = false;
    }

    get isLink() {
        return this.props.output.evidence === "link";
    }

    get length() {
        return countLetters(this.state.text);
    }

    get isEnough() {
        return this.isLink ? Boolean(this.state.text.trim()) : this.length >= this.props.output.min_length;
    }

    get count() {
        return _t("%(length)s of at least %(least)s letters", {
            length: this.length,
            least: this.props.output.min_length,
        });
    }

    /** What the server says is wrong with the text stands under it. */
    async submitText() {
        this.state.refusal = "";
        try {
            if (await this.submit({ [this.isLink ? "url" : "note"]: this.state.text })) {
                Object.assign(this.state, { isEditing: false, text: "" });
            }
        } catch (error) {
            this.state.refusal = getRefusal(error);
        }
    }

    submit(kwargs) {
        return this.props.panel.call("submit_output", this.props.output.id, kwargs);
    }

    async chooseFiles(ev) {
        await this.upload(ev.target.files);
        ev.target.value = "";
    }

    /** Upload the files and hand them in; what is refused is not left behind. */
    async upload(fileList) {
        const ids = (await this.uploads.upload(fileList)).map((file) => file.id);
        let handedIn = !ids.length;
        try {
            handedIn ||= await this.submit({ attachment_ids: ids });
        } finally {
            if (!handedIn) {
                await this.uploads.discard(ids);
            }
        }
    }

    withdraw() {
        return this.props.panel.call("withdraw_output", this.props.output.id);
    }

    /** Somebody else has to look at it: a word to them, and who was told. */
    async remind() {
        const ids = [this.props.output.submission.id];
        await this.props.panel.action.doAction(
            await this.props.panel.orm.call("crm.lead.output", "action_remind", [ids])
        );
        return this.props.panel.refresh();
    }

    approve() {
        return this.props.panel.callSubmission("action_approve", this.props.output.submission.id);
    }

    reject() {
        return this.props.panel.reject(this.props.output.submission.id);
    }
}
