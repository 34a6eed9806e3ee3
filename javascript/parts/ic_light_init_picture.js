/* Tells the server what it needs of img2img's pictures, which may be large: their size, and something to know them by. */
var icLight = window.icLight || {};

icLight.initPicture = (() => {
    "use strict";

    const EMPTY = "-";
    // A picture's text may have many megabytes; its parts differ from another picture's.
    const SAMPLES = 5000;

    /**
     * Where a picture is: its text in gradio 3 and in Forge's canvas, else a file on the server.
     * @param {any} slot
     * @returns {string}
     */
    function addressOf(slot) {
        // In gradio 3 the value of an inpainting slot is a picture with its mask.
        const held = slot?.image ?? slot;
        return typeof held === "string" ? held : (held?.url ?? "");
    }

    /**
     * A picture's width and height, "0:0" if the browser cannot show it.
     * @param {string} address
     * @returns {Promise<string>}
     */
    function sizeOf(address) {
        const image = new Image();
        return new Promise((resolve) => {
            image.onload = () => resolve(`${image.naturalWidth}:${image.naturalHeight}`);
            image.onerror = () => resolve("0:0");
            image.src = address;
        });
    }

    /**
     * A number that tells a text from others.
     * @param {string} text
     * @returns {string}
     */
    function keyOf(text) {
        const step = Math.max(1, Math.floor(text.length / SAMPLES));
        let sum = text.length;
        for (let place = 0; place < text.length; place += step) sum = (Math.imul(sum, 31) + text.charCodeAt(place)) | 0;
        return (sum >>> 0).toString(16);
    }

    /**
     * One word for each slot: "-" if it is empty, else width, height and key of its picture.
     * @param {unknown[]} slots
     * @returns {Promise<string>}
     */
    async function told(slots) {
        const words = slots.map(async (slot) => {
            const address = addressOf(slot);
            const isThere = typeof slot === "string" ? slot !== "" : Boolean(slot) && address !== "";
            return isThere ? `${await sizeOf(address)}:${keyOf(address)}` : EMPTY;
        });
        return (await Promise.all(words)).join(" ");
    }

    /**
     * Whether any slot has a picture.
     * @param {string} words what was told
     * @returns {boolean}
     */
    function isAny(words) {
        return words.split(" ").some((word) => word !== "" && word !== EMPTY);
    }

    /**
     * Tell when another picture is inpainted, or none: gradio 3 says so at every change of the page. Only there is the
     * field for it.
     * @param {Scope} scope
     */
    function mount(scope) {
        const slot = icLight.dom.find("#img2maskimg");
        const field = icLight.dom.find("#img2img_ic_light_init_masked textarea");
        if (!slot || !(field instanceof HTMLTextAreaElement)) return;
        const watcher = new MutationObserver(() => {
            const key = keyOf(slot.querySelector("img")?.src ?? "");
            if (field.value !== key) icLight.dom.type(field, key);
        });
        scope
            .holds(watcher)
            .observe(slot, { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
    }

    return { isAny, mount, told };
})();
