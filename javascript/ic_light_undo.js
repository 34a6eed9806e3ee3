/* Undoes examples: keeps the form's values before each click on an example, and restores them step by step. */
var icLight = window.icLight || {};

icLight.undo = (() => {
    "use strict";

    const STEPS = 10;
    /** @type {Record<string, unknown[][]>} */
    const kept = { txt2img: [], img2img: [] };

    /**
     * Show the button while there is something to undo.
     * @param {string} tab
     */
    function show(tab) {
        const button = icLight.dom.find(`#${tab}_ic_light_undo`);
        if (button) button.dataset.steps = String(kept[tab].length);
    }

    /**
     * Keep the values of a tab's form.
     * @param {string} tab
     * @param {unknown[]} values
     * @returns {never[]} empty, so that gradio sets nothing
     */
    function keep(tab, values) {
        kept[tab] = [...kept[tab], values].slice(-STEPS);
        show(tab);
        return [];
    }

    /**
     * The values from before the last example that is not undone yet, or the current ones if there is none.
     * @param {string} tab
     * @param {unknown[]} now
     * @returns {unknown[]}
     */
    function take(tab, now) {
        const values = kept[tab].pop() ?? now;
        show(tab);
        return values;
    }

    return { keep, take };
})();
