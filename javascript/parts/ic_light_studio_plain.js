/* Mixes a set's pictures without the graphics unit, where a browser has no WebGL2: the same picture, drawn more slowly. */
var icLight = window.icLight || {};

icLight.studioPlain = (() => {
    "use strict";

    // Steps of linear light in which levels are looked up, as lib_iclight/studio/mixing.py does it.
    const STEPS = 65_535;
    /** @type {Uint8Array | null} */
    let levels = null;

    /**
     * Levels by linear light.
     * @returns {Uint8Array}
     */
    function levelsByLight() {
        levels ??= Uint8Array.from({ length: STEPS + 1 }, (_, at) =>
            Math.round(255 * icLight.colour.encode(at / STEPS)),
        );
        return levels;
    }

    /** Draws on one canvas. */
    class PlainMixer {
        /**
         * @param {HTMLCanvasElement} canvas
         * @param {CanvasRenderingContext2D} context
         */
        constructor(canvas, context) {
            this.canvas = canvas;
            this.context = context;
            /** @type {Uint16Array[]} */
            this.pictures = [];
            /** @type {Uint8Array} */
            this.photograph = new Uint8Array(0);
            /** @type {LampSurface | null} */
            this.surface = null;
            this.sum = new Float32Array(0);
        }

        /**
         * Take a set's pictures.
         * @param {Preview} preview
         */
        take({ width, height, photograph, pictures }) {
            [this.canvas.width, this.canvas.height] = [width, height];
            this.pictures = pictures;
            this.photograph = photograph;
            this.surface = null;
            this.sum = new Float32Array(3 * width * height);
            this.image = new ImageData(width, height);
            this.image.data.fill(255);
        }

        /**
         * Take what lamps need of the set.
         * @param {LampSurface} surface
         */
        takeSurface(surface) {
            this.surface = surface;
        }

        /**
         * Draw a mix.
         * @param {number[][]} table factors by picture and channel
         * @param {number[][]} lamps in numbers
         */
        draw(table, lamps) {
            if (!this.image) return;
            this.sum.fill(0);
            for (const [index, factor] of table.entries())
                if (factor.some((value) => value !== 0)) this.add(index, factor);
            this.addLamps(lamps);
            const [{ data }, { sum }, level] = [this.image, this, levelsByLight()];
            for (let pixel = 0, from = 0; from < sum.length; pixel += 4, from += 3) {
                for (let channel = 0; channel < 3; channel++) {
                    const light = sum[from + channel];
                    data[pixel + channel] = level[light <= 0 ? 0 : light >= 1 ? STEPS : (light * STEPS + 0.5) | 0];
                }
            }
            this.context.putImageData(this.image, 0, 0);
        }

        /**
         * Add a picture to the sum.
         * @param {number} index
         * @param {number[]} factor by channel
         */
        add(index, [red, green, blue]) {
            const { pictures, sum } = this;
            const [picture, numbers] = [pictures[index], icLight.studioPreview.numbersOfHalves()];
            for (let place = 0; place < sum.length; place += 3) {
                sum[place] += red * numbers[picture[place]];
                sum[place + 1] += green * numbers[picture[place + 1]];
                sum[place + 2] += blue * numbers[picture[place + 2]];
            }
        }

        /**
         * Add the light of lamps to the sum.
         * @param {number[][]} lamps
         */
        addLamps(lamps) {
            if (this.surface === null || lamps.length === 0) return;
            const light = Array.from({ length: 256 }, (_, level) => icLight.colour.decode(level / 255));
            icLight.studioLamps.addTo(this.sum, lamps, this.surface, (place) => light[this.photograph[place]]);
        }

        /** Let go of the pictures. */
        end() {
            this.pictures = [];
            this.surface = null;
            this.sum = new Float32Array(0);
        }
    }

    /**
     * A mixer for a canvas.
     * @param {HTMLCanvasElement} canvas
     * @returns {PlainMixer}
     */
    function on(canvas) {
        return new PlainMixer(canvas, /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")));
    }

    return { on };
})();
