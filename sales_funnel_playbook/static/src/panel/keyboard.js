/**
 * Arrow up and down go from rule to rule, as in a list; in a field they do what they always do.
 *
 * @param {HTMLElement} root the checklist
 * @param {KeyboardEvent} ev
 */
export function walkRules(root, ev) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (!step || ev.target.closest("input, textarea, select")) {
        return;
    }
    const rules = [...root.querySelectorAll("[data-rule]")].filter((rule) => rule.checkVisibility());
    const rule = rules[rules.indexOf(ev.target.closest("[data-rule]")) + step];
    if (rule) {
        ev.preventDefault();
        (rule.querySelector("button:not(:disabled)") || rule).focus();
    }
}

/**
 * Escape leaves what was opened on a rule, and nothing around it; the cursor stays on the rule.
 *
 * @param {KeyboardEvent} ev
 * @param {Function} leave
 */
export function leaveOnEscape(ev, leave) {
    if (ev.key === "Escape") {
        ev.stopPropagation();
        ev.currentTarget.closest("[data-rule], .modal, .o_playbook_panel")?.focus();
        leave();
    }
}
