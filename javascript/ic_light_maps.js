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
     * A ramp across the whole frame.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @returns {Shade}
     */
    function directionalShade(light, width, height) {
        const { bounded } = icLight.numbers;
        const [cosine, sine] = direction(light.angle);
        const ends = [0, (width - 1) * cosine, -(height - 1) * sine, (width - 1) * cosine - (height - 1) * sine];
        const low = Math.min(...ends);
        const span = Math.max(...ends) - low;
        if (span === 0) return () => bounded(0.5 / light.softness + 0.5, UNIT);
        if (light.softness === 1) return (i, j) => bounded((i * cosine - j * sine - low) / span, UNIT);
        return (i, j) => bounded(((i * cosine - j * sine - low) / span - 0.5) / light.softness + 0.5, UNIT);
    }

    /**
     * A round light at its position.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @returns {Shade}
     */
    function positionedShade(light, width, height) {
        const [x, y] = [light.x * (width - 1), light.y * (height - 1)];
        const side = Math.max(width - 1, height - 1, 1);
        return (i, j) => icLight.numbers.bounded(1 - Math.hypot(i - x, j - y) / side / (2 * light.softness), UNIT);
    }

    /**
     * A light's falloff at each pixel, before strength and colour.
     * @param {Light} light
     * @param {number} width
     * @param {number} height
     * @returns {Shade}
     */
    function shade(light, width, height) {
        const of = light.kind === "directional" ? directionalShade : positionedShade;
        return of(light, width, height);
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
     * Give each pixel of a picture a colour, in place.
     * @param {ImageData} image
     * @param {(i: number, j: number) => number[]} colourAt red, green and blue of the pixel in column i and row j
     */
    function paint({ data, width, height }, colourAt) {
        for (let j = 0, at = 0; j < height; j++) {
            for (let i = 0; i < width; i++, at += 4) {
                [data[at], data[at + 1], data[at + 2]] = colourAt(i, j);
                data[at + 3] = 255;
            }
        }
    }

    /**
     * Ambient light alone: rounded, so that three decimals can express every integer level.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawFlat(image, { ambient, range: [low, high] }) {
        const { decode, encode, linearOf } = icLight.colour;
        const level = decode(ambient.level);
        const isWhite = ambient.colour === "#ffffff";
        const values = linearOf(ambient.colour).map((value) => (isWhite ? ambient.level : encode(level * value)));
        const pixel = values.map((value) => icLight.numbers.rounded(low + (high - low) * value, 0));
        paint(image, () => pixel);
    }

    /**
     * One plain white light: byte for byte the reference's gradient, so it does not go through linear light.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawGrey(image, { lights, range }) {
        const source = shade(lights[0], image.width, image.height);
        paint(image, (i, j) => {
            const grey = toByte(source(i, j), range);
            return [grey, grey, grey];
        });
    }

    /**
     * The sum of lights in linear light.
     * @param {ImageData} image
     * @param {LightDescription} description
     */
    function drawSum(image, { ambient, range, lights }) {
        const { decode, encode, linear, linearOf } = icLight.colour;
        const base = linearOf(ambient.colour).map((value) => value * decode(ambient.level));
        const parts = lights.map((light) => ({
            shade: shade(light, image.width, image.height),
            colour: linear(light).map((value) => value * light.strength),
        }));
        paint(image, (i, j) => {
            let [red, green, blue] = base;
            for (const part of parts) {
                const light = decode(part.shade(i, j));
                red += light * part.colour[0];
                green += light * part.colour[1];
                blue += light * part.colour[2];
            }
            // More than full light is scaled down, not clipped, so that a strong coloured light keeps its hue.
            const peak = Math.max(red, green, blue, 1);
            return [red, green, blue].map((value) => toByte(encode(value / peak), range));
        });
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

/** @typedef {(i: number, j: number) => number} Shade light on the pixel in column i and row j, 0 to 1 */
