// The browser, and who is logged in to it.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.env.NPM_PACKAGES}/package.json`)("playwright-core");

/** Start the browser that BROWSER names. */
export function openBrowser() {
    return chromium.launch({
        executablePath: process.env.BROWSER,
        chromiumSandbox: process.getuid() !== 0,
        args: ["--font-render-hinting=none", "--hide-scrollbars"],
    });
}

/** Return a context of the browser in which a user is logged in; in the demo the login is the password. */
export async function logIn(browser, base, user) {
    const context = await browser.newContext();
    context.setDefaultTimeout(120_000); // milliseconds, for a busy machine
    const page = await context.newPage();
    await page.goto(`${base}/web/login`);
    await page.fill("input[name=login]", user);
    await page.fill("input[name=password]", user);
    await page.click("form.oe_login_form button[type=submit]");
    await page.waitForURL((url) => url.pathname.startsWith("/odoo"));
    return context;
}
