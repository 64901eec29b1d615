import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";

import { useState } from "@odoo/owl";

/**
 * What is chosen on a page of numbers. It stands while they are on their way, so that the next choice is added to
 * it, and where they could not be counted, which the page says: what it shows is of another choice then.
 *
 * @param {(filters: Object, ask: (answer: Promise) => Promise) => Promise} count counts what is chosen, shows it and
 *  says so by `show`; answers go through `ask`, which leaves out those of an earlier choice
 * @returns {{filters: Object, isStale: boolean, isLoading: boolean, isFailed: boolean,
 *  choose: (filters: Object) => Promise, add: (change: Object) => Promise, tryAgain: () => Promise,
 *  show: (filters: Object) => void}} `isStale`: the page shows an earlier choice; `isLoading`: not all is there
 */
export function useChosen(count) {
    const keepLast = new KeepLast();
    const ask = (answer) => keepLast.add(answer);
    const chosen = useState({
        filters: {},
        isStale: true,
        isLoading: true,
        isFailed: false,
        async choose(filters) {
            Object.assign(chosen, { filters, isStale: true, isLoading: true, isFailed: false });
            try {
                await count(filters, ask);
            } catch (error) {
                chosen.isFailed = true;
                // a lost connection is told by the page, and by Odoo until it is back
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            } finally {
                chosen.isLoading = false;
            }
        },
        add: (change) => chosen.choose({ ...chosen.filters, ...change }),
        show: (filters) => Object.assign(chosen, { filters, isStale: false }),
        tryAgain: () => chosen.choose(chosen.filters),
    });
    return chosen;
}
