import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

import { Component, onWillRender, useEffect, useState, useSubEnv } from "@odoo/owl";

import { countLetters } from "../core/letters";
import { RefusingFormController } from "../core/refusing_form";

/** Letters and digits that the server asks of a note. */
const LEAST = 20;

/** The dialog of a progress note: it can be saved once it says enough, which it counts while one types. */
export class NoteFormController extends RefusingFormController {
    setup() {
        super.setup();
        this.note = useState({ count: undefined, least: LEAST });
        useSubEnv({ playbookNote: this.note });
        const count = (ev) => {
            if (ev.target.closest(".o_field_widget[name=summary]")) {
                this.note.count = countLetters(ev.target.value);
            }
        };
        useEffect(
            (el) => {
                el?.addEventListener("input", count);
                return () => el?.removeEventListener("input", count);
            },
            () => [this.rootRef.el]
        );
        onWillRender(() => {
            this.note.count ??= countLetters(this.model.root.data.summary);
        });
    }

    get isEnough() {
        return this.note.count >= LEAST;
    }
}

registry.category("views").add("playbook_note_form", {
    ...formView,
    Controller: NoteFormController,
    buttonTemplate: "sales_funnel_playbook.NoteFormButtons",
});

export class PlaybookLetters extends Component {
    static template = "sales_funnel_playbook.PlaybookLetters";
    static props = { "*": true };

    setup() {
        this.note = useState(this.env.playbookNote || {});
    }

    get text() {
        return _t("%(length)s of at least %(least)s letters", {
            length: this.note.count || 0,
            least: this.note.least,
        });
    }
}

registry.category("view_widgets").add("playbook_letters", { component: PlaybookLetters });
