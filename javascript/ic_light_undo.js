/* Undoes examples: the page keeps what the form held before each click on one, and brings it back step by step. */
var icLight = window.icLight || {};

icLight.undo = (() => {
    "use strict";

    const STEPS = 10;
    /** @type {Record<string, unknown[][]>} */
    const kept = { txt2img: [], img2img: [] };

    /**
     * The button is there while there is something to undo.
     * @param {string} tab
     */
    function show(tab) {
        const button = icLight.dom.find(`#${tab}_ic_light_undo`);
        if (button) button.dataset.steps = String(kept[tab].length);
    }

    /**
     * Keep what the form of a tab holds.
     * @param {string} tab
     * @param {unknown[]} values
     * @returns {never[]} what gradio is to set: nothing
     */
    function keep(tab, values) {
        kept[tab] = [...kept[tab], values].slice(-STEPS);
        show(tab);
        return [];
    }

    /**
     * The values from before the last example that is not undone yet; those of now where there is none.
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
