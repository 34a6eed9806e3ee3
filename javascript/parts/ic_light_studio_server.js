/* The studio's routes, see lib_iclight/api/: what is asked and answered. */
var icLight = window.icLight || {};

icLight.studioServer = (() => {
    "use strict";

    const ROOT = "./ic-light/studio";
    const SETS = "/sets";
    const SIDE = 1024;
    const UNREACHED = "The web UI did not answer.";
    const [BUSY, UNUSABLE] = [503, 422];
    const MOST_TRIES = 4;

    /** What a route refuses: a sentence in the page's language, and whether a set could not be used. */
    class Refused extends Error {
        /**
         * @param {string} said
         * @param {number} status
         */
        constructor(said, status) {
            super(said);
            this.isUnusable = status === UNUSABLE;
        }
    }

    /**
     * Ask a route. What only reads is asked again while the web UI has too much to do, when it says.
     * @param {string} path below {@link ROOT}
     * @param {RequestInit} [options] not given for what only reads
     * @param {number} [tries] that are left
     * @returns {Promise<Response | null>} null if nothing answers
     */
    async function answered(path, options, tries = options ? 1 : MOST_TRIES) {
        const answer = await fetch(`${ROOT}${path}`, options).catch(() => null);
        if (answer?.status !== BUSY || tries === 1) return answer;
        const seconds = Number(answer.headers.get("Retry-After") ?? 1);
        await new Promise((resume) => setTimeout(resume, 1_000 * seconds));
        return answered(path, options, tries - 1);
    }

    /**
     * Ask a route.
     * @param {string} path below {@link ROOT}
     * @param {RequestInit} [options] not given for what only reads
     * @returns {Promise<Response>} rejected with a sentence in the page's language
     */
    async function ask(path, options) {
        const answer = await answered(path, options);
        if (answer === null) throw new Error(icLight.words.say(UNREACHED));
        if (answer.ok) return answer;
        const { detail } = await answer.json().catch(() => ({}));
        const told = typeof detail === "string" && detail ? icLight.words.said(detail) : icLight.words.say(UNREACHED);
        throw new Refused(told, answer.status);
    }

    /**
     * The path of a set.
     * @param {string} name
     * @param {string} [more]
     * @returns {string}
     */
    function of(name, more = "") {
        return `${SETS}/${encodeURIComponent(name)}${more}`;
    }

    /**
     * Post JSON.
     * @param {string} path
     * @param {object} body
     * @param {string} [method]
     * @returns {Promise<Response>}
     */
    function post(path, body, method = "POST") {
        return ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    }

    /**
     * The caller's sets, the newest first.
     * @returns {Promise<ListedSet[]>}
     */
    async function list() {
        return (await (await ask(SETS)).json()).sets;
    }

    /**
     * What a set holds, and its pictures for the canvas.
     * @param {string} name
     * @returns {Promise<{set: StudioSet, preview: Preview}>}
     */
    async function open(name) {
        const [set, buffer] = await Promise.all([
            ask(of(name)).then((answer) => answer.json()),
            ask(of(name, `/preview?side=${SIDE}`)).then((answer) => answer.arrayBuffer()),
        ]);
        return { set, preview: icLight.studioPreview.read(buffer, set) };
    }

    /**
     * Take in a file.
     * @param {File} file
     * @returns {Promise<string>} the name of the set
     */
    async function take(file) {
        const path = `${SETS}?name=${encodeURIComponent(file.name.replace(/\.safetensors$/i, ""))}`;
        const headers = { "Content-Type": "application/octet-stream" };
        return (await (await ask(path, { method: "POST", headers, body: file })).json()).name;
    }

    /**
     * What lamps need of a set.
     * @param {string} name
     * @returns {Promise<LampSurface>}
     */
    async function surface(name) {
        const answer = await ask(of(name, `/surface?side=${SIDE}`));
        return icLight.studioLamps.readSurface(await answer.arrayBuffer());
    }

    return {
        Refused,
        list,
        open,
        surface,
        take,
        /**
         * The set's own photograph.
         * @param {string} name
         * @returns {Promise<Response>}
         */
        photograph: (name) => ask(of(name, "/photograph")),
        /**
         * Give a set another name.
         * @param {string} name
         * @param {string} next
         * @returns {Promise<string>} the name that it has then
         */
        rename: async (name, next) => (await (await post(of(name), { name: next }, "PATCH")).json()).name,
        /**
         * Delete a set.
         * @param {string} name
         */
        remove: (name) => ask(of(name), { method: "DELETE" }),
        /**
         * Make a mix at full size, saved as any result.
         * @param {string} name
         * @param {object} mix
         * @param {string} layers
         * @returns {Promise<Developed>}
         */
        develop: async (name, mix, layers) => (await post(of(name, "/develop"), { mix, layers })).json(),
        /**
         * The set and the mix in a picture's generation parameters.
         * @param {string} infotext
         * @returns {Promise<{name: string, mix: PlainMix}>}
         */
        told: async (infotext) => (await post("/read", { infotext })).json(),
        /**
         * A file that is made of a set.
         * @param {string} name
         * @param {"normals" | "motion"} kind
         * @param {object} body
         * @returns {Promise<Blob>}
         */
        file: async (name, kind, body) => (await post(of(name, `/${kind}`), body)).blob(),
    };
})();

/**
 * @typedef {{name: string, made: string, size: number, problem?: string}} ListedSet
 * @typedef {{url: string, file: string, width: number, height: number, layers: string[], remarks: string[]}} Developed
 */
