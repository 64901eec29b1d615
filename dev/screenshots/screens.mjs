// Opens every screen of CRM's menus, or the module's own, to be looked at: screens.mjs ADDRESS FOLDER "LANGUAGE…" [LOGIN…]
//
// BROWSER and NPM_PACKAGES are those of take.mjs. Of each user, language and window a folder gets a picture of
// each view of each entry, those of the developer mode too, and of a record's form. Tells of errors, of what is
// wider than the window, of labels, dates and numbers that are cut, and in Chinese of labels in English. ONLY is a
// pattern of names of entries and scenes (scenes.mjs), to look again at some. Languages are put back at the end.
import { mkdir, writeFile } from "node:fs/promises";
import { logIn, openBrowser } from "./people.mjs";
import { SCENES } from "./scenes.mjs";
import { Session } from "./session.mjs";
import { BOTH, PHONE, SETTINGS } from "./windows.mjs";

const [base, folder, spoken, ...chosen] = process.argv.slice(2);
const USERS = ["admin", "chen", "rep", "mia", "fiona"]; // administrator, leader, salesperson, marketing, finance
const VIEWS = ["list", "kanban", "form", "pivot", "graph"];
const LABELS =
    "th, button, label, .nav-link, .o_view_nocontent, .dropdown-item, .o_horizontal_separator, h1, h2, h3";
const SHORTENED = // what should be read whole; names and texts in a list need not
    "th span:not(.visually-hidden), button, .badge, .nav-link, " +
    "td.o_data_cell:not(.o_list_char, .o_list_text, .o_list_many2one)";
const NAMES = /CRM|IAP|sfp_\w+|Odoo|YourCompany|SMS|A科技|SaaS|Enterprise|Excel|CSV|PDF|[\w.]+@[\w.]+/g;
const ONLY = new RegExp(process.env.ONLY ?? "");
const ROOTS = /^crm\.crm_menu_root$|^sales_funnel_playbook/;
const SIZE = { width: 1366, height: 768 };
const TALL = 1900; // pixels, of what is longer than the window
const browser = await openBrowser();
try {
    for (const user of chosen.length ? chosen : USERS) {
        await lookAs(user);
    }
} finally {
    await browser.close();
}

async function lookAs(user) {
    const context = await logIn(browser, base, user);
    const session = new Session(context.pages()[0], base, "en_US");
    const me = await session.find("res.users", [["login", "=", user]], ["lang"]);
    const storageState = await context.storageState();
    try {
        for (const language of spoken.split(" ")) {
            await session.call("res.users", "write", [[me.id], { lang: language }]);
            for (const kind of BOTH) {
                await lookIn(user, language, kind, storageState);
            }
        }
    } finally {
        await session.call("res.users", "write", [[me.id], { lang: me.lang }]);
        await context.close();
    }
}

async function lookIn(user, language, kind, storageState) {
    const settings = kind === PHONE ? SETTINGS[PHONE] : { viewport: SIZE };
    const context = await browser.newContext({
        ...settings,
        storageState,
        reducedMotion: "reduce",
        locale: language.replace("_", "-"),
    });
    context.setDefaultTimeout(30_000); // milliseconds
    const page = await context.newPage();
    const place = `${folder}/${user}-${language}-${kind}`;
    await mkdir(place, { recursive: true });
    const session = new Session(page, base, language, kind === PHONE);
    const tell = (text) => process.stdout.write(`${place.split("/").pop()} ${text}\n`);
    page.on("pageerror", (error) => tell(`error: ${error.message.split("\n")[0]}`));
    await page.goto(`${base}/odoo/my-day?debug=1`);
    await session.see(".o_main_navbar");
    const entries = await readEntries(session);
    await page.goto(`${base}/odoo/my-day?debug=0`);
    await session.see(".o_main_navbar");
    for (const [number, entry] of entries.entries()) {
        if (!ONLY.test(entry.xmlid)) {
            continue;
        }
        await lookAt(session, entry, `${place}/${String(number + 1).padStart(2, "0")}`, tell);
    }
    for (const scene of SCENES.filter(({ name, users }) => users.includes(user) && ONLY.test(name))) {
        await lookAtScene(session, scene, place, tell);
    }
    await context.close();
}

