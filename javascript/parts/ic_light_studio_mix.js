/*
 * A mix of a light set: how much there is of each light, in which colour, and how bright the whole is, with the rules of
 * lib_iclight/studio/mix.py and mixing.py. Does not access the page, apart from the limits in it.
 */
var icLight = window.icLight || {};

icLight.studioMix = (() => {
    "use strict";

    const VERSION = 1;
    const WHITE = "#ffffff";
    const DECIMALS = 3;

    /**
     * The studio's own limits, from lib_iclight/ui/studio_tab.py.
     * @returns {StudioLimits}
     */
    function limits() {
        const carrier = icLight.dom.find("[data-ic-light-studio]");
        return JSON.parse(carrier?.dataset.icLightStudio ?? "{}");
    }

    /**
     * A light as it was shot.
     * @param {Partial<Fader>} [values] what differs
     * @returns {Fader}
     */
    function fader(values = {}) {
        return { strength: 1, colour: WHITE, kelvin: null, muted: false, solo: false, ...values };
    }

    /**
     * A mix in which all of a set's lights are off.
     * @param {StudioSet} set
     * @returns {Mix}
     */
    function dark(set) {
        return {
            lights: Object.fromEntries(set.lights.map(({ name }) => [name, fader({ strength: 0 })])),
            ambient: set.has_ambient ? fader({ strength: 0 }) : null,
            turned:
                icLight.studioAround.ringOf(set.lights).size < 2 ? null : { angle: 0, fader: fader({ strength: 0 }) },
            lamps: [],
            exposure: null,
        };
    }

    /**
     * All faders of a mix.
     * @param {Mix} mix
     * @returns {Fader[]}
     */
    function fadersOf({ lights, ambient, turned, lamps }) {
        const above = lamps.map(({ fader: one }) => one);
        return [...Object.values(lights), ...above, ...(ambient ? [ambient] : []), ...(turned ? [turned.fader] : [])];
    }

    /**
     * A light's strength times its colour.
     * @param {Fader} one
     * @param {boolean} onlySolo whether all that are not solo are off
     * @returns {number[]}
     */
    function factorOf(one, onlySolo) {
        if (one.muted || (onlySolo && !one.solo)) return [0, 0, 0];
        const colour = icLight.colour.linear(/** @type {Light} */ (/** @type {unknown} */ (one)));
        return colour.map((value) => value * one.strength);
    }

    /**
     * How much of each of a set's pictures a mix holds, by picture and channel, exposure apart; the ambient one comes
     * last.
     * @param {StudioSet} set
     * @param {Mix} mix
     * @returns {number[][]}
     */
    function factors(set, mix) {
        const table = still(set, mix);
        return mix.turned === null ? table : withTurned(set, table, mix.turned.angle, turnedFactor(mix));
    }

    /**
     * {@link factors} without the light that is turned around.
     * @param {StudioSet} set
     * @param {Mix} mix
     * @returns {number[][]}
     */
    function still(set, mix) {
        const onlySolo = hasSolo(mix);
        const table = set.lights.map(({ name }) => factorOf(mix.lights[name] ?? fader({ strength: 0 }), onlySolo));
        if (set.has_ambient) table.push(mix.ambient ? factorOf(mix.ambient, onlySolo) : [0, 0, 0]);
        return table;
    }

    /**
     * The strength times the colour of the light that is turned around, 0 without one.
     * @param {Mix} mix
     * @returns {number[]}
     */
    function turnedFactor(mix) {
        return mix.turned === null ? [0, 0, 0] : factorOf(mix.turned.fader, hasSolo(mix));
    }

    /**
     * Factors and those of a light from an angle.
     * @param {StudioSet} set
     * @param {number[][]} table
     * @param {number} angle
     * @param {number[]} factor the light's strength times its colour
     * @returns {number[][]}
     */
    function withTurned(set, table, angle, factor) {
        const ring = icLight.studioAround.ringOf(set.lights);
        if (ring.size < 2) return table;
        const weights = icLight.studioAround.around([...ring.values()], angle);
        const result = [...table];
        for (const [place, index] of [...ring.keys()].entries())
            result[index] = table[index].map((value, channel) => value + weights[place] * factor[channel]);
        return result;
    }

    /**
     * Whether only some of a mix's lights are heard.
     * @param {Mix} mix
     * @returns {boolean}
     */
    function hasSolo(mix) {
        return fadersOf(mix).some(({ solo }) => solo);
    }

    /**
     * The exposure in stops that keeps the subject as bright as the photograph shows it.
     * @param {number[][]} table from {@link factors}
     * @param {number[][]} lamps in numbers
     * @param {Brightness} brightness of the set
     * @returns {number}
     */
    function automatic(table, lamps, { means, photograph: own, samples }) {
        const { LUMA } = icLight.colour;
        let mean = icLight.studioLamps.luminance(samples, lamps);
        for (const [index, row] of table.entries())
            for (const [channel, value] of row.entries()) mean += LUMA[channel] * value * means[index][channel];
        if (mean <= 0 || own <= 0) return 0;
        const most = limits().automatic_stops;
        return icLight.numbers.bounded(Math.log2(own / mean), [-most, most]);
    }

    /**
     * A mix's factors and lamps, exposure included, and the exposure itself.
     * @param {StudioSet} set
     * @param {Mix} mix
     * @param {Brightness} brightness
     * @returns {Exposed}
     */
    function exposed(set, mix, brightness) {
        const [table, lamps] = [factors(set, mix), icLight.studioLamps.rowsOf(mix)];
        return withExposure(table, lamps, mix.exposure ?? automatic(table, lamps, brightness));
    }

    /**
     * Factors and lamps as bright as they are exposed.
     * @param {number[][]} table
     * @param {number[][]} lamps
     * @param {number} stops
     * @returns {Exposed}
     */
    function withExposure(table, lamps, stops) {
        const brighter = table.map((row) => row.map((value) => value * 2 ** stops));
        return { table: brighter, lamps: icLight.studioLamps.brighter(lamps, 2 ** stops), stops };
    }

    /**
     * A light as the server reads it.
     * @param {Fader} one
     * @returns {object}
     */
    function plainFader({ strength, colour, kelvin, muted, solo }) {
        return {
            strength: icLight.numbers.rounded(strength, DECIMALS),
            ...(kelvin === null ? { colour } : { kelvin }),
            ...(muted ? { muted } : {}),
            ...(solo ? { solo } : {}),
        };
    }

    /**
     * A turned light as the server reads it.
     * @param {NonNullable<Mix["turned"]>} turned
     * @returns {object}
     */
    function plainTurned({ angle, fader: one }) {
        return { angle: icLight.numbers.rounded(angle, 1), ...plainFader(one) };
    }

    /**
     * A mix as the server reads it; lights that are off are left out.
     * @param {Mix} mix
     * @returns {object}
     */
    function plain({ lights, ambient, turned, lamps, exposure }) {
        const isHeard = (/** @type {Fader} */ { strength, solo }) => strength > 0 || solo;
        const heard = Object.entries(lights).filter(([, one]) => isHeard(one));
        return {
            version: VERSION,
            lights: Object.fromEntries(heard.map(([name, one]) => [name, plainFader(one)])),
            ...(ambient && isHeard(ambient) ? { ambient: plainFader(ambient) } : {}),
            ...(turned && isHeard(turned.fader) ? { turned: plainTurned(turned) } : {}),
            ...(lamps.length > 0 ? { lamps: lamps.map(icLight.studioLamps.plain) } : {}),
            exposure: exposure ?? "auto",
        };
    }

    return {
        automatic,
        dark,
        exposed,
        fader,
        factorOf,
        factors,
        hasSolo,
        limits,
        plain,
        plainFader,
        plainTurned,
        still,
        turnedFactor,
        withExposure,
        withTurned,
    };
})();

