/*
 * A set's pictures for the canvas: reads the safetensors file that the server sends. Does not access the page, apart from
 * making images.
 */
var icLight = window.icLight || {};

icLight.studioPreview = (() => {
    "use strict";

    const LENGTH_BYTES = 8;
    const MANTISSA = 10;
    const THUMBNAIL = 72;
    const PAD = 320;
    /** @type {Float32Array | null} */
    let halves = null;

    /**
     * The numbers that half-precision patterns stand for, by pattern (IEEE 754).
     * @returns {Float32Array}
     */
    function numbersOfHalves() {
        if (halves !== null) return halves;
        halves = new Float32Array(1 << 16);
        for (let bits = 0; bits < halves.length; bits++) {
            const [exponent, fraction] = [(bits >> MANTISSA) & 31, bits & 1023];
            const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
            halves[bits] = (bits & 0x8000 ? -1 : 1) * size;
        }
        return halves;
    }

    /**
     * Open a safetensors file.
     * @param {ArrayBuffer} buffer
     * @returns {{header: Record<string, any>, tensor: (name: string) => ArrayBuffer}}
     */
    function opened(buffer) {
        const length = Number(new DataView(buffer).getBigUint64(0, true));
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, length)));
        const tensor = (/** @type {string} */ name) => {
            const [begin, end] = header[name].data_offsets;
            return buffer.slice(LENGTH_BYTES + length + begin, LENGTH_BYTES + length + end);
        };
        return { header, tensor };
    }

    /**
     * Read a preview.
     * @param {ArrayBuffer} buffer a safetensors file
     * @param {StudioSet} set
     * @returns {Preview}
     */
    function read(buffer, set) {
        const { header, tensor } = opened(buffer);
        const [height, width] = header.photograph.shape;
        const names = set.lights.map((_, index) => `light.${index}`).concat(set.has_ambient ? ["ambient"] : []);
        const photograph = new Uint8Array(tensor("photograph"));
        const pictures = names.map((name) => new Uint16Array(tensor(name)));
        return { width, height, photograph, pictures, brightness: JSON.parse(header.__metadata__.brightness) };
    }

    /**
     * A small picture as an element, of values that a function gives by their place.
     * @param {number} width of what it is made from
     * @param {number} height
     * @param {(place: number) => number} level 0 to 255
     * @param {number} [most] its longer side
     * @returns {HTMLCanvasElement}
     */
    function drawn(width, height, level, most = Math.max(width, height)) {
        const scale = Math.min(1, most / Math.max(width, height));
        const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
        const canvas = icLight.dom.make("canvas", { width: w, height: h });
        const image = new ImageData(w, h);
        for (let y = 0; y < h; y++) {
            for (let x = 0; x < w; x++) {
                const from = 3 * (Math.floor((y + 0.5) / scale) * width + Math.floor((x + 0.5) / scale));
                for (let channel = 0; channel < 3; channel++)
                    image.data[4 * (y * w + x) + channel] = level(from + channel);
                image.data[4 * (y * w + x) + 3] = 255;
            }
        }
        canvas.getContext("2d")?.putImageData(image, 0, 0);
        return canvas;
    }

    /**
     * The photograph as a file.
     * @param {Preview} preview
     * @returns {Promise<Blob | null>}
     */
    function photographOf({ width, height, photograph }) {
        const canvas = drawn(width, height, (place) => photograph[place]);
        return new Promise((resolve) => canvas.toBlob(resolve));
    }

    /**
     * The photograph in the size of a pad, as an address. What a browser has decoded of such pictures it keeps for long.
     * @param {Preview} preview
     * @returns {string}
     */
    function padPicture({ width, height, photograph }) {
        return drawn(width, height, (place) => photograph[place], PAD).toDataURL();
    }

    /**
     * The lights, small; the ambient one last.
     * @param {Preview} preview
     * @returns {HTMLCanvasElement[]}
     */
    function thumbnails({ width, height, pictures }) {
        const numbers = numbersOfHalves();
        return pictures.map((picture) => {
            const level = (/** @type {number} */ place) =>
                255 * icLight.colour.encode(Math.min(1, Math.max(0, numbers[picture[place]])));
            return drawn(width, height, level, THUMBNAIL);
        });
    }

    return { numbersOfHalves, opened, padPicture, photographOf, read, thumbnails };
})();

/**
 * @typedef {object} Preview
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} photograph sRGB
 * @property {Uint16Array[]} pictures in linear light, half precision; the ambient one last
 * @property {Brightness} brightness
 */
