/* The fields of the web UI's own controls. */
var icLight = window.icLight || {};

icLight.hostFields = (() => {
    "use strict";

    const KINDS = ["textarea", "input[type=number]", "input"];

    /**
     * The field of one of the web UI's controls.
     * @param {string} id
     * @returns {HTMLInputElement | HTMLTextAreaElement | null}
     */
    function fieldOf(id) {
        // An accordion's own box is made by the host's script.
        const box = icLight.dom.find(`#${id.replace(/-checkbox$/, "-visible-checkbox")}`);
        if (box instanceof HTMLInputElement) return box;
        const found = KINDS.map((kind) => icLight.dom.find(`#${id} ${kind}`)).find(Boolean);
        return /** @type {HTMLInputElement | null} */ (found ?? null);
    }

    /**
     * Whether a control has a value.
     * @param {string} id
     * @param {unknown} value
     * @returns {boolean}
     */
    function has(id, value) {
        const field = fieldOf(id);
        if (field === null) return false;
        if (typeof value === "boolean") return field instanceof HTMLInputElement && field.checked === value;
        return typeof value === "number" ? Number(field.value) === value : field.value === value;
    }

    /**
     * Whether a control's text contains words, or any text if there are none.
     * @param {string} id
     * @param {string} words
     * @returns {boolean}
     */
    function says(id, words) {
        const text = fieldOf(id)?.value.trim() ?? "";
        return text !== "" && text.includes(words);
    }

    return { fieldOf, has, says };
})();
