/*
 * Light maps: descriptions drawn as pictures, with the formulae of lib_iclight/light/maps.py, so that the preview shows
 * what a run uses. Does not access the page.
 */
var icLight = window.icLight || {};

icLight.maps = (() => {
    "use strict";

    const CROSS = [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
    ];
    const UNIT = [0, 1];
    const STEPS = 16384; // of the curves' tables: a fifth of a level where the curve is steepest
    /** @type {{decode: Float64Array, encode: Float64Array} | null} */
    let tables = null;

    /**
     * Cosine and sine, exact at the right angles.
     * @param {number} angle in degrees
     * @returns {number[]}
     */
    function direction(angle) {
        const { turned, radians } = icLight.numbers;
        const turn = turned(angle);
        return turn % 90 === 0 ? CROSS[turn / 90] : [Math.cos(radians(turn)), Math.sin(radians(turn))];
    }

    /**
     * A light's falloff at each pixel, row by row, before strength and colour: 0 to 1.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @param {Float64Array} into as long as there are pixels
     */
    function shade(light, width, height, into) {
        const of = light.kind === "directional" ? shadeAcross : shadeAround;
        of(light, width, height, into);
    }

    /**
     * A ramp across the whole frame.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @param {Float64Array} into
     */
    function shadeAcross({ angle, softness }, width, height, into) {
        const [cosine, sine] = direction(angle);
        const ends = [0, (width - 1) * cosine, -(height - 1) * sine, (width - 1) * cosine - (height - 1) * sine];
        const low = Math.min(...ends);
        const span = Math.max(...ends) - low;
        if (span === 0) {
            into.fill(icLight.numbers.bounded(0.5 / softness + 0.5, UNIT));
            return;
        }
        for (let j = 0, at = 0; j < height; j++) {
            for (let i = 0; i < width; i++, at++) {
                const along = (i * cosine - j * sine - low) / span;
                const value = softness === 1 ? along : (along - 0.5) / softness + 0.5;
                into[at] = Math.min(Math.max(value, 0), 1);
            }
        }
    }

    /**
     * A round light at its position.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @param {Float64Array} into
     */
    function shadeAround({ x, y, softness }, width, height, into) {
        const [middleX, middleY] = [x * (width - 1), y * (height - 1)];
        const side = Math.max(width - 1, height - 1, 1);
        for (let j = 0, at = 0; j < height; j++) {
            const down = (j - middleY) ** 2;
            for (let i = 0; i < width; i++, at++) {
                const value = 1 - Math.sqrt((i - middleX) ** 2 + down) / side / (2 * softness);
                into[at] = Math.max(value, 0);
            }
        }
    }

    /**
     * Whether a light is white and of strength 1.
     * @param {Light} light
     * @returns {boolean}
     */
    function isPlainWhite(light) {
        return light.strength === 1 && light.kelvin === null && light.colour === "#ffffff";
    }

    /**
     * A value within a range, truncated to an integer; rounding errors just below an integer are corrected.
     * @param {number} value 0 to 1
     * @param {readonly number[]} range
     * @returns {number}
     */
    function toByte(value, [low, high]) {
        return Math.floor(low + (high - low) * value + 1e-6);
    }

    /**
     * A function at even steps from 0 to 1, to be looked up: it is needed at every pixel of every frame of a drag.
     * @param {(value: number) => number} of
     * @returns {Float64Array} one entry more than steps, and one to read beyond
     */
    function tabled(of) {
        return Float64Array.from({ length: STEPS + 2 }, (_, step) => of(Math.min(step / STEPS, 1)));
    }

    /**
     * sRGB's curves as tables, made when they are first needed.
     * @returns {{decode: Float64Array, encode: Float64Array}}
     */
    function curves() {
        tables ??= { decode: tabled(icLight.colour.decode), encode: tabled(icLight.colour.encode) };
        return tables;
    }

    /**
     * Ambient light alone: rounded, so that three decimals can express every integer level.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawFlat({ data }, { ambient, range: [low, high] }) {
        const { decode, encode, linearOf } = icLight.colour;
        const level = decode(ambient.level);
        const isWhite = ambient.colour === "#ffffff";
        const values = linearOf(ambient.colour).map((value) => (isWhite ? ambient.level : encode(level * value)));
        const pixel = values.map((value) => icLight.numbers.rounded(low + (high - low) * value, 0));
        for (let at = 0; at < data.length; at += 4) data.set(pixel, at);
    }

    /**
     * One plain white light: byte for byte the reference's gradient, so it does not go through linear light.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawGrey({ data, width, height }, { lights, range }) {
        const values = new Float64Array(width * height);
        shade(lights[0], width, height, values);
        for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 4) {
            data[at] = data[at + 1] = data[at + 2] = toByte(values[pixel], range);
        }
    }

    /**
     * The sum of lights in linear light.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawSum(image, { ambient, range, lights }) {
        const { decode, linear, linearOf } = icLight.colour;
        const { width, height } = image;
        const base = linearOf(ambient.colour).map((value) => value * decode(ambient.level));
        const sums = base.map((value) => new Float64Array(width * height).fill(value));
        const values = new Float64Array(width * height);
        for (const light of lights) {
            shade(light, width, height, values);
            addLight(
                values,
                linear(light).map((value) => value * light.strength),
                sums,
            );
        }
        encodeSums(image, sums, range);
    }

    /**
     * Add a light in linear light.
     * @param {Float64Array} values the light's falloff
     * @param {number[]} colour linear, times its strength
     * @param {Float64Array[]} sums of red, green and blue
     */
    function addLight(values, colour, [reds, greens, blues]) {
        const { decode } = curves();
        const [red, green, blue] = colour;
        for (let pixel = 0; pixel < values.length; pixel++) {
            const place = values[pixel] * STEPS;
            const step = place | 0;
            const light = decode[step] + (decode[step + 1] - decode[step]) * (place - step);
            reds[pixel] += light * red;
            greens[pixel] += light * green;
            blues[pixel] += light * blue;
        }
    }

    /**
     * Write linear light as pixels. More than full light is scaled down, not clipped, so that a strong coloured light
     * keeps its hue.
     * @param {ImageData} image
     * @param {Float64Array[]} sums of red, green and blue
     * @param {number[]} range
     */
    function encodeSums({ data }, [reds, greens, blues], [low, high]) {
        const { encode } = curves();
        const levels = encode.map((value) => toByte(value, [low, high]));
        for (let pixel = 0, at = 0; pixel < reds.length; pixel++, at += 4) {
            const [red, green, blue] = [reds[pixel], greens[pixel], blues[pixel]];
            const scale = STEPS / Math.max(red, green, blue, 1);
            data[at] = levels[(red * scale + 0.5) | 0];
            data[at + 1] = levels[(green * scale + 0.5) | 0];
            data[at + 2] = levels[(blue * scale + 0.5) | 0];
        }
    }

    /**
     * Draw a description.
     * @param {LightDescription} description
     * @param {number} width
     * @param {number} height
     * @returns {ImageData}
     */
    function render(description, width, height) {
        const { ambient, lights } = description;
        const image = new ImageData(width, height);
        for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
        const isSingle = lights.length === 1 && ambient.level === 0 && isPlainWhite(lights[0]);
        const draw = lights.length === 0 ? drawFlat : isSingle ? drawGrey : drawSum;
        draw(image, description);
        return image;
    }

    /**
     * Scale pixels' distance from grey 127, in place.
     * @param {Uint8ClampedArray} data which rounds, half to even, and clips
     * @param {number} strength
     */
    function withContrast(data, strength) {
        if (strength === 1) return;
        for (let at = 0; at < data.length; at++) {
            if (at % 4 !== 3) data[at] = 127 + (data[at] - 127) * strength;
        }
    }

    return { render, withContrast };
})();
