// The pictures of docs/images that move, one entry each, as those of shots.mjs; besides:
//
//   film      what to do, and which frames of it to keep: a function of the Film
//   before    brings records to where the film begins: a function of the Session
//   after     puts them back: a function of the Session and of what `before` returned
//
// Films change deals: they are taken after all other pictures, and the deals' logs keep what they did.
import { openPipeline } from "./places.mjs";

const B = "B集团";
const CARD = `.o_kanban_record:has-text("${B}")`;
const HERE = `.o_kanban_group:has(${CARD})`;
const NEGOTIATION = ".o_kanban_group:nth-child(4)";
const DECK = ".modal .o_playbook_fill_in_item:has(input[type=file])";
const TRIAL = ".modal .o_playbook_fill_in_item:has(input[inputmode=url])";
const PDF = { name: "B-20261120.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n") };
const LINK = "https://trial.example.com/b-group";

/** The deal stands first in its column. */
const raise = async (session) => {
    const deal = await session.find("crm.lead", [["name", "=", B]], ["stage_id", "priority"]);
    await session.call("crm.lead", "write", [[deal.id], { priority: "3" }]);
    return deal;
};

/** The deal is in its stage, and what was submitted and confirmed there is withdrawn. */
const putBack = async (session, { id, stage_id, priority }) => {
    await session.call("crm.lead", "write", [[id], { stage_id: stage_id[0], priority }]);
    const { stage, next_stages } = await session.call("crm.lead", "get_playbook_panel", [[id]]);
    for (const output of stage.outputs.filter(({ submission }) => submission)) {
        await session.call("crm.lead", "withdraw_output", [[id], output.id]);
    }
    for (const condition of next_stages[0].conditions.filter(({ confirmation }) => confirmation)) {
        await session.call("crm.lead", "withdraw_confirmation", [[id], condition.id]);
    }
};

const dragOn = (film) =>
    film.drag(film.session.locator(CARD), film.session.locator(`${HERE} + .o_kanban_group`));

const submitDeck = async (film) => {
    await film.pointAt(`${DECK} .o_playbook_choose_file`);
    const chooser = film.session.page.waitForEvent("filechooser");
    await film.session.click(`${DECK} .o_playbook_choose_file`);
    await (await chooser).setFiles(PDF);
    await film.session.see(`${DECK} .badge`);
    await film.keep(1100);
};

const submitTrial = async (film) => {
    for (const part of [0.4, 0.7, 1]) {
        await film.session.fill(`${TRIAL} input`, LINK.slice(0, LINK.length * part));
        await film.keep(200);
    }
    await film.keep(900);
};

export const FILMS = [
    {
        name: "refusal-animated",
        open: openPipeline(B),
        ready: CARD,
        size: [1100, 800],
        before: raise,
        after: putBack,
        film: async (film) => {
            const { session } = film;
            await session.locator(`${HERE} + .o_kanban_group`).scrollIntoViewIfNeeded();
            await film.begin(420, 560);
            await film.keep(1200);
            await dragOn(film);
            await session.see(".o_playbook_gate_dialog");
            await film.keep(3500);
            await submitDeck(film);
            await submitTrial(film);
            await film.pointAt(".modal .o_playbook_vouch");
            await film.keep(900);
            await session.click(".modal .o_playbook_vouch");
            await film.keep(900);
            await film.click(".modal .o_playbook_save_and_move");
            await session.see(`${NEGOTIATION} ${CARD}`);
            await film.keep(3000);
        },
    },
];
