/* Where the subject stands in the frame, as JSON text: read and written as Python's placement does. */
var icLight = window.icLight || {};

icLight.placement = (() => {
    "use strict";

    /**
     * The whole frame, just covered.
     * @returns {Placed}
     */
    function centred() {
        return { scale: 1, x: 0.5, y: 0.5 };
    }

    /**
     * Read a placement's JSON text; null where it is none.
     * @param {string} source
     * @returns {Placed | null}
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
     * A placement brought within the limits.
     * @param {Placed} placed
     * @returns {Placed}
     */
    function bounded(placed) {
        const { bounded: within } = icLight.numbers;
        const { scale, x, y } = icLight.limits.read().placement;
        return { scale: within(placed.scale, scale), x: within(placed.x, x), y: within(placed.y, y) };
    }

    /**
     * A placement's canonical JSON text.
     * @param {Placed} placed
     * @returns {string}
     */
    function text({ scale, x, y }) {
        const { rounded } = icLight.numbers;
        return JSON.stringify({ scale: rounded(scale, 3), x: rounded(x, 3), y: rounded(y, 3) });
    }

    return { bounded, centred, parse, text };
})();

/**
 * @typedef {object} Placed
 * @property {number} scale relative to the size at which the picture just covers the frame
 * @property {number} x where the picture's centre lies, in widths of the frame
 * @property {number} y the same, in heights of the frame
 */