/**
 * @typedef {object} Fader
 * @property {number} strength 0 to 4
 * @property {string} colour "#rrggbb"
 * @property {number | null} kelvin in place of the colour
 * @property {boolean} muted
 * @property {boolean} solo
 *
 * @typedef {object} Mix
 * @property {Record<string, Fader>} lights by name
 * @property {Fader | null} ambient null in a set that was shot without
 * @property {{angle: number, fader: Fader} | null} turned null in a set in which no light can be turned around
 * @property {Lamp[]} lamps none in a set without normals
 * @property {number | null} exposure in stops, null for the automatic one
 *
 * @typedef {object} Exposed what is drawn of a mix, as bright as it is exposed
 * @property {number[][]} table factors by picture and channel
 * @property {number[][]} lamps in numbers, see lib_iclight/studio/lamps.py
 * @property {number} stops
 *
 * @typedef {object} StudioLimits
 * @property {Span} stops
 * @property {number} automatic_stops
 * @property {Record<"height" | "softness" | "falloff", Span> & {most: number, usual: LampUsual}} lamps
 * @typedef {{height: number, softness: number, falloff: number}} LampUsual
 *
 * @typedef {object} StudioSet what the server says of a set
 * @property {string} name
 * @property {string} kind
 * @property {number} width
 * @property {number} height
 * @property {[number, number] | null} full
 * @property {StudioLight[]} lights
 * @property {boolean} has_ambient
 * @property {boolean} normals whether it has the lights that normals need
 * @property {{infotext?: unknown, request?: {placement?: unknown}}} recipe how it was shot
 *
 * @typedef {object} Brightness
 * @property {number[][]} means inside the matte, in linear light: of each picture by channel
 * @property {number} photograph its luminance there
 * @property {LampSamples} [samples] from which the brightness of lamps follows, once they are needed
 */
