import { registry } from "@web/core/registry";
import { capitalize } from "@web/core/utils/strings";
import {
    RemainingDaysField,
    remainingDaysField,
} from "@web/views/fields/remaining_days/remaining_days_field";

/** A day as people say it: "14 days ago", "Tomorrow", "Tue, Dec 1"; never "Next month" for the day after. */
export class PlaybookDayField extends RemainingDaysField {
    get diffString() {
        const value = this.props.record.data[this.props.name];
        if (!value || this.diffDays <= 1) {
            return value ? capitalize(value.toRelativeCalendar({ unit: "days" })) : "";
        }
        return value.toLocaleString({ weekday: "short", month: "short", day: "numeric" });
    }
}

registry.category("fields").add("playbook_day", { ...remainingDaysField, component: PlaybookDayField });
