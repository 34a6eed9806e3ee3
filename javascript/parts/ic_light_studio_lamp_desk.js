/* The studio's lamps: their pad, and what can be set of the one that is chosen. */
var icLight = window.icLight || {};

icLight.studioLampDesk = (() => {
    "use strict";

    const ICONS = { add: "M12 5v14M5 12h14", remove: "M5 12h14" };
    const STEP = 0.01;
    /** @type {Record<"height" | "softness" | "falloff", {label: string, title: string}>} */
    const NUMBERS = {
        height: { label: "Height", title: "How far in front of the subject the lamp hangs" },
        softness: { label: "Softness", title: "How far the lamp's light reaches around the subject" },
        falloff: { label: "Falloff", title: "How much the lamp's light fades with the distance" },
    };
    // Where new lamps hang, one after another.
    const PLACES = [
        [0.25, 0.2],
        [0.75, 0.2],
        [0.25, 0.8],
        [0.75, 0.8],
    ];

    /** The lamps of the mix; one of them is chosen. */
    class LampDesk {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         */
        constructor(scope, state) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            this.scope = scope;
            this.state = state;
            this.chosen = 0;
            this.pad = new icLight.studioLampPad.LampPad(scope, state, this);
            const find = (/** @type {Mix} */ { lamps }) => lamps[this.chosen]?.fader ?? null;
            this.row = new icLight.studioRows.Row(scope, state, say("Lamp"), find, null);
            this.inputs = Object.entries(NUMBERS).map(([name, texts]) =>
                this.makeNumber(/** @type {any} */ (name), texts),
            );
            this.adds = icLight.dom.tool(scope, "add-lamp", ICONS.add, say("Add a lamp"), () => this.add());
            this.removes = icLight.dom.tool(scope, "remove-lamp", ICONS.remove, say("Remove the lamp"), () =>
                this.remove(),
            );
            const name = make("span", { className: "ic-light-studio-name" }, say("Lamps"));
            const head = make("div", { className: "ic-light-studio-lamp-head" }, name, this.adds, this.removes);
            const lines = this.inputs.map(({ element }) => element);
            const parts = make("div", { className: "ic-light-studio-lamp-parts" }, this.row.element, ...lines);
            this.body = make("div", { className: "ic-light-studio-lamp-body" });
            this.body.append(this.pad.element, parts);
            this.element = make("div", { className: "ic-light-studio-lamps" }, head, this.body);
        }

        /**
         * A line for one of the chosen lamp's numbers.
         * @param {"height" | "softness" | "falloff"} name
         * @param {{label: string, title: string}} texts
         * @returns {LampLine}
         */
        makeNumber(name, { label, title }) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            const [min, max] = icLight.studioLamps.limitsOf(name);
            const attributes = { "aria-label": say(label), "data-field": name };
            const inputs = ["range", "number"].map((type) => {
                const input = make("input", { type, min, max, step: STEP, title: say(title), attributes });
                this.scope.on(input, "input", () => this.set(name, input.value));
                this.scope.on(input, "change", () => {
                    this.state.history.endGesture();
                    this.fill(true);
                });
                return input;
            });
            const text = make("span", { className: "ic-light-name", title: say(title) }, say(label));
            return { name, inputs, element: make("div", { className: "ic-light-row" }, text, ...inputs) };
        }

        /**
         * Set a number of the chosen lamp as it was typed or dragged.
         * @param {"height" | "softness" | "falloff"} name
         * @param {string} text
         */
        set(name, text) {
            const value = parseFloat(text);
            if (!Number.isFinite(value)) return;
            this.pad.edit((lamp) => icLight.studioLamps.set(lamp, name, value), name);
        }

        /**
         * Choose a lamp.
         * @param {number} index
         */
        choose(index) {
            if (index < 0 || index === this.chosen) return;
            this.chosen = index;
            this.fill(true);
        }

        /** Hang one more. */
        add() {
            const { lamps } = this.state.mix;
            if (lamps.length >= icLight.studioMix.limits().lamps.most) return;
            const [x, y] = PLACES[lamps.length];
            this.chosen = lamps.length;
            this.state.edit((mix) => mix.lamps.push(icLight.studioLamps.newLamp(x, y)));
            this.fill(true);
            this.pad.focus();
        }

        /** Take the chosen one away. */
        remove() {
            const { chosen } = this;
            this.state.edit(({ lamps }) => lamps.splice(chosen, 1));
            this.fill(true);
            if (this.state.mix.lamps.length > 0) this.pad.focus();
            else this.adds.focus();
        }

        /**
         * Show a set.
         * @param {StudioSet} set
         * @param {string} address of the photograph
         */
        build(set, address) {
            this.element.hidden = !set.normals;
            this.chosen = 0;
            this.pad.build(set, address);
        }

        /**
         * Show the lamps.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        fill(isForced = false) {
            const { lamps } = this.state.mix;
            this.chosen = Math.max(0, Math.min(this.chosen, lamps.length - 1));
            this.body.hidden = lamps.length === 0;
            this.removes.disabled = lamps.length === 0;
            this.adds.disabled = lamps.length >= icLight.studioMix.limits().lamps.most;
            this.pad.fill();
            const lamp = lamps[this.chosen];
            if (!lamp) return;
            this.row.fill(isForced);
            const text = icLight.words.say("Lamp %1", this.chosen + 1);
            if (this.row.name.textContent !== text) this.row.name.textContent = text;
            for (const { name, inputs } of this.inputs) {
                for (const input of inputs)
                    this.row.show(input, String(icLight.numbers.rounded(lamp[name], 2)), isForced);
                icLight.dom.showFill(inputs[0]);
            }
        }
    }

    return { LampDesk };
})();

/** @typedef {{name: "height" | "softness" | "falloff", inputs: HTMLInputElement[], element: HTMLElement}} LampLine */
