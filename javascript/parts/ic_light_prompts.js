/* The quick lists: a click adds a text to the tab's prompt, once. */
var icLight = window.icLight || {};

icLight.prompts = (() => {
    "use strict";

    /**
     * The phrases between commas.
     * @param {string} text
     * @returns {string[]}
     */
    function phrases(text) {
        const parts = text.toLowerCase().split(/[,\n]/);
        return parts.map((part) => part.trim().replace(/\s+/g, " ")).filter(Boolean);
    }

    /**
     * Whether the prompt contains all phrases of a text in a row.
     * @param {string} prompt
     * @param {string} text
     * @returns {boolean}
     */
    function contains(prompt, text) {
        const [all, wanted] = [phrases(prompt), phrases(text)];
        return all.some((_, start) => wanted.every((phrase, index) => all[start + index] === phrase));
    }

    /**
     * The prompt with a text added, after a comma if one is needed.
     * @param {string} prompt
     * @param {string} text
     * @returns {string}
     */
    function added(prompt, text) {
        if (contains(prompt, text)) return prompt;
        const rest = prompt.replace(/[ \t]+$/, "");
        if (!rest || rest.endsWith("\n")) return rest + text;
        return `${rest}${rest.endsWith(",") ? "" : ","} ${text}`;
    }

    /**
     * Add the text of the button that was clicked.
     * @param {MouseEvent} event
     */
    function onClick({ target }) {
        const button = target instanceof Element ? target.closest(".ic-light-prompts button[data-text]") : null;
        if (!(button instanceof HTMLElement)) return;
        const tab = button.closest("[id$=_ic_light_prompts]")?.id.split("_")[0];
        const field = icLight.dom.find(`#${tab}_prompt textarea`);
        if (!(field instanceof HTMLTextAreaElement)) return;
        icLight.dom.type(field, added(field.value, button.dataset.text ?? ""));
    }

    /**
     * Listen for clicks.
     * @param {Scope} scope
     */
    function mount(scope) {
        scope.on(document, "click", onClick);
    }

    return { mount };
})();
