/* The studio's lights, each as a row: its picture, how strong it is and in which colour, and whether it is heard. */
var icLight = window.icLight || {};

icLight.studioRows = (() => {
    "use strict";

    const FINE = 0.01;
    const KELVIN_STEP = 100;
    /** @type {Record<string, string>} the names that lib_iclight/shooting.py gives */
    const NAMES = {
        left: "Left",
        right: "Right",
        top: "Top",
        bottom: "Bottom",
        "top left": "Top left",
        "top right": "Top right",
        "bottom left": "Bottom left",
        "bottom right": "Bottom right",
    };
    const NUMBERED = /^light (\d+)$/;

    /** One light's row. */
    class Row {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {string} label what it is called, in the page's language
         * @param {(mix: Mix) => Fader | null} find its fader in a mix
         * @param {HTMLElement | null} picture
         */
        constructor(scope, state, label, find, picture) {
            const { make } = icLight.dom;
            this.scope = scope;
            this.state = state;
            this.label = label;
            this.find = find;
            const [low, high] = icLight.limits.read().light.strength;
            const reach = { min: low, max: high, step: FINE };
            this.slider = this.input("range", "strength", icLight.words.say("Strength"), reach);
            this.number = this.input("number", "strength", icLight.words.say("Strength"), reach);
            this.colour = this.input("color", "colour", icLight.words.say("Colour"), {});
            const [coldest, hottest] = icLight.limits.read().light.kelvin;
            const warmth = { min: coldest, max: hottest, step: KELVIN_STEP, placeholder: "K" };
            this.kelvin = this.input("number", "kelvin", icLight.words.say("Kelvin"), warmth);
            this.muted = this.toggle("muted", "M", icLight.words.say("Mute"));
            this.solo = this.toggle("solo", "S", icLight.words.say("Solo"));
            const thumb = make("span", { className: "ic-light-studio-thumb" }, ...(picture ? [picture] : []));
            this.name = make("span", { className: "ic-light-studio-name", title: label }, label);
            const paint = make("span", { className: "ic-light-studio-paint" }, this.colour, this.kelvin);
            const head = make("div", { className: "ic-light-studio-head" }, this.name, paint, this.muted, this.solo);
            const level = make("div", { className: "ic-light-row" }, this.slider, this.number);
            const attributes = { role: "group", "aria-label": label };
            const right = make("div", { className: "ic-light-studio-fader" }, head, level);
            this.element = make("div", { className: "ic-light-studio-row", attributes }, thumb, right);
        }

        /**
         * An input for one of the light's values.
         * @param {string} type
         * @param {"strength" | "colour" | "kelvin"} key
         * @param {string} text
         * @param {object} properties
         * @returns {HTMLInputElement}
         */
        input(type, key, text, properties) {
            const attributes = { "aria-label": `${this.label}: ${text}`, "data-field": key };
            const input = icLight.dom.make("input", { type, title: text, ...properties, attributes });
            this.scope.on(input, "input", () => this.set(key, input.value));
            this.scope.on(input, "change", () => {
                this.state.history.endGesture();
                this.fill(true);
            });
            return input;
        }

        /**
         * A button that is on or off.
         * @param {"muted" | "solo"} key
         * @param {string} text
         * @param {string} title
         * @returns {HTMLButtonElement}
         */
        toggle(key, text, title) {
            const attributes = { "aria-label": `${this.label}: ${title}`, "aria-pressed": "false", "data-field": key };
            const ofButton = { type: "button", className: "ic-light-studio-key", title, attributes };
            const button = icLight.dom.make("button", ofButton, text);
            this.scope.on(button, "click", () => this.change((fader) => (fader[key] = !fader[key])));
            return button;
        }

        /**
         * Set a value as it was typed or dragged. A temperature takes the place of a colour, and a colour, or an empty
         * temperature, that of a temperature.
         * @param {"strength" | "colour" | "kelvin"} key
         * @param {string} text
         */
        set(key, text) {
            const value = parseFloat(text);
            const limits = icLight.limits.read().light;
            this.change((fader) => {
                if (key === "colour") Object.assign(fader, { colour: text, kelvin: null });
                else if (key === "kelvin" && text === "") Object.assign(fader, { kelvin: null });
                else if (Number.isFinite(value)) fader[key] = icLight.numbers.bounded(value, limits[key]);
            }, `${this.label} ${key}`);
        }

        /**
         * @param {(fader: Fader) => void} action
         * @param {string | null} [key]
         */
        change(action, key = null) {
            this.state.edit((mix) => {
                const fader = this.find(mix);
                if (fader) action(fader);
            }, key);
        }

        /**
         * Show the light's values.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        fill(isForced = false) {
            const fader = this.find(this.state.mix);
            if (fader === null) return;
            const hex = icLight.colour.hex(/** @type {Light} */ (/** @type {unknown} */ (fader)));
            const strength = String(icLight.numbers.rounded(fader.strength, 2));
            this.show(this.slider, strength, isForced);
            this.show(this.number, strength, isForced);
            this.show(this.colour, hex, isForced);
            this.show(this.kelvin, fader.kelvin === null ? "" : String(Math.round(fader.kelvin)), isForced);
            icLight.dom.showFill(this.slider);
            this.element.style.setProperty("--ic-light-studio-colour", hex);
            for (const key of /** @type {const} */ (["muted", "solo"]))
                this[key].setAttribute("aria-pressed", String(fader[key]));
            const isAnySolo = icLight.studioMix.hasSolo(this.state.mix);
            const isOff = fader.strength === 0 || fader.muted || (isAnySolo && !fader.solo);
            this.element.classList.toggle("ic-light-studio-off", isOff);
        }

        /**
         * @param {HTMLInputElement} input
         * @param {string} text
         * @param {boolean} isForced
         */
        show(input, text, isForced) {
            const isTyped = input.type === "number" && document.activeElement === input && !isForced;
            if (!isTyped && input.value !== text) input.value = text;
        }
    }

    /** The rows of a set. */
    class Rows {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         */
        constructor(scope, state) {
            this.scope = scope;
            this.state = state;
            /** @type {Row[]} */
            this.rows = [];
            /** @type {Scope | null} of the current rows */
            this.inner = null;
            const attributes = { role: "group", "aria-label": icLight.words.say("Lights") };
            this.element = icLight.dom.make("div", { className: "ic-light-studio-rows", attributes });
        }

        /**
         * Make the rows of a set.
         * @param {StudioSet} set
         * @param {HTMLElement[]} pictures of its lights, the ambient one last
         */
        build(set, pictures) {
            this.inner?.dispose();
            const inner = this.scope.inner();
            this.inner = inner;
            /** @type {(label: string, find: (mix: Mix) => Fader | null, place: number) => Row} */
            const row = (label, find, place) => new Row(inner, this.state, label, find, pictures[place]);
            const lights = set.lights.map(({ name }, index) =>
                row(nameOf(name), (mix) => mix.lights[name] ?? null, index),
            );
            const ambient = () => row(icLight.words.say("Ambient"), (mix) => mix.ambient, set.lights.length);
            this.rows = set.has_ambient ? [...lights, ambient()] : lights;
            this.element.replaceChildren(...this.rows.map(({ element }) => element));
        }

        /**
         * Show the lights' values.
         * @param {boolean} [isForced]
         */
        fill(isForced = false) {
            for (const row of this.rows) row.fill(isForced);
        }
    }

    /**
     * What a light is called on the page.
     * @param {string} name in the set
     * @returns {string}
     */
    function nameOf(name) {
        const number = NUMBERED.exec(name)?.[1];
        if (number) return icLight.words.say("Light %1", number);
        // A set from elsewhere may call a light what every object has.
        return Object.hasOwn(NAMES, name) ? icLight.words.say(NAMES[name]) : name;
    }

    return { Row, Rows, nameOf };
})();
