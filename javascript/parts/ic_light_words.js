/*
 * Translates the scripts' texts, and the server's messages with names and numbers in them. The web UI itself translates
 * only whole texts, only when they appear, and neither tooltips nor texts for screen readers.
 */
var icLight = window.icLight || {};

icLight.words = (() => {
    "use strict";

    // With the reason why a button is off, a title is in the page's language already.
    const TITLED = "[id*=_ic_light_][title]:not([aria-disabled])";
    const SAID_BY_SERVER = [
        "txt2img_ic_light_enabled",
        "img2img_ic_light_enabled",
        "html_log_txt2img",
        "html_log_img2img",
    ];
    const UNTRANSLATED = "[translate=no], textarea, style";
    const HOLE = /%[1-9]/;
    const ERROR = /^\w+Error: /;
    const ENDS_WIDE = /[\u3000-\u303f\uff00-\uffef]$/;
    // A template with fewer letters would match too much.
    const LEAST_LETTERS = 4;
    /** @type {Template[] | null} */
    let templates = null;

    /**
     * An English text in the page's language, or unchanged if there is no translation.
     * @param {string} text
     * @param {...(string | number)} values to replace %1, %2 and so on
     * @returns {string}
     */
    function say(text, ...values) {
        // The host's own look-up also records which texts exist.
        const found = typeof getTranslation === "function" ? getTranslation(text) : window.localization?.[text];
        return filled(found ?? text, values);
    }

    /**
     * A text with its placeholders filled in.
     * @param {string} text
     * @param {(string | number)[]} values
     * @returns {string}
     */
    function filled(text, values) {
        return text.replace(/%([1-9])/g, (hole, place) => String(values[place - 1] ?? hole));
    }

    /**
     * A text from the server in the page's language, sentence by sentence; unknown sentences stay as they are.
     * @param {string} text
     * @returns {string}
     */
    function said(text) {
        if (!window.localization || !text) return text;
        const plain = text.replace(ERROR, "");
        const found = sentences(window.localization, plain);
        return found === plain ? text : found;
    }

    /**
     * Translate the known sentences in a text, each made of as few pieces as possible.
     * @param {Record<string, string>} table
     * @param {string} text
     * @returns {string}
     */
    function sentences(table, text) {
        const parts = pieces(text);
        const done = [];
        for (let start = 0; start < parts.length; ) {
            let end = start + 1;
            let found = sentence(table, parts[start]);
            while (found === null && end < parts.length) found = sentence(table, parts.slice(start, ++end).join(" "));
            done.push(found ?? parts[start]);
            start = found === null ? start + 1 : end;
        }
        // Chinese and Japanese have no spaces between sentences.
        return done.reduce((whole, next) => whole + (ENDS_WIDE.test(whole) ? "" : " ") + next);
    }

    /**
     * Split a text at what looks like the ends of sentences; a file name may contain such a thing too.
     * @param {string} text
     * @returns {string[]}
     */
    function pieces(text) {
        return text.split(/(?<=[.!?]) (?=[A-Z])/);
    }

    /**
     * The translation of one sentence or phrase, or null. The value in a placeholder is translated on its own.
     * @param {Record<string, string>} table
     * @param {string} text
     * @returns {string | null}
     */
    function sentence(table, text) {
        if (table[text]) return table[text];
        if (!text.includes(" ")) return null;
        templates ??= known(table);
        for (const { pattern, translation } of templates) {
            const found = pattern.exec(text);
            if (found) return filled(translation, found.slice(1).map(said));
        }
        return null;
    }

    /**
     * The translations with placeholders, the longest first: a short one may match a text that a longer one fits
     * better.
     * @param {Record<string, string>} table
     * @returns {Template[]}
     */
    function known(table) {
        const made = Object.entries(table)
            .filter(([text]) => HOLE.test(text))
            .map(compiled);
        return made.filter(({ letters }) => letters >= LEAST_LETTERS).sort((one, other) => other.letters - one.letters);
    }

    /**
     * Compile a text with placeholders to a pattern.
     * @param {[string, string]} entry the English text and its translation
     * @returns {Template}
     */
    function compiled([text, translation]) {
        const parts = text.split(HOLE);
        const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")).join("([^]+?)");
        return { letters: parts.join("").length, pattern: new RegExp(`^${pattern}$`), translation };
    }

    /**
     * Translate a text node in the page.
     * @param {Text} node
     */
    function translate(node) {
        const text = node.data.trim();
        if (!text || node.parentElement?.closest(UNTRANSLATED)) return;
        const found = said(text);
        if (found !== text) node.data = node.data.replace(text, () => found);
    }

    /**
     * Translate all the text in a part of the page.
     * @param {Node} root
     */
    function translateAll(root) {
        if (root instanceof Text) {
            translate(root);
            return;
        }
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) translate(/** @type {Text} */ (walker.currentNode));
    }

    /** Add the tooltips that are missing: the web UI adds them only to what is there when the page has loaded. */
    function addTooltips() {
        for (const { props } of window.gradio_config?.components ?? []) {
            const { elem_id: id = "", webui_tooltip: text = "" } = props ?? {};
            const element = text && id.includes("_ic_light_") ? icLight.dom.find(`#${id}`) : null;
            if (element && !element.title) element.title = text;
        }
    }

    /**
     * Translate tooltips, and from now on everything that the server says.
     * @param {Scope} scope
     */
    function mount(scope) {
        addTooltips();
        for (const element of icLight.dom.findAll(TITLED)) element.title = say(element.title);
        if (Object.keys(window.localization ?? {}).length === 0) return;
        const watcher = new MutationObserver((changes) => {
            for (const { target, type, addedNodes } of changes) {
                for (const node of type === "characterData" ? [target] : addedNodes) translateAll(node);
            }
        });
        scope.holds(watcher);
        // gradio 3 gives an id to an element and to the one inside it.
        for (const place of SAID_BY_SERVER.flatMap((id) => icLight.dom.findAll(`#${id}`))) {
            translateAll(place);
            watcher.observe(place, { childList: true, subtree: true, characterData: true });
        }
    }

    return { mount, said, say };
})();

/** @typedef {{letters: number, pattern: RegExp, translation: string}} Template */
