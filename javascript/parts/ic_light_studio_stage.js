/* The studio's large picture: the mix on a canvas, drawn at most once in a frame, and the photograph beside it. */
var icLight = window.icLight || {};

icLight.studioStage = (() => {
    "use strict";

    const SLOW = "This browser has no WebGL2, so the mix is drawn more slowly.";
    const LABEL = "The mix";

    /** The canvas, and what lies over it. */
    class Stage {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {() => void} onLost called when the graphics unit has lost the pictures
         */
        constructor(scope, state, onLost) {
            const { make } = icLight.dom;
            this.scope = scope;
            this.state = state;
            this.canvas = this.makeCanvas();
            this.frame = make("div", { className: "ic-light-studio-frame" }, this.canvas);
            this.note = make("p", { className: "ic-light-studio-note", hidden: true }, icLight.words.say(SLOW));
            this.element = make("div", { className: "ic-light-studio-stage" }, this.frame, this.note);
            /** @type {StudioMixer | null} */
            this.mixer = null;
            this.draws = 0;
            /** @type {(() => Exposed | null) | null} what is shown in place of the mix */
            this.instead = null;
            this.photograph = "";
            this.wipe = new icLight.wipeView.View(scope, this.frame, () => {});
            this.drawSoon = scope.perFrame(() => this.draw());
            this.onLost = onLost;
            scope.atEnd(() => this.forget());
        }

        /** @returns {HTMLCanvasElement} */
        makeCanvas() {
            const attributes = { role: "img", "aria-label": icLight.words.say(LABEL) };
            const canvas = icLight.dom.make("canvas", { className: "ic-light-studio-canvas", attributes });
            this.scope.on(canvas, "webglcontextlost", () => this.canvas === canvas && this.replaceCanvas());
            return canvas;
        }

        /** Go on with another canvas: that of a graphics unit that failed may never come back. */
        replaceCanvas() {
            const lost = this.canvas;
            this.mixer = null;
            this.canvas = this.makeCanvas();
            lost.replaceWith(this.canvas);
            this.onLost();
        }

        /**
         * Show a set's pictures.
         * @param {Preview} preview
         * @param {Blob | null} photograph
         */
        take(preview, photograph) {
            this.mixer ??= this.makeMixer();
            this.mixer.take(preview);
            this.frame.style.setProperty("--ic-light-shape", String(preview.width / preview.height));
            const isCompared = !this.wipe.element.hidden;
            URL.revokeObjectURL(this.photograph);
            this.photograph = photograph ? URL.createObjectURL(photograph) : "";
            this.compare(isCompared);
            this.drawSoon();
        }

        /**
         * Take what lamps need of the set.
         * @param {LampSurface} surface
         */
        takeSurface(surface) {
            this.mixer?.takeSurface(surface);
        }

        /**
         * What draws: by the graphics unit, or else without it.
         * @returns {StudioMixer}
         */
        makeMixer() {
            const fast = icLight.studioGl.on(this.canvas);
            this.note.hidden = fast !== null;
            return fast ?? icLight.studioPlain.on(this.canvas);
        }

        /**
         * Lay the photograph over the mix, or take it away.
         * @param {boolean} isOn
         */
        compare(isOn) {
            if (isOn && this.photograph) this.wipe.show(this.photograph, "before", false);
            else this.wipe.hide();
        }

        /** Draw the mix. */
        draw() {
            if (this.mixer === null || this.state.set === null) return;
            const { table, lamps } = this.instead?.() ?? this.state.exposed();
            this.mixer.draw(table, lamps);
            this.draws += 1;
        }

        /** Release the pictures. */
        forget() {
            this.mixer?.end();
            URL.revokeObjectURL(this.photograph);
        }
    }

    return { Stage };
})();

/**
 * @typedef {object} StudioMixer
 * @property {(preview: Preview) => void} take
 * @property {(surface: LampSurface) => void} takeSurface
 * @property {(table: number[][], lamps: number[][]) => void} draw
 * @property {() => void} end
 */
