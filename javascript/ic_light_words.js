// Texts that a script shows, in the language that the web UI is set to.
(() => {
    const ours = (window.icLight ??= {});

    // The translation of an English text, or the text itself. The host's own look-up also notes which texts there are.
    ours.translate = (text) => {
        if (!window.localization) {
            return text;
        }
        const found = typeof getTranslation === "function" ? getTranslation(text) : window.localization[text];
        return found ?? text;
    };

    // The host translates texts in the page, not what is read aloud or shown when the pointer rests.
    onUiLoaded(() => {
        for (const element of document.querySelectorAll("[id*=_ic_light_][title]")) {
            element.title = ours.translate(element.title);
        }
    });
})();
