/* Compares the web UI's settings with what is recommended: dims what is set already, and says what a click has changed. */
var icLight = window.icLight || {};

icLight.recommendation = (() => {
    "use strict";

    const SET = "ic-light-set";
    /** @type {Record<string, Set<string>>} what the last click was to change, by the row's id */
    const changing = {};

    /**
     * Whether a piece of what is recommended is set already.
     * @param {HTMLElement} piece
     * @returns {boolean}
     */
    function isSet({ dataset }) {
        const { has, says } = icLight.hostFields;
        const [sets, words] = [dataset.sets, dataset.words].map((text) => Object.entries(JSON.parse(text ?? "{}")));
        return sets.every(([id, value]) => has(id, value)) && words.every(([id, text]) => says(id, text));
    }

    /**
     * What a piece stands for; its own text may be translated.
     * @param {HTMLElement} piece
     * @returns {string}
     */
    function keyOf({ dataset }) {
        return `${dataset.sets}${dataset.words}`;
    }

    /**
     * The pieces of what is recommended.
     * @param {HTMLElement} row
     * @returns {HTMLElement[]}
     */
    function piecesOf(row) {
        return icLight.dom.findAll(".ic-light-pieces .ic-light-piece", row);
    }

    /**
     * Dim the pieces that are set already, and name those that a click has set.
     * @param {HTMLElement} row
     */
    function compare(row) {
        const pieces = piecesOf(row);
        for (const piece of pieces) piece.classList.toggle(SET, isSet(piece));
        const all = pieces.length > 0 && pieces.every((piece) => piece.classList.contains(SET));
        row.classList.toggle(SET, all);
        const changed = pieces.filter((one) => one.classList.contains(SET) && changing[row.id]?.has(keyOf(one)));
        const line = icLight.dom.findAll(".ic-light-changed", row)[0];
        if (!line) return;
        line.hidden = changed.length === 0;
        icLight.dom.findAll(".ic-light-pieces", row)[0].hidden = all && !line.hidden;
        const list = /** @type {HTMLElement} */ (line.lastElementChild);
        const text = changed.map((piece) => piece.textContent).join(", ");
        if (list.textContent !== text) list.textContent = text;
    }

    /**
     * Remember what is not set yet: a click is about to set it.
     * @param {HTMLElement} row
     */
    function begin(row) {
        const pieces = piecesOf(row).filter((piece) => !isSet(piece));
        changing[row.id] = new Set(pieces.map(keyOf));
    }

    /** Compare everything that is shown. */
    function update() {
        for (const row of icLight.dom.findAll(".ic-light-recommendation")) compare(row);
    }

    /**
     * Follow the buttons of a row.
     * @param {MouseEvent} event
     */
    function onClick({ target }) {
        const button = target instanceof Element ? target.closest("button") : null;
        const row = button?.closest(".ic-light-recommendation");
        if (!(row instanceof HTMLElement)) return;
        if (button?.classList.contains("ic-light-recommend")) begin(row);
        if (button?.classList.contains("ic-light-undo")) delete changing[row.id];
    }

    /**
     * Follow what is typed and clicked, and what the server says.
     * @param {Scope} scope
     */
    function mount(scope) {
        const soon = scope.perFrame(update);
        scope.on(document, ["input", "change"], soon);
        // Before gradio's own listener sets anything.
        scope.on(document, "click", onClick, { capture: true });
        const watcher = scope.holds(new MutationObserver(soon));
        for (const place of icLight.dom.findAll("[id$=_ic_light_recommendation]")) {
            watcher.observe(place, { childList: true, subtree: true });
        }
        update();
    }

    return { begin, mount, update };
})();
