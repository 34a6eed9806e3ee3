/*
 * Undoes what a click has filled in: examples, and the recommended settings. Keeps the values from before each click, and
 * restores them step by step. A button is shown while it has something to undo.
 */
var icLight = window.icLight || {};

icLight.undo = (() => {
    "use strict";

    const STEPS = 10;
    /** @type {Record<string, Step[]>} */
    const kept = {};

    /**
     * Show the button while there is something to undo.
     * @param {string} button its id
     */
    function show(button) {
        const element = icLight.dom.find(`#${button}`);
        if (element) element.dataset.steps = String(kept[button]?.length ?? 0);
    }

    /**
     * Keep the values of a form.
     * @param {string} button the id of the button that takes them back
     * @param {unknown[]} before
     * @returns {never[]} empty, so that gradio sets nothing
     */
    function keep(button, before) {
        const last = kept[button]?.at(-1);
        // A second click before the first one is answered.
        if (last?.after === null && isSame(last.before, before)) return [];
        kept[button] = [...(kept[button] ?? []), { before, after: null }].slice(-STEPS);
        show(button);
        return [];
    }

    /**
     * Note the values that a click has filled in. Later only what still has such a value is restored; a click that has
     * changed nothing is forgotten.
     * @param {string} button
     * @param {unknown[]} after
     * @returns {never[]}
     */
    function note(button, after) {
        const step = kept[button]?.at(-1);
        if (!step) return [];
        step.after = after;
        if (after.every((value, place) => isSame(value, step.before[place]))) kept[button].pop();
        show(button);
        return [];
    }

    /** Compare what is recommended with restored values: gradio shows them a frame later, and raises no event. */
    function compareSoon() {
        requestAnimationFrame(() => requestAnimationFrame(icLight.recommendation.update));
    }

    /**
     * The values from before the last click that is not undone yet, or the current ones if there is none.
     * @param {string} button
     * @param {unknown[]} now
     * @returns {unknown[]}
     */
    function take(button, now) {
        const step = kept[button]?.pop();
        show(button);
        if (!step) return now;
        compareSoon();
        const { before, after } = step;
        return before.map((value, place) => (after === null || isSame(now[place], after[place]) ? value : now[place]));
    }

    /**
     * Whether two values of controls are the same.
     * @param {unknown} one
     * @param {unknown} other
     * @returns {boolean}
     */
    function isSame(one, other) {
        return JSON.stringify(one) === JSON.stringify(other);
    }

    return { keep, note, take };
})();

/** @typedef {{before: unknown[], after: unknown[] | null}} Step the values from before and after a click */
