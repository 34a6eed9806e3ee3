/*
 * What gradio leaves out for keys and screen readers. The buttons of a radio get one name, so that arrows move between
 * them, and the radio its label; short labels get the full name on top. Pictures and switches get names. A field with a
 * list of choices is said to be one: gradio calls the field itself the list.
 */
var icLight = window.icLight || {};

icLight.choices = (() => {
    "use strict";

    const RADIOS = ".ic-light fieldset:is(.ic-light-segments, .ic-light-lights)";
    /** @type {Record<string, string>} by the value of the radio of modes */
    const MODES = {
        fc: "Foreground (fc)",
        fcon: "Foreground, offset noise (fcon)",
        fbc: "Foreground and background (fbc)",
    };

    /**
     * Join a radio's buttons.
     * @param {HTMLElement} radio
     */
    function join(radio) {
        const label = radio.querySelector("[data-testid=block-info]")?.textContent?.trim() ?? "";
        if (radio.getAttribute("aria-label") !== label) radio.setAttribute("aria-label", label);
        radio.setAttribute("role", "radiogroup");
        for (const button of icLight.dom.findAll("input[type=radio]", radio)) {
            if (!(button instanceof HTMLInputElement)) continue;
            if (button.name !== radio.id) button.name = radio.id;
            const full = radio.classList.contains("ic-light-modes") ? MODES[button.value] : undefined;
            const shown = button.closest("label");
            if (full && shown && !shown.title) shown.title = icLight.words.say(full);
        }
    }

    /**
     * Name what is in a picture slot by the slot's label: there are several slots. A button's name contains the text on
     * it, so that it can be asked for by voice.
     * @param {HTMLElement} slot
     */
    function name(slot) {
        const label = slot.querySelector(":scope > label")?.textContent?.trim() ?? "";
        for (const picture of icLight.dom.findAll("img:not([alt])", slot)) picture.setAttribute("alt", label);
        for (const button of icLight.dom.findAll("button:has(input[type=file])", slot)) {
            const text = button.textContent?.replace(/\s+/g, " ").trim();
            const full = text ? `${label}: ${text}` : label;
            if (button.getAttribute("aria-label") !== full) button.setAttribute("aria-label", full);
        }
        for (const button of icLight.dom.findAll("button[aria-label]:not(:has(input), [data-ic-light-slot])", slot)) {
            const act = button.getAttribute("aria-label") ?? "";
            button.dataset.icLightSlot = label;
            button.setAttribute("aria-label", `${label}: ${icLight.words.say(act)}`);
        }
    }

    /**
     * Say what a field with a list of choices is.
     * @param {HTMLElement} field
     */
    function tellList(field) {
        field.setAttribute("role", "combobox");
        field.setAttribute("aria-haspopup", "listbox");
        field.setAttribute("aria-autocomplete", "list");
    }

    /** Name and join what is on the page. */
    function update() {
        for (const radio of icLight.dom.findAll(RADIOS)) join(radio);
        for (const slot of icLight.dom.findAll(".ic-light .ic-light-slot")) name(slot);
        for (const field of icLight.dom.findAll(".ic-light input[role=listbox]")) tellList(field);
        for (const box of icLight.dom.findAll("[id$=_ic_light_enabled-visible-checkbox]:not([aria-label])"))
            box.setAttribute("aria-label", box.parentElement?.textContent?.trim() ?? "");
    }

    return { mount: update, update };
})();
