/* Rows of an editor's form, each of which reads and sets a value. */
var icLight = window.icLight || {};

icLight.rows = (() => {
    "use strict";

    const PLACE_STEP = 0.01;

    /** A group of rows, shown and filled together. */
    class Rows {
        /**
         * @param {Scope} scope
         * @param {string} className
         * @param {() => void} onDone called when an input's value has been committed
         */
        constructor(scope, className, onDone) {
            this.scope = scope;
            this.onDone = onDone;
            this.element = icLight.dom.make("div", { className: `ic-light-rows ${className}`.trim() });
            /** @type {{row: HTMLElement, isShown: () => boolean}[]} */
            this.rows = [];
            /** @type {{input: HTMLInputElement, isShown: () => boolean}[]} in the row of another value */
            this.beside = [];
            /** @type {{input: HTMLInputElement, row: HTMLElement, get: () => number | string}[]} */
            this.fields = [];
            /** @type {{button: HTMLElement, value: string, get: () => string}[]} */
            this.choices = [];
        }

        /**
         * Add a row with a name.
         * @param {string} text in the page's language
         * @param {string} className
         * @param {HTMLElement[]} parts
         * @param {() => boolean} isShown
         * @returns {HTMLElement}
         */
        add(text, className, parts, isShown) {
            const name = icLight.dom.make("span", { className: "ic-light-name" }, text);
            const row = icLight.dom.make("div", { className: `ic-light-row ${className}`.trim() }, name, ...parts);
            this.element.append(row);
            this.rows.push({ row, isShown });
            return row;
        }

        /**
         * A slider and a number field for one value.
         * @param {string} text in the page's language
         * @param {string} name
         * @param {Reach} reach
         * @param {Access<number>} access
         * @param {() => boolean} [isShown]
         */
        number(text, name, { slider: [low, high], step, most = high }, { get, set }, isShown = () => true) {
            const attributes = { "aria-label": text, "data-field": name };
            const slide = icLight.dom.make("input", { type: "range", min: low, max: high, step, attributes });
            const number = icLight.dom.make("input", { type: "number", min: low, max: most, step, attributes });
            const row = this.add(text, "", [slide, number], isShown);
            for (const input of [slide, number]) this.connectNumber(input, row, { get, set });
        }

        /**
         * Two number fields for a position, in fractions of the frame.
         * @param {string} text in the page's language
         * @param {Record<"x" | "y", Span>} limits
         * @param {Access<number>[]} access x's and y's
         * @param {() => boolean} [isShown]
         */
        place(text, limits, access, isShown = () => true) {
            const inputs = /** @type {const} */ (["x", "y"]).map((name) => {
                const [min, max] = limits[name];
                const attributes = { "aria-label": `${text} ${name}`, "data-field": name };
                return icLight.dom.make("input", { type: "number", min, max, step: PLACE_STEP, attributes });
            });
            const labels = inputs.map((input) => icLight.dom.make("label", {}, input.dataset.field ?? "", input));
            const row = this.add(text, "ic-light-pair", labels, isShown);
            for (const [index, input] of inputs.entries()) this.connectNumber(input, row, access[index]);
        }

        /**
         * @param {HTMLInputElement} input
         * @param {HTMLElement} row
         * @param {Access<number>} access
         */
        connectNumber(input, row, { get, set }) {
            this.scope.on(input, "input", () => {
                const value = parseFloat(input.value);
                if (Number.isFinite(value)) set(value);
            });
            this.scope.on(input, "change", this.onDone);
            this.fields.push({ input, row, get });
        }

        /**
         * A colour field in a row of its own, or at the end of the last row.
         * @param {string} text in the page's language
         * @param {string} name
         * @param {Access<string>} access
         * @param {{isShown?: () => boolean, isBeside?: boolean}} [options]
         */
        colour(text, name, { get, set }, { isShown = () => true, isBeside = false } = {}) {
            const attributes = { "aria-label": text, "data-field": name };
            const input = icLight.dom.make("input", { type: "color", title: text, attributes });
            this.scope.on(input, "input", () => set(input.value));
            this.scope.on(input, "change", this.onDone);
            const row = isBeside ? this.rows[this.rows.length - 1].row : this.add(text, "", [input], isShown);
            row.append(input);
            if (isBeside) this.beside.push({ input, isShown });
            this.fields.push({ input, row, get });
        }

        /**
         * A group of buttons, one of which is chosen.
         * @template {string} V
         * @param {string} text in the page's language
         * @param {string} name
         * @param {Record<V, string>} options what is shown, by value
         * @param {Access<V>} access
         */
        choice(text, name, options, { get, set }) {
            const attributes = { role: "group", "aria-label": text };
            const buttons = Object.entries(options).map(([key, label]) => {
                const value = /** @type {V} */ (key);
                const ofButton = { "data-field": name, "data-value": value };
                const button = icLight.dom.make(
                    "button",
                    { type: "button", attributes: ofButton },
                    /** @type {string} */ (label),
                );
                this.scope.on(button, "click", () => set(value));
                this.choices.push({ button, value, get });
                return button;
            });
            const group = icLight.dom.make("div", { className: "ic-light-choice", attributes }, ...buttons);
            this.add(text, "ic-light-unnamed", [group], () => true);
        }

        /** Show the rows that apply. */
        show() {
            for (const { row, isShown } of this.rows) row.hidden = !isShown();
            for (const { input, isShown } of this.beside) input.hidden = !isShown();
        }

        /**
         * Show the values.
         * @param {boolean} isForced whether to overwrite even a number that is being typed
         */
        fill(isForced) {
            for (const { input, row, get } of this.fields) if (!row.hidden) this.setInput(input, get(), isForced);
            for (const { button, value, get } of this.choices)
                button.setAttribute("aria-pressed", String(get() === value));
        }

        /**
         * @param {HTMLInputElement} input
         * @param {number | string} value
         * @param {boolean} isForced
         */
        setInput(input, value, isForced) {
            const text = typeof value === "number" ? String(icLight.numbers.rounded(value, 3)) : value;
            const isTyped = input.type === "number" && document.activeElement === input && !isForced;
            if (!isTyped && input.value !== text) input.value = text;
            if (input.type === "range") icLight.dom.showFill(input);
        }
    }

    return { Rows };
})();

/**
 * @typedef {object} Reach of a number
 * @property {Span} slider the slider's limits
 * @property {number} step
 * @property {number} [most] the highest number that can be typed, if that is more
 */
/**
 * @template T
 * @typedef {{get: () => T, set: (value: T) => void}} Access how a row reads its value and sets it
 */
