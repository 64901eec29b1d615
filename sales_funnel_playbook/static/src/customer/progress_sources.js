import { ActivityMarkAsDone } from "@mail/core/web/activity_markasdone_popover";
import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** Open the dialog for a new progress note; `onSaved` shows the deal as it is then. */
async function openNote(services, model, id, onSaved, kwargs = {}) {
    const action = await services.orm.call(model, "action_log_progress", [[id]], kwargs);
    await services.action.doAction(action, {
        onClose: (infos) => !infos?.dismiss && onSaved(),
    });
}

registerMessageAction("log-progress", {
    condition: ({ message, thread }) =>
        thread?.model === "crm.lead" && Number.isInteger(message.id) && !message.is_transient,
    icon: "fa fa-pencil-square-o",
    name: _t("Log as Progress"),
    onSelected: ({ message, owner }) => {
        const services = owner.env.services;
        return openNote(services, "mail.message", message.id, () => services.action.doAction("soft_reload"));
    },
    sequence: 75,
});

patch(ActivityMarkAsDone.prototype, {
    get isOfDeal() {
        return this.props.activity.res_model === "crm.lead";
    },

    /** Mark the activity as done, and write down what was said in it. */
    async onClickDoneAndLogProgress() {
        const { id, feedback } = this.props.activity;
        const services = this.env.services; // the popover is gone once the activity is done
        await this.onClickDone();
        const reload = () => services.action.doAction("soft_reload");
        await openNote(services, "mail.activity", id, reload, { feedback: feedback || "" });
    },
});
