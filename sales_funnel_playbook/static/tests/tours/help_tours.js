import { registry } from "@web/core/registry";

const HELP = ".o_playbook_panel > div > .o_playbook_help";

registry.category("web_tour.tours").add("playbook_help", {
    steps: () => [
        { content: "open the checklist", trigger: ".nav-link[name=playbook]", run: "click" },
        { content: "it is folded", trigger: `${HELP}:not([open]) summary`, run: "click" },
        { content: "what to ask", trigger: `${HELP}[open] p:contains('Ask who decides')` },
        {
            content: "a file, under the name without its language",
            trigger: `${HELP} .o_playbook_help_file[href$='questions.docx?download=true']`,
        },
        {
            content: "a mail to start from",
            trigger: `${HELP} .o_playbook_help_mail:contains(Introduction)`,
            run: "click",
        },
        {
            content: "filled in for the deal",
            trigger:
                ".modal .o_mail_composer_form_view .note-editable:contains('Dear Acme'), .modal .odoo-editor-editable:contains('Dear Acme')",
        },
        { content: "send it", trigger: ".modal .o_mail_send", run: "click" },
        {
            content: "it stands in the chatter",
            trigger: ".o-mail-Chatter .o-mail-Message:contains('Dear Acme')",
        },
    ],
});
