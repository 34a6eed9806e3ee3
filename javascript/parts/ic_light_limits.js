/* Limits and defaults from Python, which the page contains as JSON, see lib_iclight/ui/page_limits.py. */
var icLight = window.icLight || {};

icLight.limits = (() => {
    "use strict";

    /** @type {Limits | null} */
    let known = null;

    /**
     * The limits, parsed once: they do not change while a page is open.
     * @returns {Limits}
     */
    function read() {
        if (known === null) {
            const carrier = icLight.dom.find("[data-ic-light-limits]");
            if (!carrier) throw new Error("IC Light: the page does not contain the limits");
            known = /** @type {Limits} */ (JSON.parse(carrier.dataset.icLightLimits ?? ""));
        }
        return known;
    }

    return { read };
})();

/**
 * @typedef {readonly [number, number]} Span the lowest and the highest value
 *
 * @typedef {object} Limits
 * @property {number} version of light descriptions
 * @property {number} most_lights
 * @property {Record<"angle" | "x" | "y" | "softness" | "strength" | "kelvin", Span>} light
 * @property {Record<"directional" | "positioned", number>} softness of a new light, by kind
 * @property {Span} ambient level
 * @property {Span} full_range pixel values of no light and of full light
 * @property {Record<string, Span>} ranges of named and new lights, by mode
 * @property {Record<string, Record<string, object>>} named light descriptions by mode and name
 * @property {number} neutral_kelvin the colour temperature that is white
 * @property {Record<"scale" | "x" | "y", Span>} placement
 */
