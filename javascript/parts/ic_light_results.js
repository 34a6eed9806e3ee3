/*
 * Which result a gallery shows, what the host knows about it, such as its generation parameters, and what the server keeps
 * of it.
 */
var icLight = window.icLight || {};

icLight.results = (() => {
    "use strict";

    const ROUTE = "./ic-light/comparison";
    // The picture that is viewed alone, in gradio 4 and 3.
    const VIEWED = "[data-testid='detailed-image'], .preview > img";
    const THUMBNAILS = ".preview .thumbnails > .thumbnail-item";
    const RELIT = "IC Light mode: ";
    // With these, more was done to what the model has painted.
    const DEVELOPED = ["IC Light result: photograph", "IC Light restore details: ", "IC Light keep colours: "];

    /**
     * The relit result that a tab's gallery shows, null if it shows none or something else, such as a grid.
     * @param {string} tab
     * @returns {Result | null}
     */
    function shown(tab) {
        const viewed = viewedIn(tab);
        return viewed === null || viewed.whyNot ? null : viewed.result;
    }

    /**
     * Why the picture that a tab's gallery shows is no relit result, in the page's language; "" if it is one.
     * @param {string} tab
     * @returns {string}
     */
    function whyNot(tab) {
        const viewed = viewedIn(tab);
        if (viewed) return viewed.whyNot && icLight.words.say(viewed.whyNot);
        const hasPictures = icLight.dom.findAll(`#${tab}_gallery img`).some((image) => !image.closest(".livePreview"));
        return icLight.words.say(hasPictures ? "Open one of the pictures first." : "There is no picture yet.");
    }

    /**
     * The picture that a tab's gallery shows alone, what the host knows about it, and why it is no relit result.
     * @param {string} tab
     * @returns {{result: Result, whyNot: string} | null}
     */
    function viewedIn(tab) {
        const gallery = icLight.dom.find(`#${tab}_gallery`);
        const image = gallery?.querySelector(VIEWED);
        if (!(image instanceof HTMLImageElement)) return null;
        const thumbnails = icLight.dom.findAll(THUMBNAILS, gallery);
        const index = thumbnails.findIndex((thumbnail) => thumbnail.classList.contains("selected"));
        const { infotexts = [], index_of_first_image: first = 0, job_timestamp: job = "" } = infoOf(tab);
        const text = index < first ? "" : String(infotexts[index] ?? "");
        const parameters = text.slice(text.lastIndexOf("\n") + 1);
        const hasPainting = DEVELOPED.some((label) => parameters.includes(label));
        const isGrid = index >= 0 && index < first;
        const other = isGrid ? "This is a grid: open one of its pictures." : "This picture was not made with IC Light.";
        const whyNot = parameters.includes(RELIT) ? "" : other;
        return { result: { image, job: String(job), text, hasPainting }, whyNot };
    }

    /**
     * What the host has written about a tab's results.
     * @param {string} tab
     * @returns {Record<string, any>}
     */
    function infoOf(tab) {
        const field = icLight.dom.find(`#generation_info_${tab} textarea`);
        try {
            return JSON.parse(/** @type {HTMLTextAreaElement | null} */ (field)?.value || "{}") ?? {};
        } catch {
            return {};
        }
    }

    /**
     * Where the pixels of an image element are drawn, which may be less than its box or more.
     * @param {HTMLImageElement} image
     * @returns {DOMRect} in the window
     */
    function drawnAt(image) {
        const box = image.getBoundingClientRect();
        const { naturalWidth: width, naturalHeight: height } = image;
        const fit = getComputedStyle(image).objectFit;
        if (fit === "fill" || width === 0 || height === 0) return box;
        const across = box.width / width;
        const down = box.height / height;
        const scales = {
            contain: Math.min(across, down),
            cover: Math.max(across, down),
            none: 1,
            "scale-down": Math.min(1, across, down),
        };
        const scale = scales[/** @type {keyof typeof scales} */ (fit)] ?? 1;
        const [left, top] = [box.x + (box.width - scale * width) / 2, box.y + (box.height - scale * height) / 2];
        return new DOMRect(left, top, scale * width, scale * height);
    }

    /**
     * Ask the server for what it keeps of a result.
     * @param {Made} result
     * @param {string} kind see docs/routes.md
     * @param {AbortSignal} [signal]
     * @returns {Promise<Response>}
     */
    function kept({ job, text }, kind, signal) {
        const body = JSON.stringify({ job_timestamp: job, infotext: text, kind });
        return fetch(ROUTE, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
    }

    return { drawnAt, kept, shown, whyNot };
})();

/** @typedef {{image: HTMLImageElement, job: string, text: string, hasPainting: boolean}} Result */
