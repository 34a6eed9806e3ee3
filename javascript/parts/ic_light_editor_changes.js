/* Tells an editor when anything it shows of the page may have changed: values, pictures, sizes, the theme. */
var icLight = window.icLight || {};

icLight.changes = (() => {
    "use strict";

    /**
     * Watch the page around an editor. Values set by the server are reported by the controls themselves, see
     * lib_iclight/ui/light_panel.py.
     * @param {Scope} scope
     * @param {{canvas: HTMLElement, root: HTMLElement, page: Page}} editor
     * @param {() => void} onChange
     */
    function watch(scope, { canvas, root, page }, onChange) {
        scope.holds(new ResizeObserver(onChange)).observe(canvas); // also fires when the canvas becomes visible
        scope.on(document, ["input", "change"], onChange);
        watchTheme(scope, onChange);
        const accordion = page.own("enabled");
        const img2img = page.tab === "img2img" ? icLight.dom.find("#mode_img2img") : null;
        for (const area of [accordion, img2img]) if (area) watchPictures(scope, area, root, onChange);
        if (img2img) watchTabs(scope, img2img, onChange);
    }

    /**
     * Watch for changes of the theme.
     * @param {Scope} scope
     * @param {() => void} onChange
     */
    function watchTheme(scope, onChange) {
        const watcher = scope.holds(new MutationObserver(onChange));
        watcher.observe(document.body, { attributes: true, attributeFilter: ["class"] });
    }

    /**
     * Watch for pictures that are added, removed or loaded in a part of the page.
     * @param {Scope} scope
     * @param {HTMLElement} area
     * @param {HTMLElement} root the editor's own element, which is ignored
     * @param {() => void} onChange
     */
    function watchPictures(scope, area, root, onChange) {
        const watcher = new MutationObserver((changes) => {
            if (changes.some(({ target }) => !root.contains(target))) onChange();
        });
        scope
            .holds(watcher)
            .observe(area, { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
        scope.on(area, "load", onChange, { capture: true }); // load events do not bubble
    }

    /**
     * Watch which of img2img's tabs is visible.
     * @param {Scope} scope
     * @param {HTMLElement} tabs
     * @param {() => void} onChange
     */
    function watchTabs(scope, tabs, onChange) {
        const watcher = scope.holds(new MutationObserver(onChange));
        for (const tab of icLight.dom.findAll(":scope > .tabitem", tabs)) {
            watcher.observe(tab, { attributes: true, attributeFilter: ["style", "class"] });
        }
    }

    return { watch };
})();
