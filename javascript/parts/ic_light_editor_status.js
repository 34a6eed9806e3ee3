/* An editor's status in words: a line that always shows it, and a live region that reads it out once it has settled. */
var icLight = window.icLight || {};

icLight.status = (() => {
    "use strict";

    const PAUSE_MS = 600;
    const LONGEST_REASON = 160;
    const SIDES = ["right", "top right", "top", "top left", "left", "bottom left", "bottom", "bottom right"];

    /**
     * A fraction as a whole percentage.
     * @param {number} value
     * @returns {string}
     */
    function percent(value) {
        return `${Math.round(value * 100)} %`;
    }

    /**
     * Which of the page's values cannot be read, being damaged or from a newer version, and what to do; or null.
     * @param {State} state
     * @returns {string | null}
     */
    function problem({ unread, unreadPlaced }) {
        const { say } = icLight.words;
        const light =
            "The light cannot be read: %1 Add one here, choose one below, or update IC Light if a newer one made it.";
        const placement =
            "The placement cannot be read. Drag the subject, choose one, or update IC Light if a newer one made it.";
        const found = [];
        if (unread !== null) found.push(say(light, unread.reason.slice(0, LONGEST_REASON)));
        if (unreadPlaced !== null) found.push(say(placement));
        return found.length > 0 ? found.join(" ") : null;
    }

    /**
     * A description of the selected item, or why no light is selected.
     * @param {Stage} stage
     * @returns {string}
     */
    function summary({ state, hasLights }) {
        const { say } = icLight.words;
        if (state.selected === "subject") return subjectSummary(state.placed);
        if (!hasLights) return say("The light comes from the background picture.");
        if (!state.active && state.light === "none")
            return say("No light is chosen. Choose one below, or add one here.");
        if (!state.active) return say("The light comes from a picture.");
        const light = state.selectedLight;
        if (!state.hasLight()) return say("No light is drawn. Choose one below, or add one here.");
        if (light === null) return say("Even light from all sides.");
        const number = (/** @type {number} */ value) => icLight.numbers.rounded(value, 2);
        return [
            say("Light %1 of %2", Number(state.selected) + 1, state.description.lights.length),
            placeOf(light),
            `${say("softness")} ${number(light.softness)}`,
            `${say("strength")} ${number(light.strength)}`,
            colourOf(light),
        ].join(", ");
    }

    /**
     * @param {Light} light
     * @returns {string}
     */
    function colourOf({ colour, kelvin }) {
        if (kelvin !== null) return `${Math.round(kelvin)} K`;
        return colour === "#ffffff" || colour === null ? icLight.words.say("white") : colour;
    }

    /**
     * @param {Light} light
     * @returns {string}
     */
    function placeOf(light) {
        const { say } = icLight.words;
        if (light.kind === "directional") {
            const side = SIDES[Math.round(light.angle / 45) % 8];
            return say(`from the ${side}`);
        }
        const where = icLight.stage.isInside(light) ? say("in the picture") : say("outside the picture");
        return `${where}, ${percent(light.x)} / ${percent(light.y)}`;
    }

    /**
     * @param {Placement} placed
     * @returns {string}
     */
    function subjectSummary({ scale, x, y }) {
        const { say } = icLight.words;
        return `${say("Subject")}, ${say("size")} ${percent(scale)}, ${say("centre")} ${percent(x)} / ${percent(y)}`;
    }

    /** The line below an editor, and the live region beside it. */
    class Status {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         * @param {string} id of the line, which the canvas refers to as its description
         */
        constructor(scope, stage, id) {
            const { make } = icLight.dom;
            this.stage = stage;
            this.line = make("div", { className: "ic-light-status", id, attributes: { "aria-hidden": "true" } });
            this.live = make("div", {
                className: "ic-light-live",
                attributes: { role: "status", "aria-live": "polite" },
            });
            this.speakSoon = scope.afterPause(() => this.speak(), PAUSE_MS);
        }

        /** Show the current status; it is read out when nothing has changed for a moment. */
        update() {
            const wrong = problem(this.stage.state);
            const text = wrong ?? summary(this.stage);
            this.line.classList.toggle("ic-light-wrong", wrong !== null);
            if (this.line.textContent === text) return;
            this.line.textContent = text;
            this.speakSoon();
        }

        /** Read out the line, unless that was read out last. */
        speak() {
            if (this.live.textContent !== this.line.textContent) this.live.textContent = this.line.textContent;
        }
    }

    return { Status };
})();
