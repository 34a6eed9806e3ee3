/*
 * Puts a picture into a unit of ControlNet: the one that is part of Forge, reForge, Classic and Neo, or the extension
 * sd-webui-controlnet. All name their elements alike.
 */
var icLight = window.icLight || {};

icLight.controlNet = (() => {
    "use strict";

    const PATIENCE_MS = 10_000;
    const PAUSE_MS = 50;
    const SHOWN_MS = 10_000;
    const NOTE = "ic-light-note";
    const NONE = /^none$/i;
    const NORMALS = /normal/i;
    const FULL = "All units of ControlNet are in use. Switch one off, and send again.";
    const TAKEN = "The normals are in ControlNet of %1, unit %2.";
    const BARE = "It has no preprocessor.";
    const NOT_BARE = "Set its preprocessor to None.";
    const NO_MODEL = "Choose a model for normals there.";

    /**
     * What the elements of a tab's units begin with.
     * @param {string} tab
     * @returns {string[]}
     */
    function unitsOf(tab) {
        const found = icLight.dom.findAll(`[id^="${tab}_controlnet_ControlNet"][id$="_input_image"]`);
        return [...new Set(found.map(({ id }) => id.replace(/_input_image$/, "")))];
    }

    /**
     * Whether the page has ControlNet in a tab.
     * @param {string} tab
     * @returns {boolean}
     */
    function isIn(tab) {
        return unitsOf(tab).length > 0;
    }

    /**
     * A field of a unit.
     * @param {string} unit
     * @param {string} name
     * @returns {HTMLInputElement | null}
     */
    function fieldOf(unit, name) {
        return /** @type {HTMLInputElement | null} */ (icLight.dom.find(`#${unit}_controlnet_${name} input`));
    }

    /**
     * Wait until something is so. gradio sets values without changing the page's elements, so it is looked at again and
     * again.
     * @param {() => boolean} isSo
     * @returns {Promise<boolean>} whether it has come about in time
     */
    async function comes(isSo) {
        const end = performance.now() + PATIENCE_MS;
        while (!isSo()) {
            if (performance.now() > end) return false;
            await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
        return true;
    }

    /**
     * Check a unit's box.
     * @param {string} unit
     * @param {string} name
     */
    function check(unit, name) {
        const box = fieldOf(unit, name);
        if (box && !box.checked) box.click();
    }

    /**
     * Choose what the unit is for; ControlNet then proposes a preprocessor and a model.
     * @param {string} unit
     * @param {RegExp} kind
     */
    async function chooseType(unit, kind) {
        const options = icLight.dom.findAll(`#${unit}_controlnet_type_filter_radio input`);
        const preprocessor = fieldOf(unit, "preprocessor_dropdown");
        const option = /** @type {HTMLInputElement[]} */ (options).find(({ value }) => kind.test(value));
        if (!option || option.checked) return;
        const before = preprocessor?.value;
        option.click();
        await comes(() => preprocessor?.value !== before);
    }

    /**
     * Choose an entry of a unit's list.
     * @param {string} unit
     * @param {string} name
     * @param {RegExp} wanted
     */
    async function choose(unit, name, wanted) {
        const field = fieldOf(unit, name);
        if (!field || wanted.test(field.value)) return;
        // The entries are there while the list has the focus.
        field.dispatchEvent(new FocusEvent("focus"));
        const entry = () =>
            icLight.dom
                .findAll(`#${unit}_controlnet_${name} [data-testid="dropdown-option"]`)
                .find((one) => wanted.test(one.getAttribute("aria-label") ?? one.textContent?.trim() ?? ""));
        if (await comes(() => entry() !== undefined))
            entry()?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
        await comes(() => wanted.test(field.value));
        field.dispatchEvent(new FocusEvent("blur"));
    }

    /**
     * Open ControlNet's accordion in a tab.
     * @param {string} tab
     */
    function open(tab) {
        const place = icLight.dom.find(`#${tab}_controlnet`);
        const label = /** @type {HTMLElement | null} */ (place?.querySelector(".label-wrap") ?? null);
        if (label && !label.classList.contains("open")) label.click();
    }

    /**
     * Put normals into the first unit that is off, switch it on, and say what was done.
     * @param {Scope} scope
     * @param {string} tab
     * @param {File} file
     * @returns {Promise<string>} in the page's language; rejected with such a sentence
     */
    async function takeNormals(scope, tab, file) {
        const { appearing, find } = icLight.dom;
        const { say } = icLight.words;
        const units = unitsOf(tab);
        const at = units.findIndex((one) => fieldOf(one, "enable_checkbox")?.checked === false);
        if (at < 0) throw new Error(say(FULL));
        const unit = units[at];
        icLight.send.showTab(tab);
        open(tab);
        // In img2img a unit takes the tab's own picture, unless it is told otherwise.
        check(unit, "same_img2img_checkbox");
        const slot = await appearing(scope, () => find(`#${unit}_input_image`));
        // ControlNet shows the slot and empties it in one answer: what is put in before is lost.
        await comes(() => !slot.closest(".hide, .hidden"));
        await icLight.slots.put(scope, slot, file);
        check(unit, "enable_checkbox");
        await chooseType(unit, NORMALS);
        await choose(unit, "preprocessor_dropdown", NONE);
        const isBare = NONE.test(fieldOf(unit, "preprocessor_dropdown")?.value ?? "");
        const hasModel = NORMALS.test(fieldOf(unit, "model_dropdown")?.value ?? "");
        const more = hasModel ? [] : [say(NO_MODEL)];
        const told = [say(TAKEN, tab, at), say(isBare ? BARE : NOT_BARE), ...more].join(" ");
        note(scope, tab, told);
        return told;
    }

    /**
     * Say something above ControlNet for some seconds, and scroll there.
     * @param {Scope} scope
     * @param {string} tab
     * @param {string} text in the page's language
     */
    function note(scope, tab, text) {
        const line = icLight.dom.make("p", { className: NOTE, attributes: { role: "status" } }, text);
        const own = scope.inner();
        own.atEnd(() => line.remove());
        own.afterPause(() => own.dispose(), SHOWN_MS)();
        const place = icLight.dom.find(`#${tab}_controlnet`);
        place?.querySelector(`.${NOTE}`)?.remove();
        place?.prepend(line);
        line.scrollIntoView({ block: "start", behavior: "smooth" });
    }

    return { isIn, takeNormals };
})();
