/* Says of a button why it cannot be used now: in its tooltip, which is also what a screen reader describes it by. */
var icLight = window.icLight || {};

icLight.reasons = (() => {
    "use strict";

    /**
     * Show whether a button can be used. One that cannot keeps its place in the order of keys, so that its reason can be
     * heard; pressing it does nothing, or says the reason again.
     * @param {HTMLElement} button
     * @param {string} title what it does
     * @param {string} whyNot why it cannot be used now, "" if it can
     */
    function explain(button, title, whyNot) {
        const isOff = String(whyNot !== "");
        const full = [title, whyNot].filter(Boolean).join("\n");
        if (button.getAttribute("aria-disabled") !== isOff) button.setAttribute("aria-disabled", isOff);
        if (button.title !== full) button.title = full;
    }

    return { explain };
})();
