// What tests/axe.py runs in a page that has axe-core: it clicks, waits for the parts, checks them, and returns
// a description of each violation.
window.checkWithAxe = async ({ clicks, parts, notOurs, rules }) => {
    const find = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
    const appear = async (selector) => {
        const limit = performance.now() + 40000; // milliseconds
        while (!find(selector)) {
            if (performance.now() > limit) {
                throw new Error(`${selector} does not appear`);
            }
            await new Promise(requestAnimationFrame);
        }
        return find(selector);
    };
    for (const selector of clicks) {
        (await appear(selector)).click();
    }
    for (const selector of parts) {
        await appear(selector);
    }
    const ending = document
        .getAnimations()
        .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
    const { violations, passes } = await window.axe.run(
        { include: parts },
        { runOnly: { type: "tag", values: rules }, elementRef: true }
    );
    if (!passes.length) {
        throw new Error("nothing was checked");
    }
    return violations.flatMap(({ id, help, nodes }) =>
        nodes
            .filter(({ element }) => !notOurs.some(([rule, place]) => rule === id && element.matches(place)))
            .map(({ target, html, failureSummary }) =>
                [`${id}: ${target.join(" ")}: ${help}`, html, failureSummary].join("\n    ")
            )
    );
};
