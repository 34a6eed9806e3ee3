/* Mounts what the scripts add to the page once it is there, and keeps it up to date; all of it can be taken away. */
var icLight = window.icLight || {};

icLight.main = (() => {
    "use strict";

    /** @type {Scope | null} */
    let mounted = null;

    /**
     * The parts that mount something, and look anew when the page has changed.
     * @returns {Part[]}
     */
    function parts() {
        return [icLight.words, icLight.prompts, icLight.slots, icLight.send, icLight.editor];
    }

    /**
     * Do something with each part: what fails in one does not keep the others from the page.
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

    /** Have every part look at the page anew. */
    function update() {
        const scope = mounted;
        if (scope !== null) withEach((part) => part.update?.(scope));
    }

    /** Take everything away again: elements, listeners and observers. */
    function dispose() {
        mounted?.dispose();
        mounted = null;
    }

    onUiLoaded(mount);
    onAfterUiUpdate(update);

    return { dispose, mount };
})();

/** @typedef {{mount(scope: Scope): void, update?(scope: Scope): void}} Part */
