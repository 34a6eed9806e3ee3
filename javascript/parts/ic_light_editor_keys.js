/* Keyboard control of an editor's canvas. */
var icLight = window.icLight || {};

icLight.keys = (() => {
    "use strict";

    const MOVE = { fine: 0.01, coarse: 0.1 };
    const TURN = { fine: 2, coarse: 15 };
    /** @type {Record<string, number[]>} */
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    /** @type {Record<string, number>} */
    const SCALES = { "+": 1, "-": -1 };

    /** Moves the selection between items on the canvas, and moves and scales the selected one. */
    class Keys {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         */
        constructor(scope, stage) {
            this.stage = stage;
            this.state = stage.state;
            scope.on(stage.canvas, "keydown", (event) => this.key(event));
            scope.on(stage.canvas, "focus", () => this.selectSomething());
        }

        /** @param {KeyboardEvent} event */
        key(event) {
            if (event.ctrlKey || event.metaKey || event.altKey || !this.handle(event)) return;
            event.preventDefault();
            event.stopPropagation();
        }

        /**
         * Handle a key.
         * @param {KeyboardEvent} event
         * @returns {boolean} whether the key was used
         */
        handle({ key, shiftKey }) {
            if (key === "Tab") return this.tab(shiftKey ? -1 : 1);
            if (key in ARROWS) return this.arrow(ARROWS[key], shiftKey);
            if (key in SCALES) return this.scale(SCALES[key]);
            if (!["Delete", "Backspace"].includes(key) || this.state.selectedLight === null) return false;
            this.state.remove();
            return true;
        }

        /**
         * The items that can be selected, in order.
         * @returns {Selected[]}
         */
        items() {
            /** @type {Selected[]} */
            const lights = this.stage.hasLights ? [...this.state.description.lights.keys()] : [];
            return this.state.placement === "placed" ? [...lights, "subject"] : lights;
        }

        /** Select the first item if none is selected. */
        selectSomething() {
            this.stage.layout();
            const items = this.items();
            if (!items.includes(this.state.selected)) this.state.select(items[0] ?? null);
        }

        /**
         * Go to the next item on the canvas; after the last one, the focus leaves the canvas as usual.
         * @param {number} step 1, or -1 for backwards
         * @returns {boolean}
         */
        tab(step) {
            const items = this.items();
            const next = items.indexOf(this.state.selected) + step;
            if (next < 0 || next >= items.length) return false;
            this.state.select(items[next]);
            return true;
        }

        /**
         * Move the selected item.
         * @param {number[]} direction right and down
         * @param {boolean} isCoarse
         * @returns {boolean}
         */
        arrow([right, down], isCoarse) {
            const { state } = this;
            const move = isCoarse ? MOVE.coarse : MOVE.fine;
            const light = state.selectedLight;
            if (state.selected === "subject") {
                state.place((placed) => {
                    placed.x += right * move;
                    placed.y += down * move;
                }, "arrows");
            } else if (light !== null) {
                state.edit(() => this.moveLight(light, right * move, down * move, isCoarse), "arrows");
            } else {
                return false;
            }
            return true;
        }

        /**
         * Move a light, or rotate it if it is directional.
         * @param {Light} light
         * @param {number} right
         * @param {number} down
         * @param {boolean} isCoarse
         */
        moveLight(light, right, down, isCoarse) {
            const { state } = this;
            if (light.kind === "directional") {
                const turn = isCoarse ? TURN.coarse : TURN.fine;
                state.setLight(light, "angle", light.angle - Math.sign(right + down) * turn);
            } else {
                state.setLight(light, "x", light.x + right);
                state.setLight(light, "y", light.y + down);
            }
        }

        /**
         * Make the selected subject larger or smaller, or the selected light stronger or weaker.
         * @param {number} step 1 or -1
         * @returns {boolean}
         */
        scale(step) {
            const { state } = this;
            const { NOTCH } = icLight.pointer;
            if (state.selected === "subject") {
                state.place((placed) => (placed.scale *= NOTCH.scale ** step), "keys scale");
                return true;
            }
            if (state.selectedLight === null) return false;
            state.setSelected("strength", state.selectedLight.strength + step * NOTCH.strength, "keys strength");
            return true;
        }
    }

    return { Keys };
})();
