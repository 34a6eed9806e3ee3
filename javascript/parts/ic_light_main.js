/*
 * Mounts everything that the scripts add to the page, and updates it; all of it can be removed. ic_light_start.js begins
 * it, once the page is up.
 */
var icLight = window.icLight || {};

icLight.main = (() => {
    "use strict";

    // Told by an accordion's content when it has been made, see lib_iclight/ui/first_opening.py.
    const OPENED = "ic-light-opened";
    /** @type {Scope | null} */
    let mounted = null;
    /** @type {Map<Part, Scope>} */
    const scopes = new Map();

    /**
     * The parts that mount something, and update it when the page has changed.
     * @returns {Part[]}
     */
    function parts() {
        return [
            icLight.words,
            icLight.prompts,
            icLight.slots,
            icLight.initPicture,
            icLight.send,
            icLight.wipe,
            icLight.again,
            icLight.editor,
            icLight.recommendation,
            icLight.atOnce,
            icLight.warnings,
            icLight.choices,
            icLight.studio,
        ];
    }

    /**
     * Call a function for each part: an error in one does not affect the others.
     * @param {(part: Part) => void} action
     */
    function withEach(action) {
        for (const part of parts()) {
            try {
                action(part);
            } catch (error) {
                console.error("IC Light:", error);
            }
        }
    }

    /**
     * The parts that belong to the page around the accordions, or follow changes by themselves: they are not mounted
     * again when an accordion is opened.
     * @returns {Part[]}
     */
    function lasting() {
        const { again, editor, prompts, send, slots, studio, wipe } = icLight;
        return [prompts, slots, send, wipe, again, editor, studio];
    }

    /** Add everything to the page. */
    function mount() {
        dispose();
        const scope = new icLight.dom.Scope();
        mounted = scope;
        withEach((part) => begin(part, scope));
        scope.on(document, OPENED, opened);
    }

    /**
     * Mount a part.
     * @param {Part} part
     * @param {Scope} scope
     */
    function begin(part, scope) {
        scopes.get(part)?.dispose();
        const own = scope.inner();
        scopes.set(part, own);
        part.mount(own);
    }

    /** Mount what belongs inside the accordions again: there is more of it now. */
    function opened() {
        const scope = mounted;
        if (scope === null) return;
        const kept = new Set(lasting());
        withEach((part) => (kept.has(part) ? part.update?.(scopes.get(part) ?? scope) : begin(part, scope)));
    }

    /** Let every part update itself after a change of the page. */
    function update() {
        if (mounted === null) return;
        withEach((part) => {
            const scope = scopes.get(part);
            if (scope) part.update?.(scope);
        });
    }

    /** Remove everything again: elements, listeners and observers. */
    function dispose() {
        mounted?.dispose();
        mounted = null;
        scopes.clear();
    }

    onAfterUiUpdate(update);

    return { dispose, mount };
})();

/** @typedef {{mount(scope: Scope): void, update?(scope: Scope): void}} Part */
