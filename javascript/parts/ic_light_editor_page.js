/*
 * The host's page around an editor: reads and sets its controls. gradio sets values without DOM events, so changes are
 * found by comparing.
 */
var icLight = window.icLight || {};

icLight.page = (() => {
    "use strict";

    const TEXT = ":is(textarea, input)";
    const { max } = Math;

    /**
     * The number in a field.
     * @param {string} selector
     * @param {number} otherwise the value if there is none
     * @returns {number}
     */
    function numberIn(selector, otherwise) {
        const field = icLight.dom.find(selector);
        const value = field instanceof HTMLInputElement ? parseFloat(field.value) : NaN;
        return Number.isFinite(value) ? value : otherwise;
    }

    /** The controls of one tab that an editor is kept in sync with. */
    class Page {
        /**
         * @param {Scope} scope
         * @param {string} tab
         * @param {() => void} onPicture called when a picture has loaded
         */
        constructor(scope, tab, onPicture) {
            this.tab = tab;
            this.pictures = new icLight.pictures.Pictures(scope, this, onPicture);
        }

        /**
         * One of IC Light's elements in this tab.
         * @param {string} name
         * @param {string} [inner] what to look for inside it
         * @returns {HTMLElement | null}
         */
        own(name, inner = "") {
            return icLight.dom.find(`#${this.tab}_ic_light_${name} ${inner}`.trim());
        }

        /**
         * The value of a radio.
         * @param {string} name
         * @param {string} otherwise the value if nothing is chosen
         * @returns {string}
         */
        radio(name, otherwise) {
            const chosen = this.own(name, "input[type=radio]:checked");
            return chosen instanceof HTMLInputElement ? chosen.value : otherwise;
        }

        /**
         * Whether a box is checked.
         * @param {string} name
         * @param {boolean} otherwise the value if there is no such box
         * @returns {boolean}
         */
        isChecked(name, otherwise) {
            const box = this.own(name, "input[type=checkbox]");
            return box instanceof HTMLInputElement ? box.checked : otherwise;
        }

        /**
         * The values in all fields of a control, to be compared.
         * @param {string} name
         * @returns {(string | boolean)[]}
         */
        values(name) {
            return icLight.dom.findAll("input, textarea, select", this.own(name)).map((field) => {
                const { type, checked, value } = /** @type {HTMLInputElement} */ (field);
                return type === "checkbox" ? checked : value;
            });
        }

        /**
         * A text field.
         * @param {string} name
         * @returns {HTMLTextAreaElement | HTMLInputElement | null}
         */
        field(name) {
            return /** @type {HTMLTextAreaElement | null} */ (this.own(name, TEXT));
        }

        /**
         * The values of the controls.
         * @returns {PageValues}
         */
        read() {
            return {
                mode: this.radio("mode", "fc"),
                light: this.radio("light", "none"),
                text: this.field("light_editor")?.value ?? "",
                placement: this.radio("placement", "cover"),
                placedText: this.field("placement_editor")?.value ?? "",
            };
        }

        /**
         * Set the controls to an editor's state, where they differ.
         * @param {State} state
         */
        write(state) {
            if (state.light === "editor") this.setText("light_editor", state.text);
            if (state.placement === "placed") this.setText("placement_editor", state.placedText);
            this.setRadio("light", state.light, "none");
            this.setRadio("placement", state.placement, "cover");
        }

        /**
         * @param {string} name
         * @param {string} text
         */
        setText(name, text) {
            const field = this.field(name);
            if (field && field.value !== text) icLight.dom.type(field, text);
        }

        /**
         * Choose a value.
         * @param {string} name
         * @param {string} value
         * @param {string} unset the value that counts as chosen if none is
         */
        setRadio(name, value, unset) {
            if (this.radio(name, unset) !== value) this.own(name, `input[type=radio][value="${value}"]`)?.click();
        }

        /**
         * Width and height of the picture to generate.
         * @returns {number[]}
         */
        size() {
            return ["width", "height"].map((side) => max(numberIn(`#${this.tab}_${side} input[type=number]`, 512), 1));
        }

        /**
         * The light strength, which scales a map's contrast.
         * @returns {number}
         */
        strength() {
            return numberIn(`#${this.tab}_ic_light_light_strength input[type=number]`, 1);
        }

        /**
         * Whether the background is mirrored.
         * @returns {boolean}
         */
        isFlipped() {
            return this.isChecked("flip_background", false);
        }
    }

    return { Page };
})();

/**
 * @typedef {object} PageValues
 * @property {string} mode
 * @property {string} light
 * @property {string} text the editor's lights
 * @property {string} placement
 * @property {string} placedText the editor's placement
 */
