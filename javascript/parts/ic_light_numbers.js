/* Arithmetic that agrees with Python's. Does not access the page. */
var icLight = window.icLight || {};

icLight.numbers = (() => {
    "use strict";

    /**
     * A value clamped to limits.
     * @param {number} value
     * @param {readonly number[]} limits the lowest and the highest
     * @returns {number}
     */
    function bounded(value, [low, high]) {
        return Math.min(Math.max(value, low), high);
    }

    /**
     * Round half to even, as Python does; only a multiple of 1/16 can lie exactly between two of our decimals.
     * @param {number} value
     * @param {number} decimals
     * @returns {number}
     */
    function rounded(value, decimals) {
        const scaled = value * 10 ** decimals;
        const low = Math.floor(scaled);
        if (Number.isInteger(value * 16) && scaled - low === 0.5) {
            return (low % 2 === 0 ? low : low + 1) / 10 ** decimals + 0;
        }
        return Number(value.toFixed(decimals)) + 0;
    }

    /**
     * An angle brought into 0..360 (exclusive).
     * @param {number} angle in degrees
     * @returns {number}
     */
    function turned(angle) {
        return ((angle % 360) + 360) % 360;
    }

    /**
     * Degrees as radians.
     * @param {number} degrees
     * @returns {number}
     */
    function radians(degrees) {
        return (degrees * Math.PI) / 180;
    }

    /**
     * Radians as degrees.
     * @param {number} angle
     * @returns {number}
     */
    function degrees(angle) {
        return (angle * 180) / Math.PI;
    }

    return { bounded, degrees, radians, rounded, turned };
})();
