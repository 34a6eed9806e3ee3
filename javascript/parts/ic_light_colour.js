/* Colours of light, with the formulae of lib_iclight/light/colour.py. Does not access the page. */
var icLight = window.icLight || {};

icLight.colour = (() => {
    "use strict";

    /** The shares of linear red, green and blue in the luminance (BT.709). */
    const LUMA = [0.2126, 0.7152, 0.0722];

    /**
     * sRGB to linear light (IEC 61966-2-1).
     * @param {number} value 0 to 1
     * @returns {number}
     */
    function decode(value) {
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }

    /**
     * Linear light to sRGB (IEC 61966-2-1).
     * @param {number} value 0 to 1
     * @returns {number}
     */
    function encode(value) {
        return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
    }

    /**
     * Red, green and blue of "#rrggbb".
     * @param {string} hex
     * @returns {number[]} each 0 to 255
     */
    function bytes(hex) {
        return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
    }

    /**
     * Linear RGB of "#rrggbb".
     * @param {string} hex
     * @returns {number[]} each 0 to 1
     */
    function linearOf(hex) {
        return bytes(hex).map((value) => decode(value / 255));
    }

    /**
     * The Planckian locus in linear sRGB at Y = 1: Kim et al. 2002, cubic splines for x and y.
     * @param {number} kelvin
     * @returns {number[]}
     */
    function planckian(kelvin) {
        const t = 1 / kelvin;
        const x =
            kelvin <= 4000
                ? ((-0.2661239e9 * t - 0.2343589e6) * t + 0.8776956e3) * t + 0.17991
                : ((-3.0258469e9 * t + 2.1070379e6) * t + 0.2226347e3) * t + 0.24039;
        let y = ((3.081758 * x - 5.8733867) * x + 3.75112997) * x - 0.37001483;
        if (kelvin <= 2222) y = ((-1.1063814 * x - 1.3481102) * x + 2.18555832) * x - 0.20219683;
        else if (kelvin <= 4000) y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867;
        const [bigX, bigZ] = [x / y, (1 - x - y) / y];
        return [
            3.2404542 * bigX - 1.5371385 - 0.4985314 * bigZ,
            -0.969266 * bigX + 1.8760108 + 0.041556 * bigZ,
            0.0556434 * bigX - 0.2040259 + 1.0572252 * bigZ,
        ];
    }

    /**
     * Linear RGB of a black body, scaled so that its largest channel is 1.
     * @param {number} kelvin
     * @returns {number[]}
     */
    function linearOfKelvin(kelvin) {
        const neutral = planckian(icLight.limits.read().neutral_kelvin);
        const relative = planckian(kelvin).map((value, channel) => Math.max(value / neutral[channel], 0));
        const largest = Math.max(...relative);
        return relative.map((value) => value / largest);
    }

    /**
     * Linear RGB of a light, its largest channel at most 1.
     * @param {Light} light
     * @returns {number[]}
     */
    function linear(light) {
        return light.kelvin === null ? linearOf(light.colour ?? "#ffffff") : linearOfKelvin(light.kelvin);
    }

    /**
     * The colour of a light as "#rrggbb".
     * @param {Light} light
     * @returns {string}
     */
    function hex(light) {
        if (light.kelvin === null) return light.colour ?? "#ffffff";
        const channels = linearOfKelvin(light.kelvin).map((value) => Math.round(encode(value) * 255));
        return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    }

    /**
     * Black or white, whichever can be read on a colour.
     * @param {string} colour "#rrggbb"
     * @returns {string}
     */
    function ink(colour) {
        const [red, green, blue] = bytes(colour);
        return 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? "#000" : "#fff";
    }

    return { LUMA, bytes, decode, encode, hex, ink, linear, linearOf };
})();
