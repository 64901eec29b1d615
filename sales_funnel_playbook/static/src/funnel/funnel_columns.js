import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { user } from "@web/core/user";
import { formatFloat } from "@web/core/utils/numbers";

import { useState } from "@odoo/owl";

const ONE = [16, 1];

/** The numbers of a stage that the table can show, how each is written, and which it shows at first. */
export const COLUMNS = [
    { name: "begun_count", isCompared: true, isShown: true },
    { name: "reached_rate", unit: "%", isCompared: true, isShown: true },
    { name: "flow_rate", unit: "%", isCompared: true, isShown: true },
    { name: "next_count" },
    { name: "advanced_count" },
    { name: "won_count", isShown: true },
    { name: "lost_count", isShown: true },
    { name: "returned_count", isShown: true },
    { name: "cohort_count" },
    { name: "reached_count" },
    { name: "cohort_won_count" },
    { name: "cohort_lost_count" },
    { name: "cohort_open_count" },
    { name: "open_count", isShown: true },
    { name: "open_amount", isMoney: true, isShown: true },
    { name: "weighted_amount", isMoney: true },
    { name: "stay_count" },
    { name: "stay_days", unit: "d", isCompared: true, isShown: true },
    { name: "stay_days_median", unit: "d", isShown: true },
    { name: "stay_days_p90", unit: "d" },
    { name: "stay_hours", unit: "h" },
    { name: "stay_hours_median", unit: "h" },
    { name: "stay_hours_p90", unit: "h" },
];

/** From how many and to how many a rate is. */
export const RATES = {
    reached_rate: ["cohort_count", "reached_count"],
    flow_rate: ["begun_count", "next_count"],
};

/** A number as it is read; one that is still being counted is undefined, one that there is not is null. */
export function formatNumber(column, value, currencyId) {
    if (value === undefined) {
        return "…";
    }
    if (value === null) {
        return "–";
    }
    if (column.isMoney) {
        return formatCurrency(value, currencyId, { digits: [16, 0] });
    }
    const one = column.unit && formatFloat(value, { digits: ONE });
    switch (column.unit) {
        case "%":
            return _t("%(rate)s %", { rate: one });
        case "d":
            return _t("%s d", one);
        case "h":
            return _t("%s h", one);
    }
    return String(value);
}

/** Of how many deals a rate or a time in stage is; null for what is no such number. */
export function getSample(name, numbers) {
    const counted = name.startsWith("stay_") && name !== "stay_count" ? "stay_count" : RATES[name]?.[0];
    return counted ? (numbers[counted] ?? null) : null;
}

/** Whether a number is of fewer deals than the playbook asks for, so that it means little. */
export function isFew(name, numbers, minimum) {
    const sample = getSample(name, numbers);
    return sample !== null && sample < minimum;
}

/** Whether a number may be compared with the one before; a cohort that is not decided yet is only younger. */
export function isComparable(column, stage) {
    const { previous, minimum } = stage;
    const values = [stage[column.name], previous[column.name]];
    const isEmptyBefore = !previous.begun_count && !previous.cohort_count && !previous.stay_count;
    if (!column.isCompared || isEmptyBefore || values.some((value) => typeof value !== "number")) {
        return false;
    }
    if (column.name === "reached_rate" && stage.cohort_open_count !== 0) {
        return false;
    }
    return ![stage, previous].some((numbers) => isFew(column.name, numbers, minimum));
}

export function getFewTitle(sample, minimum) {
    return _t("Not enough data: %(count)s deals, and a rate or an average means little under %(minimum)s.", {
        count: sample,
        minimum,
    });
}

/** Which columns somebody has chosen, kept where lists keep their optional columns. */
export function useColumns() {
    const key = `optional_fields,crm.funnel.report,funnel,${user.userId}`;
    const kept = browser.localStorage.getItem(key);
    const known = COLUMNS.map((column) => column.name);
    const chosen =
        kept === null
            ? COLUMNS.filter((column) => column.isShown).map((column) => column.name)
            : kept.split(",").filter((name) => known.includes(name));
    const state = useState({ names: chosen });
    return {
        get shown() {
            return COLUMNS.filter((column) => state.names.includes(column.name));
        },
        toggle(name) {
            const others = state.names.filter((one) => one !== name);
            state.names = others.length === state.names.length ? [...others, name] : others;
            browser.localStorage.setItem(key, state.names.join(","));
        },
    };
}
