/* Mounts everything that the scripts add to the page once it has loaded, and updates it; all of it can be removed. */
var icLight = window.icLight || {};

icLight.main = (() => {
    "use strict";

    /** @type {Scope | null} */
    let mounted = null;

    /**
     * The parts that mount something, and update it when the page has changed.
     * @returns {Part[]}
     */
    function parts() {
        return [icLight.words, icLight.prompts, icLight.slots, icLight.send, icLight.editor];
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

    /** Add everything to the page. */
    function mount() {
        dispose();
        const scope = new icLight.dom.Scope();
        mounted = scope;
        withEach((part) => part.mount(scope));
    }

    /** Let every part update itself after a change of the page. */
    function update() {
        const scope = mounted;
        if (scope !== null) withEach((part) => part.update?.(scope));
    }

    /** Remove everything again: elements, listeners and observers. */
    function dispose() {
        mounted?.dispose();
        mounted = null;
    }

    onUiLoaded(mount);
    onAfterUiUpdate(update);

    return { dispose, mount };
})();

/** @typedef {{mount(scope: Scope): void, update?(scope: Scope): void}} Part */
