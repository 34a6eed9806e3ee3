/* Lamps on the graphics unit: the shader's lines that light the photograph by its normals, and what they read. */
var icLight = window.icLight || {};

icLight.studioLampsGl = (() => {
    "use strict";

    const VALUES = 8; // of 16 bits in a texel of four numbers
    const UNIT = 1; // of textures; the set's pictures are on the first
    const WHITE = 255;
    const ONE = 0x3c00; // the pattern of 1 in half precision

    /**
     * What the shader needs before its main function. The lamps are written out one by one: over a loop a processor
     * takes twice as long.
     * @param {number} count of lamps
     * @returns {string}
     */
    function declarations(count) {
        const lamps = Array.from({ length: count }, (_, index) => index);
        const lit = lamps.map((at) => `lamp${at}(normal, (lampPlaces[${at}].xy * frame - here) / longer)`);
        return `
        precision highp usampler2D;
        uniform usampler2D surface;
        uniform vec3 lampColours[${count}];
        uniform vec3 lampPlaces[${count}];
        uniform vec2 lampKinds[${count}]; // softness and falloff
        ${lamps.map(shining).join("")}
        vec3 lamplight(ivec2 at) {
            uvec4 texel = texelFetch(surface, at, 0);
            vec2 middle = unpackHalf2x16(texel.y);
            vec3 normal = vec3(unpackHalf2x16(texel.x), middle.x);
            vec3 own = vec3(middle.y, unpackHalf2x16(texel.z));
            vec2 frame = vec2(textureSize(surface, 0));
            vec2 here = vec2(at) + 0.5;
            float longer = max(frame.x, frame.y);
            return own * (${lit.join(" + ")});
        }`;
    }

    /**
     * The light of one lamp on a surface.
     * @param {number} index
     * @returns {string}
     */
    function shining(index) {
        return `
        vec3 lamp${index}(vec3 normal, vec2 aside) {
            float before = lampPlaces[${index}].z;
            vec3 way = vec3(aside.x, -aside.y, before);
            float square = dot(way, way);
            float soft = lampKinds[${index}].x;
            float near = before * before / square;
            // A power takes as long as all else, and mostly it is 1.
            if (lampKinds[${index}].y != 1.0) near = pow(near, lampKinds[${index}].y);
            float shade = max((dot(normal, way) * inversesqrt(square) + soft) / (1.0 + soft), 0.0);
            return lampColours[${index}] * (shade * near);
        }`;
    }

    /** The line that adds the lamps' light to the sum. */
    const ADDING = "sum += lamplight(at);";

    /**
     * The patterns of half precision of the linear light of each level.
     * @returns {Uint16Array}
     */
    function halvesOfLevels() {
        const numbers = icLight.studioPreview.numbersOfHalves();
        return Uint16Array.from({ length: WHITE + 1 }, (_, level) => {
            const light = icLight.colour.decode(level / WHITE);
            // Patterns of numbers that are not negative lie in the numbers' order.
            let [low, high] = [0, ONE];
            while (high - low > 1) {
                const middle = (low + high) >> 1;
                if (numbers[middle] > light) high = middle;
                else low = middle;
            }
            return light - numbers[low] < numbers[high] - light ? low : high;
        });
    }

    /**
     * Normals and photograph, side by side in each texel.
     * @param {LampSurface} surface
     * @param {Uint8Array} photograph sRGB, of the same size
     * @returns {Uint32Array}
     */
    function packed({ width, height, normals }, photograph) {
        const texels = new Uint16Array(VALUES * width * height);
        const levels = halvesOfLevels();
        for (let from = 0, to = 0; from < normals.length; from += 3, to += VALUES) {
            for (let channel = 0; channel < 3; channel++) {
                texels[to + channel] = normals[from + channel];
                texels[to + 3 + channel] = levels[photograph[from + channel]];
            }
        }
        return new Uint32Array(texels.buffer);
    }

    /**
     * Put what lamps need into a texture.
     * @param {WebGL2RenderingContext} gl
     * @param {LampSurface} surface
     * @param {Uint8Array} photograph sRGB, of the same size
     * @returns {WebGLTexture | null}
     */
    function upload(gl, surface, photograph) {
        const { width, height } = surface;
        const texture = gl.createTexture();
        gl.activeTexture(gl.TEXTURE0 + UNIT);
        gl.bindTexture(gl.TEXTURE_2D, texture);
        gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, width, height);
        for (const name of /** @type {const} */ (["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]))
            gl.texParameteri(gl.TEXTURE_2D, gl[name], gl.NEAREST);
        const from = /** @type {const} */ ([gl.TEXTURE_2D, 0, 0, 0, width, height]);
        gl.texSubImage2D(...from, gl.RGBA_INTEGER, gl.UNSIGNED_INT, packed(surface, photograph));
        gl.activeTexture(gl.TEXTURE0);
        return texture;
    }

    /**
     * Tell the shader of the lamps.
     * @param {WebGL2RenderingContext} gl
     * @param {WebGLProgram} program in use
     * @param {number[][]} rows exposure included
     */
    function fill(gl, program, rows) {
        const place = (/** @type {string} */ name) => gl.getUniformLocation(program, name);
        if (rows.length === 0) return;
        gl.uniform1i(place("surface"), UNIT);
        const part = (/** @type {number} */ from, /** @type {number} */ to) =>
            rows.flatMap((row) => row.slice(from, to));
        gl.uniform3fv(place("lampColours"), part(0, 3));
        gl.uniform3fv(place("lampPlaces"), part(3, 6));
        gl.uniform2fv(place("lampKinds"), part(6, 8));
    }

    return { ADDING, declarations, fill, upload };
})();
