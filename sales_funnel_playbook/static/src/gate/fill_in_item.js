import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate, serializeDate } from "@web/core/l10n/dates";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { useService } from "@web/core/utils/hooks";
import { Field } from "@web/views/fields/field";
import { FormLabel } from "@web/views/form/form_label";

import { Component, useRef, useState } from "@odoo/owl";

import { countLetters } from "../core/letters";
import { useUpload } from "../panel/upload";
import { getRoleText } from "../panel/words";

const { DateTime } = luxon;

/**
 * One thing that a move lacks, with what it takes to fill it in. Nothing is sent from here: what is entered is
 * in `entry`, which belongs to the form around it.
 */
export class FillInItem extends Component {
    static template = "sales_funnel_playbook.FillInItem";
    static components = { Field, FormLabel };
    static props = {
        item: Object,
        entry: Object,
        record: Object,
        infos: Object,
        isRefused: Boolean,
        canWrite: Boolean,
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.uploads = useUpload();
        this.state = useState({ isReminded: false });
        this.root = useRef("root");
        this.fileInput = useRef("fileInput");
        this.today = serializeDate(DateTime.local());
        useDropzone(
            this.root,
            (ev) => this.addFiles(ev.dataTransfer.files),
            "o_playbook_dropzone",
            () => this.wantsFiles
        );
    }

    get kind() {
        const { kind, evidence, domain, state } = this.props.item;
        if (kind !== "output") {
            return kind;
        }
        if (domain) {
            return "sheet";
        }
        return state === "waiting" ? "waiting" : { score_sheet: "file" }[evidence] || evidence;
    }

    /** What a role confirms is for nobody else to fill in. */
    get canFill() {
        return this.props.canWrite && this.props.item.can_do !== false;
    }

    get wantsFiles() {
        return this.canFill && this.kind === "file";
    }

    get roleText() {
        return getRoleText(this.props.item);
    }

    /** The fields that can be filled in here; the module's own numbers cannot. */
    get fields() {
        const { item, infos, record } = this.props;
        const its = (item.fields || []).filter(({ name }) => infos[name] && !record.fields[name].readonly);
        const empty = its.filter((field) => !field.is_set);
        return empty.length ? empty : its;
    }

    getLabel({ name, label }) {
        return this.props.infos[name].string || label;
    }

    get marker() {
        return this.props.isRefused
            ? { icon: "fa-times-circle text-danger", text: _t("Still missing") }
            : { icon: "fa-circle-o text-warning", text: _t("Not met") };
    }

    get placeholder() {
        if (this.kind === "link") {
            return _t("https://…");
        }
        return this.props.item.min_length
            ? _t("At least %s letters: what did the customer say or do?", this.props.item.min_length)
            : "";
    }

    get evidenceText() {
        return this.props.item.evidence_required ? _t("How do you know? (required)") : _t("How do you know?");
    }

    get count() {
        const least = this.props.item.min_length;
        const length = countLetters(this.props.entry.text);
        return least && length < least
            ? _t("%(length)s of at least %(least)s letters", { length, least })
            : "";
    }

    get waitingText() {
        const { user, date, waits_for: asked } = this.props.item.submission;
        const values = { user, date: formatDate(deserializeDateTime(date)), asked };
        return asked
            ? _t("Submitted by %(user)s on %(date)s, waits for %(asked)s", values)
            : _t("Submitted by %(user)s on %(date)s", values);
    }

    get canRemind() {
        return this.props.item.submission.can_remind && !this.state.isReminded;
    }

    async remind() {
        const ids = [this.props.item.submission.id];
        await this.action.doAction(await this.orm.call("crm.lead.output", "action_remind", [ids]));
        this.state.isReminded = true;
    }

    async addFiles(fileList) {
        this.props.entry.files.push(...(await this.uploads.upload(fileList)));
    }

    async chooseFiles(ev) {
        await this.addFiles(ev.target.files);
        ev.target.value = "";
    }

    async removeFile(file) {
        const { entry } = this.props;
        entry.files = entry.files.filter(({ id }) => id !== file.id);
        await this.uploads.discard([file.id]);
    }
}
