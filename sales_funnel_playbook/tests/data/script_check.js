// What test_security_script.py runs in the web client: it opens one screen after the other and reports
// scripts that ran, elements that a text made, and screens that did not show their text.
window.checkScreens = async (screens, marker) => {
    const { actionService } = { actionService: odoo.__WOWL_DEBUG__.root.env.services.action };
    const faults = [];
    let where = "";
    const isMade = (node) =>
        node.nodeType === Node.ELEMENT_NODE &&
        [node, ...node.querySelectorAll("*")].some(
            (one) =>
                one.getAttribute("onerror")?.includes("scriptRan") ||
                (one.localName === "script" && one.text.includes("scriptRan"))
        );
    new MutationObserver((mutations) => {
        for (const node of mutations.flatMap(({ addedNodes }) => [...addedNodes])) {
            if (isMade(node)) {
                faults.push(`${where}: a text became an element: ${node.outerHTML.slice(0, 200)}`);
            }
        }
    }).observe(document.documentElement, { childList: true, subtree: true });
    const shown = () =>
        document.body.innerText.includes(marker) ||
        [...document.querySelectorAll("input, textarea, [title], [data-tooltip]")].some((one) =>
            [one.value, one.title, one.dataset.tooltip].some((text) => text?.includes?.(marker))
        );
    const appear = async (isThere) => {
        const limit = performance.now() + 15000; // milliseconds
        while (!isThere()) {
            if (performance.now() > limit) {
                return false;
            }
            await new Promise(requestAnimationFrame);
        }
        return true;
    };
    for (const { name, action, clicks } of screens) {
        where = name;
        await actionService.doAction(action, { clearBreadcrumbs: true });
        for (const selector of clicks || []) {
            if (await appear(() => document.querySelector(selector))) {
                document.querySelector(selector).click();
            } else {
                faults.push(`${name}: ${selector} does not appear`);
            }
        }
        if (!(await appear(shown))) {
            faults.push(`${name}: does not show the text`);
        }
        if (action.target === "new") {
            await actionService.doAction({ type: "ir.actions.act_window_close" });
        }
    }
    await Promise.allSettled([...document.images].map((image) => image.decode()));
    if (window.scriptRan) {
        faults.push("a script ran");
    }
    return faults;
};
