/* The subject's placement in the frame as JSON text, read and written like lib_iclight/subject/placement.py. */
var icLight = window.icLight || {};

icLight.placement = (() => {
    "use strict";

    /**
     * The placement that just covers the frame.
     * @returns {Placement}
     */
    function centred() {
        return { scale: 1, x: 0.5, y: 0.5 };
    }

    /**
     * Parse a placement's JSON text; null if it is invalid.
     * @param {string} source
     * @returns {Placement | null}
     */
    function parse(source) {
        let value;
        try {
            value = JSON.parse(source);
        } catch {
            return null;
        }
        if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
        const read = { ...centred(), ...value };
        const limits = Object.entries(icLight.limits.read().placement);
        const isValid = limits.every(
            ([name, [low, high]]) => typeof read[name] === "number" && read[name] >= low && read[name] <= high,
        );
        return isValid && Object.keys(read).length === limits.length ? read : null;
    }

    /**
     * A placement clamped to the limits.
     * @param {Placement} placed
     * @returns {Placement}
     */
    function bounded(placed) {
        const { bounded: within } = icLight.numbers;
        const { scale, x, y } = icLight.limits.read().placement;
        return { scale: within(placed.scale, scale), x: within(placed.x, x), y: within(placed.y, y) };
    }

    /**
     * A placement's canonical JSON text.
     * @param {Placement} placed
     * @returns {string}
     */
    function text({ scale, x, y }) {
        const { rounded } = icLight.numbers;
        return JSON.stringify({ scale: rounded(scale, 3), x: rounded(x, 3), y: rounded(y, 3) });
    }

    return { bounded, centred, parse, text };
})();

/**
 * @typedef {object} Placement
 * @property {number} scale relative to the size at which the picture just covers the frame
 * @property {number} x of the picture's centre, in widths of the frame
 * @property {number} y of the picture's centre, in heights of the frame
 */
