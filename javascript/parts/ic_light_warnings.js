/* Shows what among the web UI's settings works against a run, with a click that puts it right. */
var icLight = window.icLight || {};

icLight.warnings = (() => {
    "use strict";

    // Forge's list of checkpoints has no id.
    const CHECKPOINTS = ["#setting_sd_model_checkpoint input", ".model_selection input"];

    /**
     * Show a line if its setting is beyond the limit.
     * @param {HTMLElement} line
     */
    function judge(line) {
        const { control = "", bound, limit, value: right = "" } = line.dataset;
        const value = icLight.hostFields.fieldOf(control)?.value ?? "";
        const isBeyond = bound === "over" ? Number(value) > Number(limit) : Number(value) < Number(limit);
        line.hidden = value === "" || !isBeyond;
        for (const part of icLight.dom.findAll("[data-says]", line)) {
            const number = part instanceof HTMLButtonElement ? right : value;
            const text = icLight.words.say(part.dataset.says ?? "", number);
            if (!line.hidden && part.textContent !== text) part.textContent = text;
        }
    }

    /**
     * The web UI's list of checkpoints.
     * @returns {HTMLElement | null}
     */
    function checkpoints() {
        return CHECKPOINTS.map(icLight.dom.find).find(Boolean) ?? null;
    }

    /** Judge every line. The list of checkpoints may not be on the page: then the words alone say what to do. */
    function update() {
        for (const line of icLight.dom.findAll(".ic-light-warning")) judge(line);
        for (const button of icLight.dom.findAll(".ic-light-to-checkpoints")) button.hidden = checkpoints() === null;
    }

    /**
     * Put right what a line says.
     * @param {HTMLElement} line
     */
    function fix(line) {
        const field = icLight.hostFields.fieldOf(line.dataset.control ?? "");
        if (field) icLight.dom.type(field, line.dataset.value ?? "");
        update();
    }

    /**
     * Answer a click on one of the buttons.
     * @param {MouseEvent} event
     */
    function onClick({ target }) {
        const button = target instanceof Element ? target.closest("button") : null;
        const line = button?.closest(".ic-light-warning");
        if (line instanceof HTMLElement) fix(line);
        if (!button?.classList.contains("ic-light-to-checkpoints")) return;
        checkpoints()?.scrollIntoView({ block: "center" });
        checkpoints()?.focus();
    }

    /**
     * Follow what is typed and clicked, and what the server says.
     * @param {Scope} scope
     */
    function mount(scope) {
        const soon = scope.perFrame(update);
        scope.on(document, ["input", "change"], soon);
        scope.on(document, "click", onClick);
        const watcher = scope.holds(new MutationObserver(soon));
        for (const place of icLight.dom.findAll("[id$=_ic_light_summary], [id$=_ic_light_notice]")) {
            watcher.observe(place, { childList: true, subtree: true });
        }
        update();
    }

    return { mount, update };
})();
