/*
 * Lamps above and in front of a set's subject, by its normals, with the formulae of lib_iclight/studio/lamps.py. Does not
 * access the page, apart from the limits in it.
 */
var icLight = window.icLight || {};

icLight.studioLamps = (() => {
    "use strict";

    const DECIMALS = 3;
    const CHANNELS = 3;
    const NUMBERS = /** @type {const} */ (["x", "y", "height", "softness", "falloff"]);
    const { max, min, sqrt } = Math;

    /**
     * What each number of a lamp can be.
     * @param {LampNumber} name
     * @returns {Span}
     */
    function limitsOf(name) {
        if (name === "x" || name === "y") return icLight.limits.read().light[name];
        return icLight.studioMix.limits().lamps[name];
    }

    /**
     * A lamp at a place.
     * @param {number} x
     * @param {number} y
     * @returns {Lamp}
     */
    function newLamp(x, y) {
        return { x, y, ...icLight.studioMix.limits().lamps.usual, fader: icLight.studioMix.fader() };
    }

    /**
     * A lamp in numbers: red, green and blue of its light, then its place.
     * @param {Lamp} lamp
     * @param {boolean} onlySolo whether all that are not solo are off
     * @returns {number[]}
     */
    function rowOf(lamp, onlySolo) {
        return [...icLight.studioMix.factorOf(lamp.fader, onlySolo), ...NUMBERS.map((name) => lamp[name])];
    }

    /**
     * A mix's lamps in numbers, exposure apart.
     * @param {Mix} mix
     * @returns {number[][]}
     */
    function rowsOf(mix) {
        const onlySolo = icLight.studioMix.hasSolo(mix);
        return mix.lamps.map((lamp) => rowOf(lamp, onlySolo));
    }

    /**
     * Lamps with their light times a factor.
     * @param {number[][]} rows
     * @param {number} factor
     * @returns {number[][]}
     */
    function brighter(rows, factor) {
        return rows.map((row) => row.map((value, place) => (place < CHANNELS ? value * factor : value)));
    }

    /**
     * Lamps on their way from where they are to where others are, each to the one in its place of the list. One without
     * a counterpart fades where it stands.
     * @param {number[][]} one
     * @param {number[][]} other
     * @param {number} share how far the way is done, 0 to 1
     * @returns {number[][]}
     */
    function between(one, other, share) {
        const count = max(one.length, other.length);
        return Array.from({ length: count }, (_, index) => {
            const from = one[index] ?? brighter([other[index]], 0)[0];
            const to = other[index] ?? brighter([one[index]], 0)[0];
            return from.map((value, place) => value + share * (to[place] - value));
        });
    }

    /**
     * Add the light of lamps, times what reflects it, to a sum.
     * @param {Float32Array} sum three values for each pixel
     * @param {number[][]} rows
     * @param {{width: number, height: number, normals: Uint16Array}} surface
     * @param {(place: number) => number} reflected linear light by place
     */
    function addTo(sum, rows, { width, height, normals }, reflected) {
        const numbers = icLight.studioPreview.numbersOfHalves();
        const longer = max(width, height);
        for (const [red, green, blue, x, y, before, softness, falloff] of rows) {
            if (red === 0 && green === 0 && blue === 0) continue;
            for (let row = 0, place = 0; row < height; row++) {
                const up = (row + 0.5 - y * height) / longer;
                for (let column = 0; column < width; column++, place += 3) {
                    const right = (x * width - (column + 0.5)) / longer;
                    const square = right * right + up * up + before * before;
                    const facing =
                        numbers[normals[place]] * right +
                        numbers[normals[place + 1]] * up +
                        numbers[normals[place + 2]] * before;
                    const shade = (facing / sqrt(square) + softness) / (1 + softness);
                    if (shade <= 0) continue;
                    const light = shade * ((before * before) / square) ** falloff;
                    sum[place] += red * light * reflected(place);
                    sum[place + 1] += green * light * reflected(place + 1);
                    sum[place + 2] += blue * light * reflected(place + 2);
                }
            }
        }
    }

    /**
     * The mean luminance of the subject under lamps, as it is seen in a few cells.
     * @param {LampSamples | null | undefined} samples
     * @param {number[][]} rows
     * @returns {number} 0 if there are no samples yet
     */
    function luminance(samples, rows) {
        if (!samples || rows.length === 0) return 0;
        const numbers = icLight.studioPreview.numbersOfHalves();
        const { LUMA } = icLight.colour;
        const sum = new Float32Array(samples.normals.length);
        addTo(sum, rows, samples, (place) => numbers[samples.reflected[place]]);
        const total = sum.reduce((all, value, place) => all + LUMA[place % CHANNELS] * value, 0);
        return total / (samples.width * samples.height);
    }

    /**
     * Read what lamps need of a set.
     * @param {ArrayBuffer} buffer a safetensors file
     * @returns {LampSurface}
     */
    function readSurface(buffer) {
        const { header, tensor } = icLight.studioPreview.opened(buffer);
        const halves = (/** @type {string} */ name) => new Uint16Array(tensor(name));
        const sizeOf = (/** @type {string} */ name) => {
            const [height, width] = header[name].shape;
            return { width, height };
        };
        const samples = {
            ...sizeOf("samples.normals"),
            normals: halves("samples.normals"),
            reflected: halves("samples.reflected"),
        };
        return { ...sizeOf("normals"), normals: halves("normals"), samples };
    }

    /**
     * A lamp as the server reads it.
     * @param {Lamp} lamp
     * @returns {object}
     */
    function plain(lamp) {
        const place = NUMBERS.map((name) => [name, icLight.numbers.rounded(lamp[name], DECIMALS)]);
        return { ...Object.fromEntries(place), ...icLight.studioMix.plainFader(lamp.fader) };
    }

    /**
     * A lamp, of what the server says; what is usual is left out there.
     * @param {PlainLamp} plainLamp
     * @returns {Lamp}
     */
    function read({ x, y, height, softness, falloff, ...one }) {
        const { usual } = icLight.studioMix.limits().lamps;
        return {
            x,
            y,
            height: height ?? usual.height,
            softness: softness ?? usual.softness,
            falloff: falloff ?? usual.falloff,
            fader: icLight.studioMix.fader(one),
        };
    }

    /**
     * A mix's lamps and its turned light as lights of the editor, as lib_iclight/studio/editor_lights.py has them.
     * @param {Mix} mix
     * @returns {Light[]}
     */
    function editorLights(mix) {
        const { bounded } = icLight.numbers;
        const onlySolo = icLight.studioMix.hasSolo(mix);
        const isOn = (/** @type {Fader} */ one) => icLight.studioMix.factorOf(one, onlySolo).some((value) => value > 0);
        const painted = (/** @type {Fader} */ { strength, colour, kelvin }) => ({
            strength,
            kelvin,
            colour: kelvin === null ? colour : null,
        });
        const limits = icLight.limits.read().light;
        const { newLight } = icLight.description;
        const lights = mix.lamps
            .filter(({ fader }) => isOn(fader))
            .map(({ x, y, height, softness, fader }) => ({
                ...newLight("positioned"),
                ...painted(fader),
                x,
                y,
                softness: bounded(height * (1 + softness), limits.softness),
            }));
        const { turned } = mix;
        if (turned !== null && isOn(turned.fader))
            lights.push({ ...newLight("directional"), ...painted(turned.fader), angle: turned.angle });
        return lights;
    }

    /**
     * Set a number of a lamp, within its limits.
     * @param {Lamp} lamp
     * @param {LampNumber} name
     * @param {number} value
     */
    function set(lamp, name, value) {
        const [low, high] = limitsOf(name);
        lamp[name] = icLight.numbers.rounded(min(max(value, low), high), DECIMALS);
    }

    return {
        addTo,
        between,
        brighter,
        editorLights,
        limitsOf,
        luminance,
        newLamp,
        plain,
        read,
        readSurface,
        rowsOf,
        set,
    };
})();

/**
 * @typedef {"x" | "y" | "height" | "softness" | "falloff"} LampNumber
 *
 * @typedef {object} Lamp
 * @property {number} x from the frame's left side, in widths of the frame
 * @property {number} y from the frame's upper side, in heights of the frame
 * @property {number} height before the subject, in the frame's longer sides
 * @property {number} softness 0 to 1
 * @property {number} falloff 0 to 1
 * @property {Fader} fader
 *
 * @typedef {{x: number, y: number, height?: number, softness?: number, falloff?: number} & Partial<Fader>} PlainLamp
 *
 * @typedef {object} LampSamples the subject in a few cells
 * @property {number} width
 * @property {number} height
 * @property {Uint16Array} normals half precision
 * @property {Uint16Array} reflected half precision: the photograph in linear light, times how much of the subject is there
 *
 * @typedef {{width: number, height: number, normals: Uint16Array, samples: LampSamples}} LampSurface
 */
