/* The subject's picture at the size at which an editor shows it, and whether it is cut out. Made when it changes. */
var icLight = window.icLight || {};

icLight.subject = (() => {
    "use strict";

    const LARGEST = 2048; // pixels; a subject placed larger than that is drawn from its own pixels
    const LOOK_SIDE = 64; // of the reduced picture whose transparency is looked at
    // A cut-out as in lib_iclight/subject/prepare.py: less than that are rounded corners, or a stray pixel.
    const CUT_OUT_SHARE = 0.05;
    const CLEARLY_OPAQUE = 192;

    /** Keeps a reduced copy of the subject's picture. */
    class Subject {
        constructor() {
            this.canvas = document.createElement("canvas");
            this.key = "";
            /** @type {WeakMap<HTMLImageElement, boolean>} */
            this.known = new WeakMap();
        }

        /**
         * The picture at this size, so that no frame of a drag has to reduce it again.
         * @param {HTMLImageElement} picture
         * @param {number} w in the screen's pixels
         * @param {number} h
         * @returns {CanvasImageSource}
         */
        at(picture, w, h) {
            const [width, height] = [Math.max(Math.round(w), 1), Math.max(Math.round(h), 1)];
            if (width >= picture.naturalWidth || Math.max(width, height) > LARGEST) return picture;
            const key = `${width} ${height} ${icLight.pictures.brief(picture.src)}`;
            if (key !== this.key) {
                Object.assign(this.canvas, { width, height });
                const context = icLight.backdrop.contextOf(this.canvas);
                context.imageSmoothingQuality = "high";
                context.drawImage(picture, 0, 0, width, height);
                this.key = key;
            }
            return this.canvas;
        }

        /**
         * Whether a picture is cut out.
         * @param {HTMLImageElement} picture
         * @returns {boolean}
         */
        isCutOut(picture) {
            const known = this.known.get(picture) ?? isCutOut(picture);
            this.known.set(picture, known);
            return known;
        }
    }

    /**
     * Whether so much of a picture is transparent that it is a cut-out.
     * @param {HTMLImageElement} picture
     * @returns {boolean}
     */
    function isCutOut(picture) {
        const canvas = document.createElement("canvas");
        Object.assign(canvas, { width: LOOK_SIDE, height: LOOK_SIDE });
        const context = icLight.backdrop.contextOf(canvas);
        context.drawImage(picture, 0, 0, LOOK_SIDE, LOOK_SIDE);
        const { data } = context.getImageData(0, 0, LOOK_SIDE, LOOK_SIDE);
        let count = 0;
        for (let at = 3; at < data.length; at += 4) if (data[at] < CLEARLY_OPAQUE) count++;
        return count >= CUT_OUT_SHARE * LOOK_SIDE ** 2;
    }

    return { Subject };
})();
