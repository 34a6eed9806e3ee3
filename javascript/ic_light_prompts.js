// The quick lists: a click adds a text to the tab's prompt, once.
(() => {
    const ours = (window.icLight ??= {});

    const phrases = (text) =>
        text
            .toLowerCase()
            .split(/[,\n]/)
            .map((part) => part.trim().replace(/\s+/g, " "))
            .filter(Boolean);

    // Whether all phrases of a text stand in the prompt one after another.
    function contains(prompt, text) {
        const [all, wanted] = [phrases(prompt), phrases(text)];
        return all.some((_, start) => wanted.every((phrase, index) => all[start + index] === phrase));
    }

    // The prompt with a text added, after a comma where one is needed.
    function added(prompt, text) {
        if (contains(prompt, text)) {
            return prompt;
        }
        const rest = prompt.replace(/[ \t]+$/, "");
        if (!rest || rest.endsWith("\n")) {
            return rest + text;
        }
        return `${rest}${rest.endsWith(",") ? "" : ","} ${text}`;
    }

    document.addEventListener("click", (event) => {
        const button = event.target instanceof Element && event.target.closest(".ic-light-prompts button[data-text]");
        if (!button) {
            return;
        }
        const tab = button.closest("[id$=_ic_light_prompts]").id.split("_")[0];
        const field = document.querySelector(`#${tab}_prompt textarea`);
        if (field) {
            field.value = added(field.value, button.dataset.text);
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }
    });

    ours.prompts = { added };
})();
