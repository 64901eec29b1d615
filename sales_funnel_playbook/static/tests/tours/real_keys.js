import { nextFrame } from "@sales_funnel_playbook/panel/focus_field";

/** Ask the browser for what no script can do, and wait until the page has heard of it. */
async function ask(request, event) {
    const heard = new Promise((resolve) =>
        window.addEventListener(event, resolve, { capture: true, once: true })
    );
    window.askForKey(JSON.stringify(request));
    await heard;
    await nextFrame();
}

/** Press a key as a person does; tests/keyboard.py knows which ones there are. */
export const pressKey = (key, shift = false) => ask({ key, shift }, "keyup");

/** Write into the field with the cursor, instead of what is selected. */
export const typeText = (text) => ask({ text }, "input");

/** Press a key until the cursor is on what is looked for. */
export async function pressUntil(key, selector, shift = false) {
    for (let times = 0; times < 60; times++) {
        if (document.activeElement?.matches(selector)) {
            return;
        }
        await pressKey(key, shift);
    }
    throw new Error(`${key} does not lead to ${selector}`);
}
