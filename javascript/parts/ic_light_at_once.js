/*
 * Takes the recommended settings when a picture comes in, if a setting says so: once for each picture, not over what was
 * set by hand, and not after parameters were pasted or what was taken was undone. All of that is forgotten when the page
 * is loaded again.
 */
var icLight = window.icLight || {};

icLight.atOnce = (() => {
    "use strict";

    const TABS = ["txt2img", "img2img"];
    // The web UI's buttons that set both sides.
    const SIZES = /_(res_switch|detect_image_size)_btn$/;
    // Keys that set nothing.
    const PASSING = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta"]);
    /** @type {Set<string>} the ids of what was set by hand, and of what is around it */
    const byHand = new Set();
    /** @type {Set<string>} pictures that have come in, and the tabs where settings are no longer taken */
    const done = new Set();

    /**
     * Note what a person sets; what scripts and the server set is not trusted in that sense.
     * @param {Event} event
     */
    function onInput(event) {
        const { isTrusted, target } = event;
        if (!isTrusted || !(target instanceof Element)) return;
        if (event instanceof KeyboardEvent && PASSING.has(event.key)) return;
        const isClick = event.type === "pointerdown";
        if (isClick && !target.closest("li, [role=option], button")) return;
        for (let place = target; place.parentElement; place = place.parentElement) {
            if (place.id) byHand.add(place.id);
            if (SIZES.test(place.id)) byHand.add(place.id.replace(SIZES, "_width"));
        }
    }

    /**
     * Whether settings may be taken in a tab.
     * @param {string} tab
     * @returns {boolean}
     */
    function mayTake(tab) {
        return !done.has(tab) && icLight.hostFields.fieldOf(`${tab}_ic_light_pasted`)?.value === "";
    }

    /**
     * Take the settings if a new picture has come in.
     * @param {string} tab
     */
    function look(tab) {
        const { find, findAll, type } = icLight.dom;
        const row = find(`#${tab}_ic_light_recommendation_row`);
        const { picture = "", atOnce } = findAll(".ic-light-values", row)[0]?.dataset ?? {};
        const isOn = icLight.hostFields.has(`${tab}_ic_light_enabled-checkbox`, true);
        const key = `${tab} ${picture}`;
        if (row === null || !picture || !isOn || done.has(key)) return;
        done.add(key);
        const field = icLight.hostFields.fieldOf(`${tab}_ic_light_take_at_once`);
        if (atOnce !== "true" || field === null || !mayTake(tab)) return;
        icLight.recommendation.begin(row);
        type(field, JSON.stringify({ picture, by_hand: [...byHand] }));
    }

    /**
     * Someone who takes settings back does not want them the next time.
     * @param {MouseEvent} event
     */
    function onClick({ target }) {
        const undo = target instanceof Element ? target.closest("[id$=_ic_light_recommendation_undo]") : null;
        if (undo) done.add(undo.id.split("_")[0]);
    }

    /** Look at both tabs. */
    function update() {
        TABS.forEach(look);
    }

    /**
     * Follow what is set by hand, and what the server says.
     * @param {Scope} scope
     */
    function mount(scope) {
        const soon = scope.perFrame(update);
        scope.on(document, ["input", "change", "keydown", "pointerdown"], onInput, { capture: true });
        scope.on(document, "click", onClick, { capture: true });
        scope.on(document, "change", soon);
        const watcher = scope.holds(new MutationObserver(soon));
        for (const place of icLight.dom.findAll("[id$=_ic_light_recommendation]")) {
            watcher.observe(place, { childList: true, subtree: true });
        }
    }

    return { mount, update };
})();
