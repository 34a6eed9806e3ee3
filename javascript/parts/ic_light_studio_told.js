/* Reads from a developed picture which set and mix it shows: both are in its generation parameters. */
var icLight = window.icLight || {};

icLight.studioTold = (() => {
    "use strict";

    const SIGNATURE = [0x89, 0x50, 0x4e, 0x47];
    const [SIGNATURE_BYTES, HEAD_BYTES, CHECK_BYTES] = [8, 8, 4];
    const KEYWORD = "parameters";
    const NO_MIX = "This file is no light set, and no picture that the studio has saved as PNG.";

    /**
     * A picture's generation parameters.
     * @param {ArrayBuffer} buffer
     * @returns {string} "" if it is no PNG or has none
     */
    function parametersOf(buffer) {
        const bytes = new Uint8Array(buffer);
        if (SIGNATURE.some((value, place) => bytes[place] !== value)) return "";
        const view = new DataView(buffer);
        for (let at = SIGNATURE_BYTES; at + HEAD_BYTES <= bytes.length; ) {
            const length = view.getUint32(at);
            const kind = String.fromCharCode(...bytes.subarray(at + 4, at + HEAD_BYTES));
            const content = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
            const found = kind === "tEXt" || kind === "iTXt" ? textOf(kind, content) : "";
            if (found) return found;
            at += HEAD_BYTES + length + CHECK_BYTES;
        }
        return "";
    }

    /**
     * The text of a chunk if it holds the parameters (PNG specification, 11.3.3); web UIs do not compress it.
     * @param {string} kind
     * @param {Uint8Array} content
     * @returns {string}
     */
    function textOf(kind, content) {
        const end = content.indexOf(0);
        if (new TextDecoder("latin1").decode(content.subarray(0, end)) !== KEYWORD) return "";
        if (kind === "tEXt") return new TextDecoder("latin1").decode(content.subarray(end + 1));
        // Two bytes say how it is compressed; then come its language and a translated keyword.
        const language = content.indexOf(0, end + 3);
        return new TextDecoder().decode(content.subarray(content.indexOf(0, language + 1) + 1));
    }

    /**
     * The set and the mix that a picture was developed from.
     * @param {File} file
     * @returns {Promise<{name: string, mix: PlainMix}>} rejected with a sentence in the page's language
     */
    async function read(file) {
        const parameters = parametersOf(await file.arrayBuffer());
        if (!parameters) throw new Error(icLight.words.say(NO_MIX));
        return icLight.studioServer.told(parameters);
    }

    /**
     * A mix of a set, of what the server says.
     * @param {StudioSet} set
     * @param {PlainMix} plain
     * @returns {Mix}
     */
    function mixOf(set, { lights = {}, ambient, turned, lamps = [], exposure = 0 }) {
        const { dark, fader } = icLight.studioMix;
        const mix = dark(set);
        for (const [name, one] of Object.entries(lights)) if (mix.lights[name]) mix.lights[name] = fader(one);
        if (mix.ambient && ambient) mix.ambient = fader(ambient);
        if (mix.turned && turned) {
            const { angle, ...one } = turned;
            mix.turned = { angle, fader: fader(one) };
        }
        if (set.normals) mix.lamps = lamps.map(icLight.studioLamps.read);
        return { ...mix, exposure: exposure === "auto" ? null : exposure };
    }

    return { mixOf, read };
})();

/**
 * @typedef {object} PlainMix what the server says of a mix; what is usual is left out
 * @property {Record<string, Partial<Fader>>} [lights]
 * @property {Partial<Fader>} [ambient]
 * @property {Partial<Fader> & {angle: number}} [turned]
 * @property {PlainLamp[]} [lamps]
 * @property {number | "auto"} [exposure]
 */
