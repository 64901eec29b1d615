import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const condition = (name, isMet) => `.o_playbook_condition[data-met="${isMet ? 1 : 0}"]:contains("${name}")`;

/**
 * Hold back what is asked of the server by this method, as a slow network does. The answer lets go what was asked
 * last, or all that is left, and waits until it is answered; its `held` are those that wait.
 */
export function holdBack(method) {
    const { open, send } = XMLHttpRequest.prototype;
    const held = [];
    XMLHttpRequest.prototype.open = function (verb, url, ...others) {
        this.isHeld = url.includes(method);
        return open.call(this, verb, url, ...others);
    };
    XMLHttpRequest.prototype.send = function (...args) {
        return this.isHeld ? void held.push([this, args]) : send.apply(this, args);
    };
    const go = ([request, args]) => {
        send.apply(request, args);
        return new Promise((resolve) => request.addEventListener("loadend", resolve));
    };
    const letGo = (isLastOnly = false) => {
        if (isLastOnly) {
            return go(held.pop());
        }
        Object.assign(XMLHttpRequest.prototype, { open, send });
        return Promise.all(held.splice(0).map(go));
    };
    return Object.assign(letGo, { held });
}

let letGo;

registry.category("web_tour.tours").add("playbook_slow_network", {
    steps: () => [
        {
            trigger: "a.nav-link[name=playbook]",
            run: "click",
        },
        {
            content: "How somebody knows is one line, and no duty",
            trigger: `${condition("Needs confirmed", false)} .o_playbook_how`,
            run: "edit By phone on Monday",
        },
        {
            content: "Impatient people press twice",
            trigger: `${condition("Needs confirmed", false)} .o_playbook_confirm`,
            run({ anchor }) {
                letGo = holdBack("confirm_condition");
                anchor.click();
                anchor.click();
            },
        },
        {
            content: "Meanwhile the work goes on",
            trigger: ".o_field_widget[name=expected_revenue] input",
            run: "edit 777",
        },
        {
            content: "The answer comes while what the form shows is read again slowly",
            trigger: ".o_field_widget[name=expected_revenue] input",
            run() {
                void letGo();
                letGo = holdBack("web_read");
            },
        },
        {
            trigger: `${condition("Needs confirmed", true)}:contains(By phone on Monday)`,
            run: () => void letGo(),
        },
        {
            content: "The tab is open, what was typed is there, and is saved when somebody saves it",
            trigger: `body:has(a.nav-link.active[name=playbook]) ${condition("Amount known", false)}`,
        },
        ...stepUtils.saveForm(),
        {
            trigger: condition("Amount known", true),
        },
    ],
});

registry.category("web_tour.tours").add("playbook_one_box", {
    steps: () => [
        {
            content: "The checklist is what a deal opens with; what is to be done stands together, on top",
            trigger:
                ".o_playbook_next:contains(Before “Demo”):contains(Open items: 3):has(.o_playbook_condition):has(.o_playbook_output:contains(Deck))",
        },
        {
            content: "The rest is one line each",
            trigger: ".o_playbook_score:contains(next: Fit):not(:has(.o_playbook_criterion))",
        },
        {
            trigger: ".o_playbook_stage:contains(Talks):not(:has(.o_playbook_condition)) button",
            run: "click",
        },
        {
            trigger: `.o_playbook_stage:contains(Talks) ${condition("Review passed", false)}`,
        },
        {
            content: "What is answered on the score sheet leads there",
            trigger: ".o_playbook_output:contains(Score sheet) .o_playbook_answer",
            run: "click",
        },
        {
            trigger: ".o_playbook_criterion:contains(Fit) select:focus",
        },
    ],
});
