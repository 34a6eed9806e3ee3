/*
 * Lights as a description: read it, write its canonical text, draw its map. The formulae are those of
 * lib_iclight/lights.py, so that the preview and the picture that is used agree. Nothing here knows the page.
 *
 * A description as this file hands it out has every field filled in:
 *   {ambient: {level, colour}, range: [low, high], lights: [{kind, angle | x, y, softness, strength, colour, kelvin}]}
 * with `colour` as "#rrggbb" or null where `kelvin` is a number, and the other way round.
 */
(() => {
    "use strict";

    const VERSION = 1;
    const MAX_LIGHTS = 8;
    const LIMITS = {
        angle: [-3600, 3600],
        x: [-1, 2],
        y: [-1, 2],
        softness: [0.02, 1],
        strength: [0, 4],
        kelvin: [1500, 15000],
        level: [0, 1],
        range: [0, 255],
    };
    const SOFTNESS = { directional: 1, positioned: 0.5 };
    const PLACES = { directional: ["angle"], positioned: ["x", "y"] };
    const NEUTRAL_KELVIN = 6500;
    const RANGES = { fc: [0, 255], fbc: [32, 224] };
    const AMBIENT = { fc: 127, fbc: 64 };
    const ANGLES = { right: 0, top: 90, left: 180, bottom: 270 };

    class DescriptionError extends Error {}

    // Reading

    function fail(message) {
        throw new DescriptionError(message);
    }

    function onlyKnown(value, names, where) {
        if (value === null || typeof value !== "object" || Array.isArray(value)) fail(`${where} must be an object.`);
        const unknown = Object.keys(value).find((key) => !names.includes(key));
        if (unknown !== undefined) fail(`${where} has no ${unknown}.`);
    }

    function number(value, limits, name) {
        const [low, high] = limits;
        if (typeof value !== "number" || !(value >= low && value <= high)) {
            fail(`${name} must be a number from ${low} to ${high}.`);
        }
        return rounded(value, 3);
    }

    function colour(value, name) {
        if (typeof value !== "string" || !/^#[0-9a-f]{6}$/i.test(value)) fail(`${name} must be like #rrggbb.`);
        return value.toLowerCase();
    }

    function colourField(source, where) {
        if ("colour" in source && "color" in source) fail(`${where} has its colour twice.`);
        return source.colour ?? source.color;
    }

    function readLight(source, index) {
        const where = `Light ${index + 1}`;
        const kind = source && "angle" in Object(source) ? "directional" : "positioned";
        onlyKnown(source, [...PLACES[kind], "softness", "strength", "colour", "color", "kelvin"], where);
        const light = newLight(kind);
        for (const name of PLACES[kind]) light[name] = number(source[name], LIMITS[name], `${where}: ${name}`);
        if (kind === "directional") light.angle = roundedAngle(light.angle);
        for (const name of ["softness", "strength"]) {
            if (name in source) light[name] = number(source[name], LIMITS[name], `${where}: ${name}`);
        }
        const given = colourField(source, where);
        if ("kelvin" in source) {
            if (given !== undefined) fail(`${where} has both a colour and kelvin.`);
            light.kelvin = number(source.kelvin, LIMITS.kelvin, `${where}: kelvin`);
            light.colour = null;
        } else if (given !== undefined) {
            light.colour = colour(given, `${where}: colour`);
        }
        return light;
    }

    function readAmbient(source) {
        onlyKnown(source, ["level", "colour", "color"], "ambient");
        const given = colourField(source, "ambient");
        return {
            level: "level" in source ? number(source.level, LIMITS.level, "ambient: level") : 0,
            colour: given === undefined ? "#ffffff" : colour(given, "ambient: colour"),
        };
    }

    function readRange(source) {
        if (!Array.isArray(source) || source.length !== 2) fail("range must be two numbers.");
        const range = source.map((end) => number(end, LIMITS.range, "range"));
        if (range[0] > range[1]) fail("range must begin with the smaller number.");
        return range;
    }

    /** Read a description, as an object or as its JSON text; throws a DescriptionError that says what is wrong. */
    function parse(source) {
        let value = source;
        if (typeof source === "string") {
            try {
                value = JSON.parse(source);
            } catch (error) {
                fail(`The lights are not JSON: ${error.message}`);
            }
        }
        onlyKnown(value, ["version", "ambient", "range", "lights"], "A light description");
        if (value.version !== VERSION) fail(`version must be ${VERSION}, not ${JSON.stringify(value.version) ?? "missing"}.`);
        if (!Array.isArray(value.lights)) fail("lights must be a list.");
        if (value.lights.length > MAX_LIGHTS) fail(`There are ${value.lights.length} lights; ${MAX_LIGHTS} at most.`);
        return {
            ambient: readAmbient(value.ambient ?? {}),
            range: readRange(value.range ?? RANGES.fc),
            lights: value.lights.map(readLight),
        };
    }

    // Making

    /** A white light: directional from the left, or positioned in the middle. */
    function newLight(kind) {
        const place = kind === "directional" ? { angle: 180 } : { x: 0.5, y: 0.5 };
        return { kind, ...place, softness: SOFTNESS[kind], strength: 1, colour: "#ffffff", kelvin: null };
    }

    /** A description without lights, with the range that a mode ("fc", "fcon", "fbc") draws its presets in. */
    function empty(mode) {
        const range = mode === "fbc" ? RANGES.fbc : RANGES.fc;
        return { ambient: { level: 0, colour: "#ffffff" }, range: [...range], lights: [] };
    }

    /** The description of a named light in a mode, null for a name that stands for none. */
    function preset(name, mode) {
        const made = empty(mode);
        if (name in ANGLES) {
            made.lights.push({ ...newLight("directional"), angle: ANGLES[name] });
        } else if (name === "front") {
            made.lights.push(newLight("positioned"));
        } else if (name === "ambient") {
            made.ambient.level = (mode === "fbc" ? AMBIENT.fbc : AMBIENT.fc) / 255;
            made.range = [...RANGES.fc];
        } else {
            return null;
        }
        return made;
    }

    // Writing

    /** Round half to even, as Python does; only a multiple of 1/16 can lie exactly between two of our decimals. */
    function rounded(value, decimals) {
        const scaled = value * 10 ** decimals;
        const low = Math.floor(scaled);
        if (Number.isInteger(value * 16) && scaled - low === 0.5) {
            return (low % 2 === 0 ? low : low + 1) / 10 ** decimals + 0;
        }
        return Number(value.toFixed(decimals)) + 0;
    }

    function roundedAngle(angle) {
        return rounded(((angle % 360) + 360) % 360, 1) % 360;
    }

    function plainLight(light) {
        const result = {};
        if (light.kind === "directional") {
            result.angle = roundedAngle(light.angle);
        } else {
            result.x = rounded(light.x, 3);
            result.y = rounded(light.y, 3);
        }
        for (const [name, usual] of [["softness", SOFTNESS[light.kind]], ["strength", 1]]) {
            const value = rounded(light[name], 3);
            if (value !== usual) result[name] = value;
        }
        if (light.kelvin !== null) result.kelvin = rounded(light.kelvin, 3);
        else if (light.colour !== "#ffffff") result.colour = light.colour;
        return result;
    }

    /** The canonical text: JSON without spaces, what has its default left out. */
    function text(description) {
        const { ambient, range, lights } = description;
        const result = { version: VERSION };
        const level = rounded(ambient.level, 3);
        const shared = {};
        if (level !== 0) shared.level = level;
        if (ambient.colour !== "#ffffff") shared.colour = ambient.colour;
        if (Object.keys(shared).length > 0) result.ambient = shared;
        const ends = range.map((end) => rounded(end, 3));
        if (ends[0] !== RANGES.fc[0] || ends[1] !== RANGES.fc[1]) result.range = ends;
        result.lights = lights.map(plainLight);
        return JSON.stringify(result);
    }

    // Drawing

    function decode(value) {
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }

    function encode(value) {
        return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
    }

    function linearOf(hex) {
        return [1, 3, 5].map((start) => decode(parseInt(hex.slice(start, start + 2), 16) / 255));
    }

    /** The Planckian locus in linear sRGB at Y = 1: Kim et al. 2002, a cubic spline in x and y. */
    function planckian(kelvin) {
        const t = 1 / kelvin;
        const x =
            kelvin <= 4000
                ? ((-0.2661239e9 * t - 0.2343589e6) * t + 0.8776956e3) * t + 0.17991
                : ((-3.0258469e9 * t + 2.1070379e6) * t + 0.2226347e3) * t + 0.24039;
        let y;
        if (kelvin <= 2222) y = ((-1.1063814 * x - 1.3481102) * x + 2.18555832) * x - 0.20219683;
        else if (kelvin <= 4000) y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867;
        else y = ((3.081758 * x - 5.8733867) * x + 3.75112997) * x - 0.37001483;
        const [bigX, bigZ] = [x / y, (1 - x - y) / y];
        return [
            3.2404542 * bigX - 1.5371385 - 0.4985314 * bigZ,
            -0.969266 * bigX + 1.8760108 + 0.041556 * bigZ,
            0.0556434 * bigX - 0.2040259 + 1.0572252 * bigZ,
        ];
    }

    function linearOfKelvin(kelvin) {
        const neutral = planckian(NEUTRAL_KELVIN);
        const relative = planckian(kelvin).map((value, channel) => Math.max(value / neutral[channel], 0));
        const largest = Math.max(...relative);
        return relative.map((value) => value / largest);
    }

    /** Linear RGB of a light, its largest channel at most 1. */
    function linearColour(light) {
        return light.kelvin === null ? linearOf(light.colour) : linearOfKelvin(light.kelvin);
    }

    /** The colour of a light as "#rrggbb". */
    function hexColour(light) {
        if (light.kelvin === null) return light.colour;
        const channels = linearOfKelvin(light.kelvin).map((value) => Math.round(encode(value) * 255));
        return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    }

    const clamp = (value) => Math.min(Math.max(value, 0), 1);

    /** Cosine and sine of an angle in degrees, exact at the right angles. */
    function direction(angle) {
        const turned = ((angle % 360) + 360) % 360;
        if (turned % 90 === 0) return [[1, 0], [0, 1], [-1, 0], [0, -1]][turned / 90];
        const radians = (turned * Math.PI) / 180;
        return [Math.cos(radians), Math.sin(radians)];
    }

    function directionalShade(light, width, height) {
        const [cosine, sine] = direction(light.angle);
        const ends = [0, (width - 1) * cosine, -(height - 1) * sine, (width - 1) * cosine - (height - 1) * sine];
        const low = Math.min(...ends);
        const span = Math.max(...ends) - low;
        if (span === 0) return () => clamp(0.5 / light.softness + 0.5);
        if (light.softness === 1) return (i, j) => clamp((i * cosine - j * sine - low) / span);
        return (i, j) => clamp(((i * cosine - j * sine - low) / span - 0.5) / light.softness + 0.5);
    }

    function positionedShade(light, width, height) {
        const [x, y] = [light.x * (width - 1), light.y * (height - 1)];
        const side = Math.max(width - 1, height - 1, 1);
        return (i, j) => clamp(1 - Math.hypot(i - x, j - y) / side / (2 * light.softness));
    }

    /** What a light gives to pixel (i, j) of a picture before strength and colour, from 0 to 1. */
    function shade(light, width, height) {
        return light.kind === "directional"
            ? directionalShade(light, width, height)
            : positionedShade(light, width, height);
    }

    const isPlainWhite = (light) => light.strength === 1 && light.kelvin === null && light.colour === "#ffffff";

    // Values that floating point leaves a hair below an integer are that integer.
    function toByte(value, [low, high]) {
        return Math.floor(low + (high - low) * value + 1e-6);
    }

    function drawGrey(data, light, range, width, height) {
        const source = shade(light, width, height);
        for (let j = 0, at = 0; j < height; j++) {
            for (let i = 0; i < width; i++, at += 4) {
                data[at] = data[at + 1] = data[at + 2] = toByte(source(i, j), range);
                data[at + 3] = 255;
            }
        }
    }

    function drawColour(data, description, width, height) {
        const { ambient, range, lights } = description;
        const level = decode(ambient.level);
        const base = linearOf(ambient.colour).map((value) => value * level);
        const parts = lights.map((light) => ({
            shade: shade(light, width, height),
            colour: linearColour(light).map((value) => value * light.strength),
        }));
        for (let j = 0, at = 0; j < height; j++) {
            for (let i = 0; i < width; i++, at += 4) {
                let [red, green, blue] = base;
                for (const part of parts) {
                    const light = decode(part.shade(i, j));
                    red += light * part.colour[0];
                    green += light * part.colour[1];
                    blue += light * part.colour[2];
                }
                // What is more than full light is dimmed, not clipped: a strong coloured light keeps its hue.
                const peak = Math.max(red, green, blue, 1);
                data[at] = toByte(encode(red / peak), range);
                data[at + 1] = toByte(encode(green / peak), range);
                data[at + 2] = toByte(encode(blue / peak), range);
                data[at + 3] = 255;
            }
        }
    }

    /** Scale pixels' distance from grey 127 by a strength, in place. */
    function withContrast(data, strength) {
        if (strength === 1) return;
        for (let at = 0; at < data.length; at++) {
            // A Uint8ClampedArray rounds, half to even, and clips.
            if (at % 4 !== 3) data[at] = 127 + (data[at] - 127) * strength;
        }
    }

    /** Even light alone: rounded, so that three decimals of the level name every whole level. */
    function drawFlat(data, { ambient, range }) {
        const level = decode(ambient.level);
        const isWhite = ambient.colour === "#ffffff";
        const values = linearOf(ambient.colour).map((value) => (isWhite ? ambient.level : encode(level * value)));
        const pixel = [...values.map((value) => rounded(range[0] + (range[1] - range[0]) * value, 0)), 255];
        data.forEach((_, at) => (data[at] = pixel[at % 4]));
    }

    /**
     * Draw a description: ImageData of width x height. One plain white light, or even white light alone, takes no
     * detour through linear light: the reference's bytes.
     */
    function render(description, width, height) {
        const { ambient, range, lights } = description;
        const image = new ImageData(width, height);
        if (lights.length === 0) {
            drawFlat(image.data, description);
        } else if (lights.length === 1 && ambient.level === 0 && isPlainWhite(lights[0])) {
            drawGrey(image.data, lights[0], range, width, height);
        } else {
            drawColour(image.data, description, width, height);
        }
        return image;
    }

    window.icLight = window.icLight || {};
    window.icLight.lights = {
        DescriptionError,
        LIMITS,
        MAX_LIGHTS,
        SOFTNESS,
        empty,
        hexColour,
        newLight,
        parse,
        preset,
        render,
        rounded,
        text,
        withContrast,
    };
})();
