/*
 * Loads the other scripts, in one piece, once the page is up: until then there is nothing of ours that it waits for. See
 * lib_iclight/api/page_scripts.py. Without them the controls work, so what they ask the server is asked here, see
 * lib_iclight/ui/questions.py.
 */
var icLight = window.icLight || {};

icLight.start = (() => {
    "use strict";

    const ROUTE = "./ic-light/scripts.js";
    const PATIENCE_MS = 1_000;
    const FAILED = "The scripts of IC Light could not be loaded, so there is no light editor. Load the page again.";

    /** Load the scripts, and let them add everything to the page. */
    function load() {
        const script = document.createElement("script");
        script.src = ROUTE;
        script.onload = () => icLight.main.mount();
        script.onerror = tell;
        document.head.append(script);
    }

    /** Say in the accordions that the scripts are missing: what is not theirs works without them. */
    function tell() {
        for (const tab of ["txt2img", "img2img"]) {
            const notice = document.createElement("div");
            const line = document.createElement("p");
            notice.className = "ic-light";
            line.className = "wrong";
            line.role = "alert";
            line.textContent = window.localization?.[FAILED] ?? FAILED;
            notice.append(line);
            gradioApp().querySelector(`#${tab}_ic_light_content`)?.prepend(notice);
        }
    }

    /** Call {@link load} when the browser has a moment; not every browser tells when. */
    function loadSoon() {
        if (typeof requestIdleCallback === "function") requestIdleCallback(load, { timeout: PATIENCE_MS });
        else setTimeout(load, 0);
    }

    /**
     * Ask a question of the server, unless it has one to answer: then it is asked again afterwards.
     * @param {string} id of its button, which keeps what has become of it
     */
    function ask(id) {
        const button = gradioApp().querySelector(`#${id}`);
        if (!(button instanceof HTMLElement)) return;
        button.dataset.asked = button.dataset.asked ? "again" : "once";
        if (button.dataset.asked === "once") button.click();
    }

    /**
     * Go on after an answer.
     * @param {string} id
     */
    function answered(id) {
        const button = gradioApp().querySelector(`#${id}`);
        if (!(button instanceof HTMLElement)) return;
        const isOld = button.dataset.asked === "again";
        delete button.dataset.asked;
        if (isOld) ask(id);
    }

    onUiLoaded(loadSoon);

    return { answered, ask, loadSoon };
})();
