/* The form beside an editor's canvas: the list of lights, and the values of the selected item. */
var icLight = window.icLight || {};

icLight.form = (() => {
    "use strict";

    const WARM = 4000; // kelvin, when a light with a colour is switched to a temperature
    /** @type {Span} */
    const TURN = [0, 360];
    const WIDEST = 3; // the slider's largest scale of the subject

    /** The form of one editor. */
    class Form {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         */
        constructor(scope, stage) {
            const { make } = icLight.dom;
            const attributes = { role: "group", "aria-label": icLight.words.say("Lights") };
            this.scope = scope;
            this.stage = stage;
            this.state = stage.state;
            this.chips = make("div", { className: "ic-light-chips", attributes });
            /** @type {Scope | null} of the current chips */
            this.chipsScope = null;
            this.chipsKey = "";
            this.light = this.lightRows();
            this.subject = this.subjectRows();
            this.ambient = this.ambientRows();
            const groups = [this.light, this.subject, this.ambient].map(({ element }) => element);
            this.element = make("div", { className: "ic-light-form" }, this.chips, ...groups);
        }

        /**
         * A group of rows.
         * @param {string} [className]
         * @returns {Rows}
         */
        makeRows(className = "") {
            const done = () => {
                this.state.history.endGesture();
                this.update(true); // a value out of range was clamped; now show the result
            };
            return new icLight.rows.Rows(this.scope, className, done);
        }

        /**
         * The values of the selected light.
         * @returns {Rows}
         */
        lightRows() {
            const { state } = this;
            const { say } = icLight.words;
            const limits = icLight.limits.read().light;
            const rows = this.makeRows();
            // A stand-in while no light is selected; rows are not filled then.
            const light = () => state.selectedLight ?? icLight.description.newLight("directional");
            /** @type {(name: LightNumber, get?: () => number) => Access<number>} */
            const of = (name, get = () => light()[name] ?? 0) => ({
                get,
                set: (value) => state.setSelected(name, value),
            });
            const angle = of("angle", () => icLight.numbers.rounded(light().angle, 1));
            const isKelvin = () => light().kelvin !== null;
            const isDirectional = () => light().kind === "directional";
            rows.choice(
                say("Kind"),
                "kind",
                { directional: say("Directional"), positioned: say("Positioned") },
                {
                    get: () => light().kind,
                    set: (kind) => state.setKind(kind),
                },
            );
            rows.number(say("Angle"), "angle", { slider: TURN, step: 1 }, angle, isDirectional);
            rows.place(say("Place"), limits, [of("x"), of("y")], () => !isDirectional());
            rows.number(say("Softness"), "softness", { slider: limits.softness, step: 0.01 }, of("softness"));
            rows.number(say("Strength"), "strength", { slider: limits.strength, step: 0.05 }, of("strength"));
            rows.choice(
                say("Colour as"),
                "paint",
                { colour: say("Colour"), kelvin: say("Kelvin") },
                {
                    get: () => (isKelvin() ? "kelvin" : "colour"),
                    set: (paint) => this.setPaint(paint),
                },
            );
            const colour = { get: () => light().colour ?? "", set: this.setColour.bind(this) };
            rows.colour(say("Colour"), "colour", colour, { isShown: () => !isKelvin(), isBeside: true });
            rows.number(say("Kelvin"), "kelvin", { slider: limits.kelvin, step: 100 }, of("kelvin"), isKelvin);
            return rows;
        }

        /**
         * Switch the selected light to a temperature, or to the colour of its temperature.
         * @param {"colour" | "kelvin"} paint
         */
        setPaint(paint) {
            const light = this.state.selectedLight;
            if (light === null) return;
            this.state.edit(() => {
                if (paint === "kelvin") Object.assign(light, { kelvin: light.kelvin ?? WARM, colour: null });
                else Object.assign(light, { colour: icLight.colour.hex(light), kelvin: null });
            });
        }

        /**
         * Give the selected light a colour.
         * @param {string} colour
         */
        setColour(colour) {
            const light = this.state.selectedLight;
            if (light === null) return;
            this.state.edit(() => (light.colour = colour), `${this.state.selected} colour`);
        }

        /**
         * The subject's size and position.
         * @returns {Rows}
         */
        subjectRows() {
            const { state } = this;
            const { say } = icLight.words;
            const limits = icLight.limits.read().placement;
            const [low, most] = limits.scale;
            const rows = this.makeRows();
            /** @type {(name: "scale" | "x" | "y") => Access<number>} */
            const of = (name) => ({
                get: () => state.placed[name],
                set: (value) => state.place((placed) => (placed[name] = value), name),
            });
            rows.number(say("Size"), "scale", { slider: [low, WIDEST], step: 0.01, most }, of("scale"));
            rows.place(say("Centre"), limits, [of("x"), of("y")]);
            return rows;
        }

        /**
         * The ambient light.
         * @returns {Rows}
         */
        ambientRows() {
            const { state } = this;
            const { say } = icLight.words;
            const rows = this.makeRows("ic-light-ambient");
            rows.number(
                say("Ambient"),
                "ambient",
                { slider: icLight.limits.read().ambient, step: 0.01 },
                {
                    get: () => state.description.ambient.level,
                    set: (level) => state.edit(({ ambient }) => (ambient.level = level), "ambient level"),
                },
            );
            const colour = { get: () => state.description.ambient.colour, set: this.setAmbientColour.bind(this) };
            rows.colour(say("Ambient colour"), "ambient_colour", colour, { isBeside: true });
            return rows;
        }

        /**
         * Give the ambient light a colour.
         * @param {string} colour
         */
        setAmbientColour(colour) {
            this.state.edit(({ ambient }) => (ambient.colour = colour), "ambient colour");
        }

        // Following the state

        /**
         * Show the state.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        update(isForced = false) {
            const { ambient, light, stage, state, subject } = this;
            const isSubject = state.selected === "subject";
            const hasLight = state.selectedLight !== null;
            subject.element.hidden = !isSubject;
            // What does not apply is not there: the status says why.
            const isLit = stage.hasLights && state.active;
            light.element.hidden = isSubject || !hasLight || !isLit;
            ambient.element.hidden = isSubject || !isLit;
            this.updateChips();
            light.show();
            if (isSubject) subject.fill(isForced);
            else if (hasLight) light.fill(isForced);
            ambient.fill(isForced);
        }

        /** Show the items that can be selected, and which one is. */
        updateChips() {
            const { stage, state } = this;
            const lights = stage.hasLights ? state.description.lights : [];
            /** @type {Chip[]} */
            const items = lights.map((light, index) => ({
                item: index,
                text: String(index + 1),
                colour: icLight.colour.hex(light),
            }));
            if (state.placement === "placed")
                items.push({ item: "subject", text: icLight.words.say("Subject"), colour: null });
            const key = JSON.stringify(items);
            if (key !== this.chipsKey) this.replaceChips(items);
            this.chipsKey = key;
            for (const [index, chip] of icLight.dom.findAll("button", this.chips).entries()) {
                chip.setAttribute("aria-pressed", String(items[index].item === state.selected));
            }
        }

        /** @param {Chip[]} items */
        replaceChips(items) {
            this.chipsScope?.dispose();
            const scope = this.scope.inner();
            this.chipsScope = scope;
            this.chips.replaceChildren(...items.map((item) => this.makeChip(scope, item)));
        }

        /**
         * @param {Scope} scope
         * @param {Chip} chip
         * @returns {HTMLButtonElement}
         */
        makeChip(scope, { item, text, colour }) {
            const { make } = icLight.dom;
            const attributes = { "aria-label": colour === null ? text : `${icLight.words.say("Light")} ${text}` };
            const chip = make("button", { type: "button", className: "ic-light-chip", attributes });
            if (colour !== null) {
                const dot = make("span", { className: "ic-light-dot" }, text);
                dot.style.setProperty("--ic-light-dot", colour);
                dot.style.setProperty("--ic-light-ink", icLight.colour.ink(colour));
                chip.append(dot);
            } else {
                chip.append(text);
            }
            scope.on(chip, "click", () => this.state.select(item));
            return chip;
        }
    }

    return { Form };
})();

/**
 * @typedef {{item: Selected, text: string, colour: string | null}} Chip
 */
