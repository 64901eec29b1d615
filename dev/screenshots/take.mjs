// Takes the pictures of shots.mjs and films.mjs: take.mjs ADDRESS FOLDER "LANGUAGE…" [NAME…]
//
// BROWSER is the browser's path, NPM_PACKAGES the folder that has playwright-core. English pictures land in
// FOLDER, others in FOLDER/zh_CN and, of films, FOLDER/zh_TW; the frames of a film in a folder NAME.frames.
// The users' languages are put back at the end.
import { mkdir, writeFile } from "node:fs/promises";
import { BESIDE } from "./addons.mjs";
import { Film } from "./film.mjs";
import { FILMS } from "./films.mjs";
import { logIn, openBrowser } from "./people.mjs";
import { Session } from "./session.mjs";
import { SHOTS } from "./shots.mjs";
import { BOTH, DESKTOP, DESKTOP_SIZE, PHONE, SETTINGS } from "./windows.mjs";

const [base, folder, spoken, ...names] = process.argv.slice(2);
const TIMEOUT = 120_000; // milliseconds, for a busy machine
const LANGUAGES = { en_US: "", zh_CN: "zh_CN/" };
const FILM_LANGUAGES = { ...LANGUAGES, zh_TW: "zh_TW/" }; // those of the READMEs
const browser = await openBrowser();
try {
    await takeAll();
} finally {
    await browser.close();
}

async function takeAll() {
    const shots = [...SHOTS, ...BESIDE];
    const all = [...shots, ...FILMS];
    for (const name of names.filter((name) => !all.some((shot) => shot.name === name))) {
        throw new Error(`There is no picture '${name}'.`);
    }
    const isWanted = (shot) => (names.length ? names.includes(shot.name) : !shot.beside);
    const wanted = (shots) => shots.filter(isWanted);
    await takeOfUsers(wanted(shots), LANGUAGES);
    await takeOfUsers(wanted(FILMS), FILM_LANGUAGES);
}

async function takeOfUsers(shots, languages) {
    for (const user of new Set(shots.map(getUser))) {
        await takeAs(
            user,
            shots.filter((shot) => getUser(shot) === user),
            languages
        );
    }
}

function getUser(shot) {
    return shot.user ?? "admin";
}

async function takeAs(user, shots, places) {
    const languages = Object.entries(places).filter(([language]) => spoken.split(" ").includes(language));
    const context = await logIn(browser, base, user);
    const storageState = await context.storageState();
    const session = new Session(context.pages()[0], base, "en_US");
    const me = await session.find("res.users", [["login", "=", user]], ["lang"]);
    try {
        for (const [language, place] of languages) {
            await session.call("res.users", "write", [[me.id], { lang: language }]);
            await mkdir(folder + place, { recursive: true });
            for (const kind of BOTH) {
                const chosen = shots.filter((shot) => (shot.windows ?? [DESKTOP]).includes(kind));
                await takeIn(storageState, chosen, language, kind, folder + place);
            }
        }
    } finally {
        await session.call("res.users", "write", [[me.id], { lang: me.lang }]);
        await context.close();
    }
}

/** Take pictures in one kind of window; its pages share what the browser has loaded. */
async function takeIn(storageState, shots, language, kind, place) {
    const context = await browser.newContext({
        ...SETTINGS[kind],
        storageState,
        reducedMotion: "reduce",
        timezoneId: "UTC",
        locale: language.replace("_", "-"),
    });
    context.setDefaultTimeout(TIMEOUT);
    for (const shot of shots) {
        const page = await context.newPage();
        try {
            await take(new Session(page, base, language, kind === PHONE), shot, place);
        } catch (error) {
            throw new Error(`Picture '${shot.name}', ${kind}, ${language}: ${error.message}`, {
                cause: error,
            });
        } finally {
            await page.close();
        }
    }
    await context.close();
}

async function take(session, shot, place) {
    if (!session.isPhone) {
        const [width, height] = shot.size ?? DESKTOP_SIZE;
        await session.page.setViewportSize({ width, height });
    }
    const begun = await shot.before?.(session);
    try {
        const path = typeof shot.open === "string" ? shot.open : await shot.open(session);
        await session.open(path, shot.app ?? "crm.crm_menu_root");
        await session.see(shot.ready);
        await shot.steps?.(session);
        await keep(session, shot, place);
    } finally {
        await shot.after?.(session, begun);
    }
}

async function keep(session, shot, place) {
    const name = `${shot.name}${session.isPhone ? "_phone" : ""}`;
    if (shot.film) {
        await mkdir(`${place}${name}.frames`);
        await shot.film(new Film(session, `${place}${name}.frames`));
    } else {
        await writeFile(`${place}${name}.png`, await session.takePicture(shot.clip));
    }
    process.stdout.write(`${session.language} ${name}.png\n`);
}