/** Return the entries of CRM's menus, or of those whom CRM is closed to, that open something. */
async function readEntries(session) {
    const response = await session.page.request.get(`${base}/web/webclient/load_menus`);
    const menus = await response.json();
    const roots = menus.root.children.map((id) => menus[id]).filter(({ xmlid }) => ROOTS.test(xmlid));
    const below = (menu) => [menu, ...menu.children.flatMap((id) => below(menus[id]))];
    return roots.flatMap((root) => below(root).slice(1)).filter(({ actionID }) => actionID);
}

async function lookAt(session, entry, start, tell) {
    const first = await open(session, entry.actionID);
    const others = session.isPhone ? [] : VIEWS.filter((view) => first.all.includes(view));
    const views = new Set([first.type, ...others]);
    const name = entry.xmlid.split(".").pop();
    if (first.error) {
        tell(`${name}: ${first.error}`);
    }
    for (const view of views) {
        if (view !== first.type) {
            await open(session, entry.actionID, view);
        }
        await keep(session, `${start}-${name}-${view}`, tell);
    }
}

async function lookAtScene(session, scene, place, tell) {
    try {
        const path = typeof scene.open === "string" ? scene.open : await scene.open(session);
        await session.page.goto(`${base}${path}`);
        await session.see(scene.ready);
        await scene.steps?.(session);
        await keep(session, `${place}/${scene.name}`, tell, scene.tall);
    } catch (error) {
        tell(`${scene.name}: ${error.message.split("\n")[0]}`);
    }
}

/** Open an action, in a kind of view; return the kinds there are, and which is shown. */
function open(session, actionId, viewType) {
    return session.page.evaluate(openAction, [actionId, viewType]);
}

async function keep(session, file, tell, isTall = false) {
    const { page } = session;
    const size = page.viewportSize();
    await settle(session);
    if (isTall) {
        await page.setViewportSize({ ...size, height: TALL });
        await settle(session);
    }
    await writeFile(`${file}.png`, await page.screenshot({ animations: "disabled" }));
    await page.setViewportSize(size);
    const name = file.split("/").pop();
    const { wide, labels, cut } = await session.page.evaluate(readScreen, [LABELS, SHORTENED]);
    if (wide) {
        tell(`${name}: ${wide} pixels wider than the window`);
    }
    if (cut.length) {
        tell(`${name}: cut ${JSON.stringify(cut)}`);
    }
    const english = labels.filter((label) => /[A-Za-z]{3,}/.test(label.replaceAll(NAMES, "")));
    if (session.isChinese && english.length) {
        tell(`${name}: ${JSON.stringify(english)}`);
    }
}

/** Wait until nothing is loaded for a while: enough to look at, and much faster than takePicture. */
async function settle({ page, pending }) {
    for (let calm = 0, turn = 0; calm < 5 && turn < 150; turn++) {
        await page.waitForTimeout(100);
        calm = pending.size ? 0 : calm + 1;
    }
}

/** In the page: what Odoo does when a menu is chosen. */
async function openAction([actionId, viewType]) {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    try {
        const action = await services.action.loadAction(actionId);
        const all = (action.views ?? []).map(([, type]) => type).filter((type) => type !== "search");
        await services.action.doAction(actionId, { clearBreadcrumbs: true, viewType });
        return { all, type: viewType ?? all[0] ?? "page" };
    } catch (error) {
        return { all: [], type: "page", error: error.data?.message ?? error.message };
    }
}

/** In the page: how far it is wider than the window, its labels, and those of them that are cut. */
function readScreen([selector, shortened]) {
    const isCut = (element) => {
        const { overflowX, display } = getComputedStyle(element);
        return display !== "inline" && overflowX !== "visible";
    };
    const texts = [...document.querySelectorAll(selector)].map((element) => element.innerText.trim());
    const cut = [...document.querySelectorAll(shortened)]
        .filter((element) => element.scrollWidth > element.clientWidth + 1 && isCut(element))
        .map((element) => element.innerText.trim());
    const lists = [...document.querySelectorAll(".o_list_renderer")].map(
        (list) => list.scrollWidth - list.clientWidth
    );
    const wide = Math.max(document.documentElement.scrollWidth - window.innerWidth, ...lists);
    const once = (found) => [...new Set(found.filter(Boolean))];
    return { wide: Math.max(wide, 0), labels: once(texts), cut: once(cut) };
}
