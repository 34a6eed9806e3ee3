/* Draws the inside of an editor's frame: the backdrop, and the subject as the light falls on it. */
var icLight = window.icLight || {};

icLight.scene = (() => {
    "use strict";

    const FLOOR = 0.3; // the fraction of the subject's brightness that remains where the map is black

    /** Draws the pictures and the light map. */
    class Scene {
        /**
         * @param {CanvasRenderingContext2D} context
         * @param {Stage} stage
         */
        constructor(context, stage) {
            this.context = context;
            this.stage = stage;
            this.backdrop = new icLight.backdrop.Backdrop(stage);
            this.subject = new icLight.subject.Subject();
            this.lit = document.createElement("canvas"); // the subject in the light
        }

        /**
         * Draw everything.
         * @param {number} blend how much of the subject is shown, 0 to 1
         * @param {string} line the colour of the frame
         */
        draw(blend, line) {
            const { context, stage } = this;
            const { x, y, w, h } = stage.frame;
            const subject = stage.subject();
            if (stage.state.placement === "placed") this.drawBeyond(subject);
            context.save();
            context.beginPath();
            context.rect(x, y, w, h);
            context.clip();
            const backdrop = this.backdrop.now();
            context.drawImage(backdrop.canvas, x, y, w, h);
            if (subject.picture) this.drawSubject(subject, subject.picture, backdrop, blend);
            context.restore();
            context.strokeStyle = line;
            context.lineWidth = 1;
            context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
        }

        /**
         * Draw the part of the subject beyond the frame, faintly.
         * @param {Rectangle & {picture: HTMLImageElement | null}} subject
         */
        drawBeyond({ picture, x, y, w, h }) {
            if (!picture) return;
            this.context.globalAlpha = 0.25;
            this.context.drawImage(this.reduced(picture, w, h), x, y, w, h);
            this.context.globalAlpha = 1;
        }

        /**
         * The subject's picture as it is needed for this size on the canvas.
         * @param {HTMLImageElement} picture
         * @param {number} w
         * @param {number} h
         * @returns {CanvasImageSource}
         */
        reduced(picture, w, h) {
            return this.subject.at(picture, w * window.devicePixelRatio, h * window.devicePixelRatio);
        }

        /**
         * Draw the subject as the light would fall on it, over the backdrop. What is not cut out covers the light map like
         * a film. A cut-out is solid: the more of it is shown, the more the map around it gives way to the grey that
         * relighting sees there.
         * @param {Rectangle} subject
         * @param {HTMLImageElement} picture
         * @param {ReturnType<Backdrop["now"]>} backdrop
         * @param {number} blend
         */
        drawSubject(subject, picture, { canvas, isMap, isLight }, blend) {
            const { context, stage } = this;
            const { x, y, w, h } = stage.frame;
            const isCutOut = this.subject.isCutOut(picture);
            if (isCutOut && isLight && stage.state.mode !== "fbc") {
                context.globalAlpha = blend ** 2;
                context.fillStyle = icLight.backdrop.GREY;
                context.fillRect(x, y, w, h);
            }
            this.light(subject, picture, isLight ? canvas : null);
            context.globalAlpha = isMap && !isCutOut ? blend : Math.min(1.4 * blend, 1);
            context.drawImage(this.lit, x, y, w, h);
            context.globalAlpha = 1;
        }

        /**
         * Draw the subject in the light on a canvas of its own.
         * @param {Rectangle} subject
         * @param {HTMLImageElement} picture
         * @param {HTMLCanvasElement | null} light null for its own light
         */
        light({ x, y, w, h }, picture, light) {
            const { lit, stage } = this;
            const { frame } = stage;
            const density = window.devicePixelRatio;
            const [width, height] = [frame.w, frame.h].map((side) => Math.ceil(side * density));
            if (lit.width !== width || lit.height !== height) Object.assign(lit, { width, height });
            const inner = icLight.backdrop.contextOf(lit);
            const reduced = this.reduced(picture, w, h);
            const place = /** @type {const} */ ([x - frame.x, y - frame.y, w, h]);
            inner.setTransform(width / frame.w, 0, 0, height / frame.h, 0, 0);
            inner.globalCompositeOperation = "copy";
            inner.drawImage(reduced, ...place);
            if (light) {
                inner.globalCompositeOperation = "multiply";
                inner.globalAlpha = 1 - FLOOR;
                inner.drawImage(light, 0, 0, frame.w, frame.h);
                inner.globalCompositeOperation = "destination-in";
                inner.globalAlpha = 1;
                inner.drawImage(reduced, ...place);
            }
        }
    }

    return { Scene };
})();
