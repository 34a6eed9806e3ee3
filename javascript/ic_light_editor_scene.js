/* Draws the inside of an editor's frame: the backdrop, and the subject as the light falls on it. */
var icLight = window.icLight || {};

icLight.scene = (() => {
    "use strict";

    const MAP_SIDE = 144;
    const FLOOR = 0.3; // the fraction of the subject's brightness that remains where the map is black
    const GREY = "#7f7f7f";

    /**
     * The drawing context of a canvas.
     * @param {HTMLCanvasElement} canvas
     * @returns {CanvasRenderingContext2D}
     */
    function contextOf(canvas) {
        return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    }

    /** Draws the pictures and the light map. */
    class Scene {
        /**
         * @param {CanvasRenderingContext2D} context
         * @param {Stage} stage
         */
        constructor(context, stage) {
            this.context = context;
            this.stage = stage;
            this.buffer = document.createElement("canvas");
            this.mapCanvas = document.createElement("canvas");
            this.mapKey = "";
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
            context.fillStyle = GREY;
            context.fillRect(x, y, w, h);
            const light = this.drawBackdrop();
            if (subject.picture) this.drawSubject(subject, subject.picture, light, blend);
            context.restore();
            context.strokeStyle = line;
            context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
        }

        /**
         * Draw the part of the subject beyond the frame, faintly.
         * @param {Rectangle & {picture: HTMLImageElement | null}} subject
         */
        drawBeyond({ picture, x, y, w, h }) {
            if (!picture) return;
            this.context.globalAlpha = 0.25;
            this.context.drawImage(picture, x, y, w, h);
            this.context.globalAlpha = 1;
        }

        /**
         * Draw what is behind the subject.
         * @returns {HTMLCanvasElement | null} the map that lights the subject, null if a picture is shown
         */
        drawBackdrop() {
            const { context, stage } = this;
            const { frame, pictures, state } = stage;
            const given = { custom: pictures.lightMap ?? pictures.spare, mask: pictures.mask, none: pictures.spare };
            const background = state.mode === "fbc" ? pictures.background : null;
            if (background) this.drawGiven(background, stage.page.isFlipped());
            else if (state.light === "mask" && pictures.painted !== null) this.drawPainted(pictures.painted);
            else if (state.light in given) this.drawGiven(given[/** @type {keyof given} */ (state.light)], false);
            else {
                const map = this.map();
                context.drawImage(map, frame.x, frame.y, frame.w, frame.h);
                return map;
            }
            const isLight = !background && !(state.mode === "fbc" && state.light === "none");
            if (isLight) this.scaleFrame(stage.page.strength());
            return null;
        }

        /**
         * Draw one of the page's pictures, if it has loaded.
         * @param {string | null} address
         * @param {boolean} isFlipped
         */
        drawGiven(address, isFlipped) {
            const picture = this.stage.page.pictures.loaded(address);
            if (picture) this.drawCover(picture, picture.naturalWidth, picture.naturalHeight, isFlipped);
        }

        /**
         * Draw a painted mask as light: white on black.
         * @param {string} address
         */
        drawPainted(address) {
            const { context, buffer, stage } = this;
            const picture = stage.page.pictures.loaded(address);
            if (!picture) return;
            Object.assign(buffer, { width: picture.naturalWidth, height: picture.naturalHeight });
            const inner = contextOf(buffer);
            inner.drawImage(picture, 0, 0);
            inner.globalCompositeOperation = "source-in";
            inner.fillStyle = "#fff";
            inner.fillRect(0, 0, buffer.width, buffer.height);
            context.fillStyle = "#000";
            context.fillRect(stage.frame.x, stage.frame.y, stage.frame.w, stage.frame.h);
            this.drawCover(buffer, buffer.width, buffer.height, false);
        }

        /**
         * Draw a picture so that it just covers the frame.
         * @param {CanvasImageSource} picture
         * @param {number} width
         * @param {number} height
         * @param {boolean} isFlipped
         */
        drawCover(picture, width, height, isFlipped) {
            const { context, stage } = this;
            const [x, y] = stage.centre;
            const scale = Math.max(stage.frame.w / width, stage.frame.h / height);
            const [w, h] = [width * scale, height * scale];
            context.save();
            context.translate(x, y);
            if (isFlipped) context.scale(-1, 1);
            context.drawImage(picture, -w / 2, -h / 2, w, h);
            context.restore();
        }

        /**
         * Scale the contrast inside the frame, as the run scales the light's.
         * @param {number} strength
         */
        scaleFrame(strength) {
            if (strength === 1) return;
            const { x, y, w, h } = this.stage.frame;
            const density = window.devicePixelRatio;
            const [left, top] = [x, y].map((start) => Math.ceil(start * density));
            const [right, bottom] = [x + w, y + h].map((end) => Math.floor(end * density));
            if (right <= left || bottom <= top) return;
            const image = this.context.getImageData(left, top, right - left, bottom - top);
            icLight.maps.withContrast(image.data, strength);
            this.context.putImageData(image, left, top);
        }

        /**
         * The light map that the run will use, at a reduced size.
         * @returns {HTMLCanvasElement}
         */
        map() {
            const { description } = this.stage.state;
            const { w, h } = this.stage.frame;
            const scale = MAP_SIDE / Math.max(w, h);
            const [width, height] = [w, h].map((side) => Math.max(Math.round(side * scale), 2));
            const strength = this.stage.page.strength();
            const key = JSON.stringify([description, width, height, strength]);
            if (key !== this.mapKey) {
                const image = icLight.maps.render(description, width, height);
                icLight.maps.withContrast(image.data, strength);
                Object.assign(this.mapCanvas, { width, height });
                contextOf(this.mapCanvas).putImageData(image, 0, 0);
                this.mapKey = key;
            }
            return this.mapCanvas;
        }

        /**
         * Draw the subject as the light would fall on it, blended over the backdrop.
         * @param {Rectangle} subject
         * @param {HTMLImageElement} picture
         * @param {HTMLCanvasElement | null} light
         * @param {number} blend
         */
        drawSubject({ x, y, w, h }, picture, light, blend) {
            const { buffer, context, stage } = this;
            const { frame } = stage;
            const density = window.devicePixelRatio;
            Object.assign(buffer, { width: Math.ceil(frame.w * density), height: Math.ceil(frame.h * density) });
            const inner = contextOf(buffer);
            inner.setTransform(density, 0, 0, density, 0, 0);
            inner.drawImage(picture, x - frame.x, y - frame.y, w, h);
            if (light) {
                inner.globalCompositeOperation = "multiply";
                inner.globalAlpha = 1 - FLOOR;
                inner.drawImage(light, 0, 0, frame.w, frame.h);
                inner.globalCompositeOperation = "destination-in";
                inner.globalAlpha = 1;
                inner.drawImage(picture, x - frame.x, y - frame.y, w, h);
            }
            // In front of a picture the subject should be almost opaque.
            context.globalAlpha = light ? blend : Math.min(1.4 * blend, 1);
            context.drawImage(buffer, frame.x, frame.y, frame.w, frame.h);
            context.globalAlpha = 1;
        }
    }

    return { Scene, contextOf };
})();
