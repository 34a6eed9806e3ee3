/* Light descriptions: parsed, made, and written as canonical text, like lib_iclight/light/description.py. */
var icLight = window.icLight || {};

icLight.description = (() => {
    "use strict";

    const WHITE = "#ffffff";

    /** What is wrong with a description. */
    class DescriptionError extends Error {}

    // Reading

    /**
     * Refuse a description.
     * @param {string} message
     * @returns {never}
     */
    function fail(message) {
        throw new DescriptionError(message);
    }

    /**
     * The object, checked to have no keys other than these.
     * @param {any} value
     * @param {string[]} names
     * @param {string} where what it is called in messages
     * @returns {Record<string, any>}
     */
    function onlyKnown(value, names, where) {
        if (value === null || typeof value !== "object" || Array.isArray(value)) fail(`${where} must be an object.`);
        const unknown = Object.keys(value).find((key) => !names.includes(key));
        if (unknown !== undefined) fail(`${where} has no ${unknown}.`);
        return value;
    }

    /**
     * A number within limits, with at most three decimals.
     * @param {any} value
     * @param {Span} limits
     * @param {string} name
     * @returns {number}
     */
    function number(value, [low, high], name) {
        if (typeof value !== "number" || !(value >= low && value <= high)) {
            fail(`${name} must be a number from ${low} to ${high}.`);
        }
        return icLight.numbers.rounded(value, 3);
    }

    /**
     * The colour of an object by either spelling, or undefined.
     * @param {Record<string, any>} source
     * @param {string} where
     * @returns {string | undefined}
     */
    function colourOf(source, where) {
        if ("colour" in source && "color" in source) fail(`${where} has its colour twice.`);
        const value = source.colour ?? source.color;
        if (value === undefined) return undefined;
        if (typeof value !== "string" || !/^#[0-9a-f]{6}$/i.test(value)) fail(`${where}: colour must be like #rrggbb.`);
        return value.toLowerCase();
    }

    /**
     * One light.
     * @param {any} value
     * @param {number} index
     * @returns {Light}
     */
    function readLight(value, index) {
        const limits = icLight.limits.read().light;
        const where = `Light ${index + 1}`;
        const kind = "angle" in Object(value) ? "directional" : "positioned";
        const places = /** @type {const} */ ({ directional: ["angle"], positioned: ["x", "y"] })[kind];
        const source = onlyKnown(value, [...places, "softness", "strength", "colour", "color", "kelvin"], where);
        const light = newLight(kind);
        for (const name of places) light[name] = number(source[name], limits[name], `${where}: ${name}`);
        if (kind === "directional") light.angle = roundedAngle(light.angle);
        for (const name of /** @type {const} */ (["softness", "strength"])) {
            if (name in source) light[name] = number(source[name], limits[name], `${where}: ${name}`);
        }
        const colour = colourOf(source, where);
        if (!("kelvin" in source)) return { ...light, colour: colour ?? WHITE };
        if (colour !== undefined) fail(`${where} has both a colour and kelvin.`);
        return { ...light, colour: null, kelvin: number(source.kelvin, limits.kelvin, `${where}: kelvin`) };
    }

    /**
     * The ambient light.
     * @param {any} value
     * @returns {Ambient}
     */
    function readAmbient(value) {
        const source = onlyKnown(value, ["level", "colour", "color"], "ambient");
        const level = number("level" in source ? source.level : 0, icLight.limits.read().ambient, "ambient: level");
        return { level, colour: colourOf(source, "ambient") ?? WHITE };
    }

    /**
     * Pixel values of no light and of full light.
     * @param {any} source
     * @returns {number[]}
     */
    function readRange(source) {
        if (!Array.isArray(source) || source.length !== 2) fail("range must be two numbers.");
        const range = source.map((end) => number(end, icLight.limits.read().full_range, "range"));
        if (range[0] > range[1]) fail("range must begin with the smaller number.");
        return range;
    }

    /**
     * Parse a JSON text.
     * @param {string} source
     * @returns {any}
     */
    function fromJson(source) {
        try {
            return JSON.parse(source);
        } catch (error) {
            return fail(`The lights are not JSON: ${/** @type {Error} */ (error).message}`);
        }
    }

    /**
     * Parse a description; throws a DescriptionError that says what is wrong.
     * @param {any} source an object, or its JSON text
     * @returns {LightDescription}
     */
    function parse(source) {
        const { version, most_lights: most, full_range: full } = icLight.limits.read();
        const given = typeof source === "string" ? fromJson(source) : source;
        const value = onlyKnown(given, ["version", "ambient", "range", "lights"], "A light description");
        if (value.version !== version) {
            fail(`version must be ${version}, not ${JSON.stringify(value.version) ?? "missing"}.`);
        }
        if (!Array.isArray(value.lights)) fail("lights must be a list.");
        if (value.lights.length > most) fail(`There are ${value.lights.length} lights; ${most} at most.`);
        return {
            ambient: readAmbient(value.ambient ?? {}),
            range: readRange(value.range ?? full),
            lights: value.lights.map(readLight),
        };
    }

    /**
     * What a text draws.
     * @param {string} source
     * @returns {"" | "lights" | "even" | "none"} "even" is ambient light alone, "" what cannot be read
     */
    function drawnBy(source) {
        try {
            const { ambient, lights } = parse(source);
            if (lights.length > 0) return "lights";
            return ambient.level > 0 ? "even" : "none";
        } catch (error) {
            if (!(error instanceof DescriptionError)) throw error;
            return "";
        }
    }

    // Making

    /**
     * A white light: directional from the left, or positioned in the middle.
     * @param {LightKind} kind
     * @returns {Light}
     */
    function newLight(kind) {
        const softness = icLight.limits.read().softness[kind];
        return { kind, angle: 180, x: 0.5, y: 0.5, softness, strength: 1, colour: WHITE, kelvin: null };
    }

    /**
     * A description without lights, with the range of the mode's named lights.
     * @param {string} mode
     * @returns {LightDescription}
     */
    function empty(mode) {
        const { ranges, full_range: full } = icLight.limits.read();
        return { ambient: { level: 0, colour: WHITE }, range: [...(ranges[mode] ?? full)], lights: [] };
    }

    /**
     * The description of a named light in a mode, null for a name without one.
     * @param {string} name
     * @param {string} mode
     * @returns {LightDescription | null}
     */
    function named(name, mode) {
        const found = icLight.limits.read().named[mode]?.[name];
        return found === undefined ? null : parse(found);
    }

    // Writing

    /**
     * An angle in canonical form: one decimal, below 360.
     * @param {number} angle
     * @returns {number}
     */
    function roundedAngle(angle) {
        const { rounded, turned } = icLight.numbers;
        return rounded(turned(angle), 1) % 360;
    }

    /**
     * A light as a JSON object, defaults left out.
     * @param {Light} light
     * @returns {Record<string, number | string | null>}
     */
    function plainLight(light) {
        const { rounded } = icLight.numbers;
        /** @type {Record<string, number | string | null>} */
        const result =
            light.kind === "directional"
                ? { angle: roundedAngle(light.angle) }
                : { x: rounded(light.x, 3), y: rounded(light.y, 3) };
        const usual = newLight(light.kind);
        for (const name of /** @type {const} */ (["softness", "strength"])) {
            const value = rounded(light[name], 3);
            if (value !== usual[name]) result[name] = value;
        }
        if (light.kelvin !== null) result.kelvin = rounded(light.kelvin, 3);
        else if (light.colour !== WHITE) result.colour = light.colour;
        return result;
    }

    /**
     * The canonical text: JSON without spaces, defaults left out.
     * @param {LightDescription} description
     * @returns {string}
     */
    function text({ ambient, range, lights }) {
        const { rounded } = icLight.numbers;
        const { version, full_range: full } = icLight.limits.read();
        const level = rounded(ambient.level, 3);
        const even = { ...(level !== 0 && { level }), ...(ambient.colour !== WHITE && { colour: ambient.colour }) };
        const ends = range.map((end) => rounded(end, 3));
        return JSON.stringify({
            version,
            ...(Object.keys(even).length > 0 && { ambient: even }),
            ...((ends[0] !== full[0] || ends[1] !== full[1]) && { range: ends }),
            lights: lights.map(plainLight),
        });
    }

    return { DescriptionError, drawnBy, empty, named, newLight, parse, text };
})();

/**
 * @typedef {"directional" | "positioned"} LightKind
 *
 * @typedef {object} Light with every field set; fields of the other kind are ignored
 * @property {LightKind} kind
 * @property {number} angle in degrees, counter-clockwise from the right
 * @property {number} x from the frame's left side, in widths of the frame
 * @property {number} y from the frame's upper side, in heights of the frame
 * @property {number} softness
 * @property {number} strength
 * @property {string | null} colour "#rrggbb"; null if `kelvin` is a number
 * @property {number | null} kelvin
 *
 * @typedef {{level: number, colour: string}} Ambient
 *
 * @typedef {object} LightDescription
 * @property {Ambient} ambient
 * @property {number[]} range
 * @property {Light[]} lights
 */
