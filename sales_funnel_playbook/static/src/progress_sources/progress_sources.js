import { ActivityMarkAsDone } from "@mail/core/web/activity_markasdone_popover";
import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** Open the dialog for a new progress note, and show the deal as it is then. */
async function openNote(services, model, id, kwargs = {}) {
    const action = await services.orm.call(model, "action_log_progress", [[id]], kwargs);
    await services.action.doAction(action, {
        onClose: (infos) => {
            if (!infos?.dismiss) {
                services.action.doAction("soft_reload");
            }
        },
    });
}

registerMessageAction("log-progress", {
    condition: ({ message, thread }) =>
        thread?.model === "crm.lead" && Number.isInteger(message.id) && !message.is_transient,
    icon: "fa fa-pencil-square-o",
    name: _t("Log as Progress"),
    onSelected: ({ message, owner }) => openNote(owner.env.services, "mail.message", message.id),
    sequence: 75,
});

patch(ActivityMarkAsDone.prototype, {
    get isOfDeal() {
        return this.props.activity.res_model === "crm.lead";
    },

    /** Mark the activity as done, and write down what was said in it. */
    async onClickDoneAndLogProgress() {
        const { id, feedback } = this.props.activity;
        const services = this.env.services; // the popover is gone once the activity is
        await this.onClickDone();
        await openNote(services, "mail.activity", id, { feedback: feedback || "" });
    },
});
