/* How bright the studio's mix is: in stops, or automatic. */
var icLight = window.icLight || {};

icLight.studioExposure = (() => {
    "use strict";

    const STEP = 0.05;

    /** The row. */
    class Exposure {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         */
        constructor(scope, state) {
            const { make } = icLight.dom;
            const text = icLight.words.say("Exposure");
            this.scope = scope;
            this.state = state;
            this.slider = this.input("range", text);
            this.number = this.input("number", text);
            const title = icLight.words.say("Keep the subject as bright as the photograph shows it");
            const ofButton = { type: "button", title, attributes: { "aria-pressed": "true" } };
            this.auto = make("button", ofButton, icLight.words.say("Auto"));
            scope.on(this.auto, "click", () => {
                const stops = icLight.numbers.rounded(state.exposed().stops, 2);
                state.edit((mix) => (mix.exposure = mix.exposure === null ? stops : null));
            });
            const name = make("span", { className: "ic-light-name" }, text);
            const parts = [name, this.slider, this.number, this.auto];
            this.element = make("div", { className: "ic-light-row ic-light-studio-exposure" }, ...parts);
        }

        /**
         * @param {string} type
         * @param {string} text
         * @returns {HTMLInputElement}
         */
        input(type, text) {
            const [min, max] = icLight.studioMix.limits().stops;
            const attributes = { "aria-label": text, "data-field": "exposure" };
            const input = icLight.dom.make("input", { type, min, max, step: STEP, attributes });
            this.scope.on(input, "input", () => {
                const value = parseFloat(input.value);
                if (!Number.isFinite(value)) return;
                this.state.edit((mix) => (mix.exposure = icLight.numbers.bounded(value, [min, max])), "exposure");
            });
            this.scope.on(input, "change", () => {
                this.state.history.endGesture();
                this.fill(true);
            });
            return input;
        }

        /**
         * Show the exposure.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        fill(isForced = false) {
            const { mix } = this.state;
            const text = String(icLight.numbers.rounded(this.state.exposed().stops, 2));
            this.slider.value = text;
            if (isForced || document.activeElement !== this.number) this.number.value = text;
            icLight.dom.showFill(this.slider);
            this.auto.setAttribute("aria-pressed", String(mix.exposure === null));
        }
    }

    return { Exposure };
})();
