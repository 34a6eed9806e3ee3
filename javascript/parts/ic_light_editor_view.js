/* Draws an editor's canvas. */
var icLight = window.icLight || {};

icLight.view = (() => {
    "use strict";

    const BLEND = 0.7;

    /** Draws everything on the canvas. */
    class View {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         */
        constructor(scope, stage) {
            this.stage = stage;
            this.canvas = stage.canvas;
            this.context = icLight.backdrop.contextOf(stage.canvas);
            this.scene = new icLight.scene.Scene(this.context, stage);
            this.handles = new icLight.handles.Handles(this.context, stage);
            this.blend = BLEND; // how much of the subject is shown, 0 to 1
            /** @type {Theme} */
            this.theme = { accent: "", line: "", font: "" };
            this.readTheme();
            this.drawSoon = scope.perFrame(() => this.draw());
        }

        /** Draw now, unless the canvas is hidden. */
        draw() {
            const { canvas, context, stage } = this;
            const { box } = stage;
            if (box.width === 0) return;
            const density = window.devicePixelRatio;
            const [width, height] = [box.width, box.height].map((side) => Math.round(side * density));
            if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
            context.setTransform(density, 0, 0, density, 0, 0);
            context.clearRect(0, 0, box.width, box.height);
            this.scene.draw(this.blend, this.theme.line);
            this.handles.draw(this.theme);
        }

        /** Read the theme again: its colours, and its font. */
        readTheme() {
            const style = getComputedStyle(this.canvas);
            const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
            this.theme = {
                accent: colour("--color-accent") || style.color,
                line: colour("--border-color-primary") || style.color,
                font: style.fontFamily,
            };
        }

        /**
         * The slider for how much of the subject is shown.
         * @param {Scope} scope
         * @returns {HTMLElement}
         */
        makeBlend(scope) {
            const { make, showFill } = icLight.dom;
            const { say } = icLight.words;
            const attributes = { "data-field": "blend" };
            const blend = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.blend, attributes });
            scope.on(blend, "input", () => {
                this.blend = parseFloat(blend.value);
                showFill(blend);
                this.drawSoon();
            });
            showFill(blend);
            const title = say("How much of the subject the preview shows");
            const [from, to] = [make("span", {}, say("Light map")), make("span", {}, say("Subject"))];
            return make("label", { className: "ic-light-blend", title }, from, blend, to);
        }
    }

    return { View };
})();
