/*
 * Ready mixes that any set with lights from two sides or more can take: lights from angles. The first is turned to its
 * angle exactly; each other one is made of the two shot lights beside it. Does not access the page.
 */
var icLight = window.icLight || {};

icLight.studioPresets = (() => {
    "use strict";

    /**
     * By name; angles are counter-clockwise from the right, in degrees.
     * @type {Record<string, Preset>}
     */
    const PRESETS = {
        key: {
            label: "Key and fill",
            lights: [{ angle: 135 }, { angle: 0, strength: 0.3 }],
            ambient: { strength: 0.2 },
        },
        rim: { label: "Rim", lights: [{ angle: 90 }, { angle: 180, strength: 0.6 }, { angle: 0, strength: 0.6 }] },
        split: { label: "Split", lights: [{ angle: 180 }] },
        loop: { label: "Loop", lights: [{ angle: 60 }, { angle: 240, strength: 0.15 }], ambient: { strength: 0.35 } },
        rembrandt: {
            label: "Rembrandt",
            lights: [{ angle: 150, kelvin: 4800 }],
            ambient: { strength: 0.06, kelvin: 4800 },
        },
        golden: {
            label: "Golden hour",
            lights: [{ angle: 12, strength: 1.2, kelvin: 2700 }],
            ambient: { strength: 0.2, kelvin: 9000 },
        },
        moonlight: {
            label: "Moonlight",
            lights: [{ angle: 110, strength: 0.35, kelvin: 12000 }],
            ambient: { strength: 0.05, kelvin: 15000 },
            exposure: 0,
        },
    };

    /**
     * Whether a set can take them.
     * @param {StudioSet} set
     * @returns {boolean}
     */
    function suits(set) {
        return icLight.studioAround.ringOf(set.lights).size >= 2;
    }

    /**
     * A preset as a mix of a set.
     * @param {StudioSet} set one that {@link suits}
     * @param {string} name
     * @returns {Mix}
     */
    function mixOf(set, name) {
        const { lights, ambient, exposure = null } = PRESETS[name];
        const mix = icLight.studioMix.dark(set);
        const [{ angle, ...first }, ...others] = lights;
        if (mix.turned) mix.turned = { angle, fader: icLight.studioMix.fader(first) };
        for (const [index, factor] of besides(set, others)) mix.lights[set.lights[index].name] = faderOf(factor);
        if (mix.ambient && ambient) mix.ambient = icLight.studioMix.fader(ambient);
        return { ...mix, exposure };
    }

    /**
     * Lights from angles, made of shot ones: strength times colour by the shot lights' index.
     * @param {StudioSet} set
     * @param {PresetLight[]} lights
     * @returns {Map<number, number[]>}
     */
    function besides(set, lights) {
        const ring = icLight.studioAround.ringOf(set.lights);
        /** @type {Map<number, number[]>} */
        const found = new Map();
        for (const { angle, ...values } of lights) {
            const one = icLight.studioMix.fader(values);
            const colour = icLight.colour.linear(/** @type {Light} */ (/** @type {unknown} */ (one)));
            const weights = icLight.studioAround.between([...ring.values()], angle);
            for (const [place, index] of [...ring.keys()].entries()) {
                if (weights[place] === 0) continue;
                const before = found.get(index) ?? [0, 0, 0];
                found.set(
                    index,
                    before.map((value, channel) => value + weights[place] * one.strength * colour[channel]),
                );
            }
        }
        return found;
    }

    /**
     * A fader of a strength times a colour.
     * @param {number[]} factor
     * @returns {Fader}
     */
    function faderOf(factor) {
        const strength = Math.max(...factor);
        const levels = factor.map((value) => Math.round(255 * icLight.colour.encode(value / strength)));
        const colour = `#${levels.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
        return icLight.studioMix.fader({ strength: icLight.numbers.rounded(strength, 3), colour });
    }

    return { PRESETS, mixOf, suits };
})();

/**
 * @typedef {{angle: number, strength?: number, kelvin?: number}} PresetLight
 *
 * @typedef {object} Preset
 * @property {string} label
 * @property {PresetLight[]} lights
 * @property {{strength: number, kelvin?: number}} [ambient]
 * @property {number} [exposure] the automatic one if it is not given
 */
