const INPUTS = "input, textarea, select, button, [contenteditable=true], [tabindex]";

const findField = (name) =>
    document.querySelector(`.o_form_view .o_form_sheet .o_field_widget[name="${CSS.escape(name)}"]`);
export const nextFrame = () =>
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

/**
 * Bring a field of the form behind to the eye and the cursor, whichever tab it is on.
 *
 * @param {string} name the field's technical name
 * @returns {Promise<boolean>} whether the form shows that field
 */
export async function focusField(name) {
    const tabs = [...document.querySelectorAll(".o_form_view .o_notebook_headers .nav-link")];
    const current = tabs.find((tab) => tab.classList.contains("active"));
    for (const tab of [null, ...tabs]) {
        if (tab) {
            tab.click();
            await nextFrame();
        }
        const field = findField(name);
        if (field) {
            field.scrollIntoView({ block: "center" });
            (field.matches(INPUTS) ? field : field.querySelector(INPUTS))?.focus();
            return true;
        }
    }
    current?.click();
    return false;
}
