// What tests/axe.py runs in a page that has axe-core: it opens one page after the other without loading the web
// client anew, clicks, waits for the parts, checks them, and returns a description of each violation.
window.checkWithAxe = async ({ pages, notOurs, rules }) => {
    const find = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
    const until = async (isThere, fault) => {
        const limit = performance.now() + 40000; // milliseconds
        while (!isThere()) {
            if (performance.now() > limit) {
                throw new Error(fault);
            }
            await new Promise(requestAnimationFrame);
        }
    };
    const appear = async (url, selector) => {
        await until(() => find(selector), `${url}: ${selector} does not appear`);
        return find(selector);
    };
    const open = async (url) => {
        const left = document.querySelector(".o_action_manager > *");
        history.pushState({}, "", url);
        window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
        await until(() => !left.isConnected, `${url} does not open`);
    };
    const upload = async (url, [name, text]) => {
        await until(() => document.querySelector("input[type=file]"), `${url}: no file is asked for`);
        const files = new DataTransfer();
        files.items.add(new File([text], name));
        const input = document.querySelector("input[type=file]");
        input.files = files.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    // What appears fades in, and begins to a few frames later: until then it has too little contrast.
    const settle = async () => {
        const limit = performance.now() + 40000; // milliseconds
        for (let quiet = 0; quiet < 10 && performance.now() < limit; quiet++) {
            await new Promise(requestAnimationFrame);
            const moving = document
                .getAnimations()
                .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
            if (moving.length || document.querySelector(".fade.active:not(.show)")) {
                await Promise.allSettled(moving.map((animation) => animation.finished));
                quiet = 0;
            }
        }
    };
    const check = async ({ url, clicks, file, parts }) => {
        if (file.length) {
            await upload(url, file);
        }
        for (const selector of clicks) {
            (await appear(url, selector)).click();
        }
        for (const selector of parts) {
            await appear(url, selector);
        }
        await settle();
        const { violations, passes } = await window.axe.run(
            { include: parts, exclude: [".o-mail-Form-chatter", ".o-mail-ChatterContainer"] }, // Odoo's own
            { runOnly: { type: "tag", values: rules }, elementRef: true }
        );
        if (!passes.length) {
            throw new Error(`${url}: nothing was checked`);
        }
        return violations.flatMap(({ id, help, nodes }) =>
            nodes
                .filter(
                    ({ element }) => !notOurs.some(([rule, place]) => rule === id && element.matches(place))
                )
                .map(({ target, html, failureSummary }) =>
                    [`${url}: ${id}: ${target.join(" ")}: ${help}`, html, failureSummary].join("\n    ")
                )
        );
    };
    const found = [];
    for (const [number, page] of pages.entries()) {
        if (number) {
            await open(page.url);
        }
        found.push(...(await check(page)));
    }
    return found;
};
