import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatList } from "@web/core/l10n/utils";
import { formatFloat } from "@web/core/utils/numbers";

export function formatPoints(points) {
    return formatFloat(points, { digits: [3, 1], trailingZeros: false });
}

/** An answer is worth its points: the list says so. */
export function getOptionLabel({ name, points }) {
    return _t("%(name)s (%(points)s)", { name, points: formatPoints(points) });
}

/** Who has the role that is asked for something, once it names one. */
export function getRoleText({ role, people }) {
    return people.length ? _t("%(role)s: %(people)s", { role, people: formatList(people) }) : role;
}

/** For which role a deal waits, since which day. */
export function getWaitText({ role, since }) {
    return _t("Waits for %(role)s since %(day)s", { role, day: formatDate(deserializeDateTime(since)) });
}

/** Since when a deal is in its stage, and until when that was expected. */
export function getStageTime({ entered_at, due_at, is_overdue }) {
    const values = {
        entered: formatDate(deserializeDateTime(entered_at)),
        due: due_at && formatDate(deserializeDateTime(due_at)),
    };
    if (is_overdue) {
        return _t("in stage since %(entered)s – was expected to leave by %(due)s", values);
    }
    return due_at
        ? _t("in stage since %(entered)s – expected to leave by %(due)s", values)
        : _t("in stage since %(entered)s", values);
}

/** What is said of a stage that the playbook does not name. */
export function getOutsideText({ goes_on_in }) {
    return goes_on_in
        ? _t("This stage is not part of the playbook. The next move forward counts from “%s”.", goes_on_in)
        : _t("This stage is not part of the playbook. The next move forward counts from its beginning.");
}

/** What is said of a deal that came into its stage past the gate. */
export function getSidingText({ goes_on_in }) {
    return goes_on_in
        ? _t(
              "The deal came into this stage without passing its gate. The next move forward counts from “%s”.",
              goes_on_in
          )
        : _t(
              "The deal came into this stage without passing its gate. The next move forward counts from the beginning."
          );
}
