/*
 * Mixes a set's pictures on the graphics unit: one draw in linear light, encoded as sRGB in the shader.
 *
 * Where there is no graphics unit, a processor runs the shader. There fetching texels takes most of the time, shifting bits
 * is slow, and so is reading a factor anew at every pixel. So eight values lie in one texel, each the root of a share of its
 * picture's largest value in 15 bits, which is finer than the eye sees even where a mix is 64 times as bright as the light
 * was shot; the upper one of a number stays where it is, as a root 2 ** 16 times as large; and the factors come as flat
 * inputs.
 */
var icLight = window.icLight || {};

icLight.studioGl = (() => {
    "use strict";

    const VALUES = 8; // of 16 bits in a texel of four numbers
    const MOST = 32_767;
    const UPPER = 2 ** 32; // by how much a value in the upper half of a number is too large
    const HALVES = 1 << 16;

    /**
     * The shaders that add up pictures.
     * @param {number} count of pictures
     * @param {number} lamps how many light them too
     * @param {number} varyings how many inputs of four numbers a fragment can have
     * @returns {{vertex: string, fragment: string}}
     */
    function shaders(count, lamps, varyings) {
        const vectors = Math.ceil((3 * count) / 4);
        const isFlat = vectors < varyings;
        // One triangle that covers the canvas.
        const vertex = `#version 300 es
        precision highp float;
        ${isFlat ? `uniform vec4 given[${vectors}]; flat out vec4 factors[${vectors}];` : ""}
        void main() {
            ${isFlat ? `for (int each = 0; each < ${vectors}; each++) factors[each] = given[each];` : ""}
            gl_Position = vec4(float(gl_VertexID % 2) * 4.0 - 1.0, float(gl_VertexID / 2) * 4.0 - 1.0, 0.0, 1.0);
        }`;
        const factors = isFlat ? `flat in vec4 factors[${vectors}];` : `uniform vec4 given[${vectors}];`;
        return { vertex, fragment: adding(count, lamps, factors, isFlat ? "factors" : "given") };
    }

    /**
     * The shader of each pixel, with the curve of lib_iclight/picture/srgb.py (IEC 61966-2-1).
     * @param {number} count of pictures
     * @param {number} lamps how many light them too
     * @param {string} declared where the factors are declared
     * @param {string} factors what they are called
     * @returns {string}
     */
    function adding(count, lamps, declared, factors) {
        // Even lamps that are not there would take a quarter of a processor's time.
        const { ADDING, declarations } = icLight.studioLampsGl;
        const layers = Array.from({ length: layersOf(count) }, (_, layer) => fetching(layer, count, factors));
        return `#version 300 es
        precision highp float;
        precision highp int;
        precision highp usampler2DArray;
        uniform usampler2DArray pictures;
        uniform int height;
        ${declared}
        out vec4 colour;
        ${lamps > 0 ? declarations(lamps) : ""}
        void main() {
            ivec2 at = ivec2(int(gl_FragCoord.x), height - 1 - int(gl_FragCoord.y));
            vec3 sum = vec3(0.0);
            ${layers.join("\n            ")}
            ${lamps > 0 ? ADDING : ""}
            sum = clamp(sum, 0.0, 1.0);
            vec3 bright = 1.055 * pow(sum, vec3(1.0 / 2.4)) - 0.055;
            colour = vec4(mix(bright, 12.92 * sum, lessThanEqual(sum, vec3(0.0031308))), 1.0);
        }`;
    }

    /**
     * The shader's lines that add what one layer of texels holds.
     * @param {number} layer
     * @param {number} count of pictures
     * @param {string} factors what they are called
     * @returns {string}
     */
    function fetching(layer, count, factors) {
        const first = VALUES * layer;
        const added = Array.from({ length: Math.min(VALUES, 3 * count - first) }, (_, place) => {
            const value = first + place;
            const root = `${isUpper(value) ? "high" : "low"}[${place >> 1}]`;
            return `sum.${"rgb"[value % 3]} += ${factors}[${value >> 2}][${value % 4}] * ${root} * ${root};`;
        });
        return `{
                uvec4 texel = texelFetch(pictures, ivec3(at, ${layer}), 0);
                vec4 low = vec4(ivec4(texel & 0x7fffu));
                vec4 high = vec4(ivec4(texel & 0x7fff0000u));
                ${added.join(" ")}
            }`;
    }

    /**
     * Whether a value lies in the upper half of a texel's number.
     * @param {number} value
     * @returns {boolean}
     */
    function isUpper(value) {
        return value % 2 === 1;
    }

    /**
     * How many layers of texels hold so many pictures.
     * @param {number} count
     * @returns {number}
     */
    function layersOf(count) {
        return Math.ceil((3 * count) / VALUES);
    }

    /**
     * Pictures as the shader takes them.
     * @param {Preview} preview
     * @returns {{texels: Uint16Array, scales: number[]}} layer by layer; by what each picture's values are multiplied
     */
    function packed({ width, height, pictures }) {
        const pixels = width * height;
        const texels = new Uint16Array(VALUES * pixels * layersOf(pictures.length));
        const scales = pictures.map((picture, index) => {
            const { roots, scale } = rootsOf(picture);
            for (let channel = 0; channel < 3; channel++) {
                const value = 3 * index + channel;
                let to = VALUES * pixels * Math.floor(value / VALUES) + (value % VALUES);
                for (let from = channel; from < picture.length; from += 3, to += VALUES)
                    texels[to] = roots[picture[from]];
            }
            return scale;
        });
        return { texels, scales };
    }

    /**
     * The roots of a picture's values in 15 bits, by the patterns of half precision; those below 0 are 0.
     * @param {Uint16Array} picture
     * @returns {{roots: Uint16Array, scale: number}}
     */
    function rootsOf(picture) {
        const numbers = icLight.studioPreview.numbersOfHalves();
        // Patterns of numbers that are not negative lie in the numbers' order.
        let largest = 1;
        for (let place = 0; place < picture.length; place++) {
            if (picture[place] > largest && picture[place] < HALVES / 2) largest = picture[place];
        }
        const most = numbers[largest];
        const roots = new Uint16Array(HALVES);
        for (let bits = 0; bits <= largest; bits++) roots[bits] = Math.round(Math.sqrt(numbers[bits] / most) * MOST);
        return { roots, scale: most / MOST ** 2 };
    }

    /** Draws on one canvas. Its pictures are in the graphics unit's memory only, and are let go of with the next ones. */
    class GlMixer {
        /**
         * @param {HTMLCanvasElement} canvas
         * @param {WebGL2RenderingContext} gl
         */
        constructor(canvas, gl) {
            this.canvas = canvas;
            this.gl = gl;
            /** @type {WebGLTexture | null} */
            this.texture = null;
            /** @type {WebGLTexture | null} */
            this.surface = null;
            /** @type {Map<number, WebGLProgram>} by how many lamps there are, for as many pictures as there are */
            this.programs = new Map();
            /** @type {number[]} */
            this.scales = [];
            /** @type {Uint8Array} */
            this.photograph = new Uint8Array(0);
        }

        /**
         * Take a set's pictures.
         * @param {Preview} preview
         */
        take(preview) {
            const { canvas, gl } = this;
            const { width, height, pictures } = preview;
            const { texels, scales } = packed(preview);
            this.photograph = preview.photograph;
            gl.deleteTexture(this.surface);
            this.surface = null;
            if (this.scales.length !== pictures.length) this.forgetPrograms();
            this.scales = scales;
            gl.deleteTexture(this.texture);
            this.texture = gl.createTexture();
            [canvas.width, canvas.height] = [width, height];
            gl.viewport(0, 0, width, height);
            gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
            const size = /** @type {const} */ ([width, height, layersOf(pictures.length)]);
            gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA32UI, ...size);
            for (const name of /** @type {const} */ (["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]))
                gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl[name], gl.NEAREST);
            const words = new Uint32Array(texels.buffer);
            const from = /** @type {const} */ ([gl.TEXTURE_2D_ARRAY, 0, 0, 0, 0]);
            gl.texSubImage3D(...from, ...size, gl.RGBA_INTEGER, gl.UNSIGNED_INT, words);
        }

        /**
         * Take what lamps need of the set.
         * @param {LampSurface} surface
         */
        takeSurface(surface) {
            this.gl.deleteTexture(this.surface);
            this.surface = icLight.studioLampsGl.upload(this.gl, surface, this.photograph);
        }

        /** Let go of the programs. */
        forgetPrograms() {
            for (const program of this.programs.values()) this.gl.deleteProgram(program);
            this.programs.clear();
        }

        /**
         * Use the program for the pictures, which is built when it is first needed.
         * @param {number} lamps how many there are
         * @returns {WebGLProgram}
         */
        use(lamps) {
            const program = this.programs.get(lamps) ?? this.built(lamps);
            this.programs.set(lamps, program);
            this.gl.useProgram(program);
            return program;
        }

        /**
         * @param {number} lamps
         * @returns {WebGLProgram}
         */
        built(lamps) {
            const { gl, scales } = this;
            const program = gl.createProgram();
            const { vertex, fragment } = shaders(scales.length, lamps, gl.getParameter(gl.MAX_VARYING_VECTORS));
            for (const [kind, source] of /** @type {const} */ ([
                [gl.VERTEX_SHADER, vertex],
                [gl.FRAGMENT_SHADER, fragment],
            ])) {
                const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
                gl.shaderSource(shader, source);
                gl.compileShader(shader);
                gl.attachShader(program, shader);
                gl.deleteShader(shader);
            }
            gl.linkProgram(program);
            return program;
        }

        /**
         * Draw a mix.
         * @param {number[][]} table factors by picture and channel
         * @param {number[][]} lamps in numbers
         */
        draw(table, lamps) {
            const { canvas, gl, scales } = this;
            if (this.texture === null) return;
            const lit =
                this.surface === null ? [] : lamps.filter((row) => row.slice(0, 3).some((value) => value !== 0));
            const program = this.use(lit.length);
            const place = (/** @type {string} */ name) => gl.getUniformLocation(program, name);
            const factors = table.flatMap((row, index) => row.map((factor) => factor * scales[index]));
            const given = factors.map((factor, value) => (isUpper(value) ? factor / UPPER : factor));
            gl.uniform4fv(place("given"), [...given, 0, 0, 0].slice(0, 4 * Math.ceil(given.length / 4)));
            gl.uniform1i(place("height"), canvas.height);
            icLight.studioLampsGl.fill(gl, program, lit);
            gl.drawArrays(gl.TRIANGLES, 0, 3);
        }

        /** Let go of the pictures. */
        end() {
            this.gl.deleteTexture(this.texture);
            this.gl.deleteTexture(this.surface);
            this.gl.getExtension("WEBGL_lose_context")?.loseContext();
        }
    }

    /**
     * A mixer for a canvas, or null where the browser has no WebGL2.
     * @param {HTMLCanvasElement} canvas
     * @returns {GlMixer | null}
     */
    function on(canvas) {
        const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
        return gl ? new GlMixer(canvas, gl) : null;
    }

    return { on };
})();
