// A picture that moves: what is done on a page, frame by frame, with the pointer drawn into it.
import { writeFile } from "node:fs/promises";

const STEP = 90; // milliseconds that a frame of a movement is shown

export class Film {
    /** Frames become files of this folder, named by number and milliseconds: 003-1200.png. */
    constructor(session, folder) {
        Object.assign(this, { session, folder, count: 0, place: { x: 0, y: 0 } });
    }

    /** Keep what is seen now for so long. */
    async keep(milliseconds) {
        const name = `${String(this.count++).padStart(3, "0")}-${milliseconds}.png`;
        await writeFile(`${this.folder}/${name}`, await this.session.waitForRest());
    }

    /** Draw the pointer from now on; a new page has none. */
    async begin(x, y) {
        await this.session.page.evaluate(drawPointer);
        await this.session.page.mouse.move(x, y);
        this.place = { x, y };
    }

    /** Move the pointer in some frames, onto the middle of what the selector finds. */
    async pointAt(selector, frames = 3) {
        const target = this.session.locator(selector);
        await target.scrollIntoViewIfNeeded();
        const { x, y, width, height } = await target.boundingBox();
        await this.moveTo(x + width / 2, y + height / 2, frames);
    }

    async moveTo(x, y, frames) {
        const start = this.place;
        for (let frame = 1; frame <= frames; frame++) {
            const part = frame / frames;
            this.place = { x: start.x + (x - start.x) * part, y: start.y + (y - start.y) * part };
            await this.session.page.mouse.move(this.place.x, this.place.y, { steps: 4 });
            await this.keep(STEP);
        }
    }

    async click(selector) {
        await this.pointAt(selector);
        await this.session.click(selector);
    }

    /** Drag a card into a column in some frames; what comes of it is for the caller to wait for. */
    async drag(card, column, frames = 6) {
        const { mouse } = this.session.page;
        const [start, end] = [await card.boundingBox(), await column.boundingBox()];
        const y = start.y + 24;
        await this.moveTo(start.x + start.width / 3, y, 3);
        await mouse.down();
        await this.moveTo(this.place.x + 15, y + 6, 1); // Odoo begins to drag after some pixels
        await this.moveTo(end.x + end.width / 3, y + 12, frames);
        await this.session.see(".o_kanban_hover");
        await mouse.up();
    }
}

/** In the page: an arrow that follows the mouse, and a ring while its button is down. */
function drawPointer() {
    const pointer = document.createElement("div");
    pointer.innerHTML =
        '<svg width="26" height="26" viewBox="0 0 26 26"><circle cx="6" cy="5" r="0" fill="none" ' +
        'stroke="#d9534f" stroke-width="3"/><path d="M6 5v16l4-4 3 7 3-1.300-3-6.700h6z" ' +
        'fill="#fff" stroke="#000" stroke-width="1.500"/></svg>';
    pointer.style.cssText = "position:fixed;left:0;top:0;z-index:99999;pointer-events:none;overflow:visible";
    document.documentElement.append(pointer);
    const follow = ({ clientX, clientY }) => {
        pointer.style.transform = `translate(${clientX - 6}px, ${clientY - 5}px)`;
    };
    const ring = (radius) => () => pointer.querySelector("circle").setAttribute("r", radius);
    window.addEventListener("pointermove", follow, true);
    window.addEventListener("pointerdown", ring(5), true);
    window.addEventListener("pointerup", ring(0), true);
}
