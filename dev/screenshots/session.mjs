// One page of Odoo in the browser, of one user in one language, and what a picture does in it.

export class Session {
    constructor(page, base, language, isPhone) {
        Object.assign(this, { page, base, language, isPhone, pending: new Set() });
        // the script of the worker that listens to the bus never ends to be loaded
        page.on("request", (request) => request.url().includes("/bus/") || this.pending.add(request));
        page.on("requestfinished", (request) => this.pending.delete(request));
        page.on("requestfailed", (request) => this.pending.delete(request));
    }

    get isChinese() {
        return this.language.startsWith("zh");
    }

    /** Call a method of a model as the user; names are those of the language, unless it is given. */
    async call(model, method, args, kwargs = {}) {
        const context = { lang: this.language, ...kwargs.context };
        const response = await this.page.request.post(`${this.base}/web/dataset/call_kw/${model}/${method}`, {
            data: {
                jsonrpc: "2.0",
                method: "call",
                params: { model, method, args, kwargs: { ...kwargs, context } },
            },
        });
        const { result, error } = await response.json();
        if (error) {
            throw new Error(`${model}.${method}: ${error.data?.message ?? error.message}`);
        }
        return result;
    }

    /** Return the first record that the domain finds. */
    async find(model, domain, fields, order) {
        const [record] = await this.call(model, "search_read", [domain, fields], { limit: 1, order });
        if (!record) {
            throw new Error(`There is no ${model} with ${JSON.stringify(domain)}.`);
        }
        return record;
    }

    /** Open a path of Odoo, within the app of this menu. */
    async open(path, menu) {
        const response = await this.page.request.get(`${this.base}/web/webclient/load_menus`);
        const { id } = Object.values(await response.json()).find(({ xmlid }) => xmlid === menu);
        const url = new URL(path, this.base);
        url.searchParams.set("menu_id", id);
        await this.page.goto(url.href);
    }

    locator(selector) {
        return this.page.locator(selector).filter({ visible: true }).first();
    }

    async see(selector) {
        await this.locator(selector).waitFor();
    }

    async click(selector) {
        await this.locator(selector).click();
    }

    async fill(selector, text) {
        await this.locator(selector).fill(text);
    }

    /** Choose an entry of a many2one field, by its place in the list. */
    async choose(selector, place) {
        await this.click(`${selector} input`);
        await this.page.locator(".o-autocomplete--dropdown-item a").nth(place).click();
    }

    /** Choose an option of a select, by its value. */
    async select(selector, value) {
        await this.locator(selector).selectOption(value);
    }

    async seeInFrame(frame, selector) {
        await this.page.frameLocator(frame).locator(selector).first().waitFor();
    }

    /** Drag as a mouse does it: Odoo begins to drag after some pixels. */
    async drag(from, to) {
        await from.scrollIntoViewIfNeeded();
        const [start, end] = [await from.boundingBox(), await to.boundingBox()];
        const { mouse } = this.page;
        await mouse.move(start.x + start.width / 2, start.y + 20);
        await mouse.down();
        await mouse.move(start.x + start.width / 2 + 15, start.y + 25, { steps: 5 });
        await mouse.move(end.x + end.width / 2, start.y + 25, { steps: 15 });
        await this.see(".o_kanban_hover");
        await mouse.up();
    }

    /** On the form of a deal, press the stage that follows in its playbook. */
    async enterNextStage(deal) {
        const lead = await this.find("crm.lead", [["name", "=", deal]], ["stage_id", "playbook_id"]);
        const stages = await this.call("crm.playbook.stage", "search_read", [
            [["playbook_id", "=", lead.playbook_id[0]]],
            ["stage_id"],
        ]);
        const place = stages.findIndex((stage) => stage.stage_id[0] === lead.stage_id[0]);
        const [id, name] = stages[place + 1].stage_id;
        if (this.isPhone) {
            await this.click(".o_statusbar_status .dropdown-toggle");
            await this.click(
                `.o-dropdown--menu .dropdown-item:has-text("${name}"), .o-overlay-item .dropdown-item:has-text("${name}")`
            );
        } else {
            await this.click(`.o_statusbar_status button[data-value="${id}"]`);
        }
        await this.see(".o_playbook_gate_dialog");
    }

    /** Return the picture without a pointer in it. */
    async takePicture(clip) {
        await this.page.mouse.move(0, 0);
        return this.waitForRest(clip);
    }

    /** Wait until nothing is loaded or drawn any more, and return the picture. */
    async waitForRest(clip) {
        let before, picture;
        for (let attempt = 0; attempt < 100; attempt++) {
            await this.page.evaluate(waitForDrawing);
            picture = await (clip ? this.locator(clip) : this.page).screenshot({
                animations: "disabled",
                caret: "hide",
            });
            if (!this.pending.size && before && picture.equals(before)) {
                return picture;
            }
            before = picture;
        }
        const loading = [...this.pending].map((request) => request.url()).join(", ");
        throw new Error(`The page does not come to rest; it loads: ${loading || "nothing"}.`);
    }
}

/** In the page: all fonts and pictures are there, and two frames were drawn. */
async function waitForDrawing() {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
