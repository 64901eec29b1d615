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
