/*
 * Send to IC Light: a button below the results and in PNG Info, with a menu of the slots that the picture can go to. Below
 * a tab's results, that tab's own slots come first.
 */
var icLight = window.icLight || {};

icLight.send = (() => {
    "use strict";

    const PLACES = [
        { label: "Foreground in txt2img", tab: "txt2img", name: "foreground" },
        { label: "Background in txt2img", tab: "txt2img", name: "background" },
        { label: "Light map in txt2img", tab: "txt2img", name: "light_map" },
        { label: "Foreground in img2img", tab: "img2img", name: "foreground" },
        { label: "Background in img2img", tab: "img2img", name: "background" },
        { label: "Light map in img2img", tab: "img2img", name: "light_map" },
    ];
    // Slots that are there only after a choice, and that choice.
    const CHOICES = [
        { name: "background", choice: "mode", value: "fbc" },
        { name: "light_map", choice: "light", value: "custom" },
    ];
    const LABEL = "Send to IC Light";
    const NOTHING = "There is no picture yet.";
    const CLOSED = "The accordion IC Light did not open within ten seconds. Try again, or reload the page.";
    // The picture that is being viewed, else the first one; in full size, not as a thumbnail.
    const SHOWN = [
        "[data-testid='detailed-image']",
        ".preview > img",
        ".thumbnail-item.selected img",
        ".thumbnail-item img",
        "img",
    ];

    // Sending

    /**
     * The URL of the picture in a gallery or a slot; the preview of a running job is ignored.
     * @param {ParentNode | null} container
     * @returns {string | null}
     */
    function shownIn(container) {
        for (const way of SHOWN) {
            const found = icLight.dom.findAll(way, container).find((image) => !image.closest(".livePreview"));
            if (found instanceof HTMLImageElement && found.src) return found.src;
        }
        return null;
    }

    /**
     * Show a tab.
     * @param {string} tab
     */
    function showTab(tab) {
        const button = icLight.dom.find(`#tab_${tab}-button`);
        if (button) button.click();
        else if (tab === "txt2img") window.switch_to_txt2img?.();
        else window.switch_to_img2img?.();
    }

    /**
     * Open the accordion and make sure that it is on.
     * @param {Scope} scope
     * @param {string} tab
     * @returns {Promise<HTMLElement>} the accordion
     */
    async function open(scope, tab) {
        const { appearing, find } = icLight.dom;
        const accordion = await appearing(scope, () => find(`#${tab}_ic_light_enabled`));
        const label = await appearing(scope, () => /** @type {HTMLElement} */ (accordion.querySelector(".label-wrap")));
        const isOpen = () => label.classList.contains("open");
        if (!isOpen()) label.click();
        // What is in it is made when it is first opened.
        await appearing(scope, () => isOpen() && find(`#${tab}_ic_light_mode`));
        const box = find(`#${tab}_ic_light_enabled-visible-checkbox`);
        // Opening switches it on, unless the box was used before.
        if (box instanceof HTMLInputElement && !box.checked) box.click();
        return accordion;
    }

    /**
     * A visible slot. If it belongs to a mode or a light, that one is chosen first.
     * @param {Scope} scope
     * @param {string} tab
     * @param {string} name
     * @returns {Promise<HTMLElement>}
     */
    async function slotOf(scope, tab, name) {
        const { appearing, find } = icLight.dom;
        const look = () => {
            const slot = find(`#${tab}_ic_light_${name}.ic-light-slot`);
            return slot?.offsetParent ? slot : null;
        };
        const needed = CHOICES.find((one) => one.name === name);
        if (needed && !look()) {
            // An accordion that was just opened for the first time may have no content yet.
            const chosen = `#${tab}_ic_light_${needed.choice} input[value='${needed.value}']`;
            (await appearing(scope, () => find(chosen))).click();
        }
        return appearing(scope, look);
    }

    /**
     * Put the picture at a URL into a slot of a tab, and scroll there.
     * @param {Scope} scope
     * @param {string} address
     * @param {string} tab
     * @param {string} name
     */
    async function send(scope, address, tab, name) {
        const picture = icLight.slots.download(address);
        picture.catch(() => {}); // it is awaited, and a failure shown, once there is a slot to show it in
        showTab(tab);
        /** @type {HTMLElement} */
        let accordion;
        /** @type {HTMLElement} */
        let slot;
        try {
            accordion = await open(scope, tab);
            slot = await slotOf(scope, tab, name);
        } catch {
            if (!scope.isOver) sayClosed(scope, tab);
            return;
        }
        accordion.scrollIntoView({ block: "start", behavior: "smooth" });
        await icLight.slots.take(scope, slot, () => picture, "The picture could not be fetched.");
    }

    /**
     * Say above an accordion that it does not open, until the next click.
     * @param {Scope} scope
     * @param {string} tab
     */
    function sayClosed(scope, tab) {
        const attributes = { role: "alert" };
        const note = icLight.dom.make("p", { className: "ic-light-note", attributes }, icLight.words.say(CLOSED));
        icLight.dom.find(`#${tab}_ic_light_enabled`)?.before(note);
        scope.on(document, "click", () => note.remove(), { once: true });
        note.scrollIntoView({ block: "center" });
    }

    // The button and its menu

    /**
     * The slots that exist on the page: a host may leave IC Light out of a tab.
     * @param {string} [first] the tab whose slots come first
     * @returns {Place[]}
     */
    function places(first = "") {
        const there = PLACES.filter(({ tab }) => icLight.dom.find(`#${tab}_ic_light_enabled`));
        return there.sort((one, other) => Number(other.tab === first) - Number(one.tab === first));
    }

    /** A button that opens a menu of the slots that a picture can be sent to. */
    class SendButton {
        /**
         * @param {Scope} scope
         * @param {string} id
         * @param {string} text
         * @param {string} className the class of its neighbours
         * @param {() => string | null} find returns the URL of the picture
         * @param {string} tab the one that it stands in, or ""
         */
        constructor(scope, id, text, className, find, tab) {
            const { make } = icLight.dom;
            const title = icLight.words.say(LABEL);
            const attributes = { "aria-label": title, "aria-haspopup": "menu", "aria-expanded": "false" };
            this.scope = scope;
            this.find = find;
            this.button = make("button", { type: "button", id, className, title, attributes }, text);
            this.nothing = make("p", {}, icLight.words.say(NOTHING));
            this.items = places(tab).map((place) => this.makeItem(place));
            const ofMenu = { className: "ic-light-menu", hidden: true, attributes: { role: "menu" } };
            this.menu = make("div", ofMenu, this.nothing, ...this.items);
            this.element = make("div", { className: "ic-light-send" }, this.button, this.menu);
            this.listen();
        }

        /** Listen for clicks and keys that open, close and navigate the menu. */
        listen() {
            const { element, scope } = this;
            scope.on(this.button, "click", () => this.toggle(this.menu.hidden));
            scope.on(element, "keydown", (event) => this.menu.hidden || this.key(event));
            scope.on(element, "focusout", (event) => element.contains(event.relatedTarget) || this.toggle(false));
            scope.atEnd(() => this.element.remove());
        }

        /**
         * One of the menu's items.
         * @param {Place} place
         * @returns {HTMLButtonElement}
         */
        makeItem({ label, tab, name }) {
            const attributes = { role: "menuitem", "data-place": `${tab}_${name}` };
            const text = icLight.words.say(label);
            const item = icLight.dom.make("button", { type: "button", tabIndex: -1, attributes }, text);
            this.scope.on(item, "click", () => {
                this.toggle(false);
                const address = this.find();
                if (address) send(this.scope, address, tab, name);
            });
            return item;
        }

        /**
         * Open or close the menu.
         * @param {boolean} show
         */
        toggle(show) {
            const { button, items, menu, nothing } = this;
            menu.hidden = !show;
            button.setAttribute("aria-expanded", String(show));
            if (!show) return;
            const hasPicture = this.find() !== null;
            nothing.hidden = hasPicture;
            for (const item of items) item.hidden = !hasPicture;
            icLight.rowButton.keepInside(menu);
            if (hasPicture) items[0].focus();
        }

        /**
         * Move up and down in the menu, or close it.
         * @param {KeyboardEvent} event
         */
        key(event) {
            const { items } = this;
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            const end = { Home: 0, End: items.length - 1 }[event.key];
            if (event.key === "Escape") {
                this.toggle(false);
                this.button.focus();
            } else if (end !== undefined) {
                items[end].focus();
            } else if (step) {
                const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
                items[(at + step + items.length) % items.length].focus();
            } else {
                return;
            }
            event.preventDefault();
            event.stopPropagation();
        }
    }

    /**
     * Add a button to one of the host's rows, styled like its neighbours.
     * @param {Scope} scope
     * @param {Element | null | undefined} row
     * @param {string} id
     * @param {string} text
     * @param {() => string | null} find returns the URL of the picture
     * @param {string} [tab] the one that the row stands in
     */
    function addTo(scope, row, id, text, find, tab = "") {
        if (!row || icLight.dom.find(`#${id}`)) return;
        const className = row.querySelector("button")?.className ?? "";
        row.append(new SendButton(scope.inner(), id, text, className, find, tab).element);
    }

    /**
     * Add the buttons that are missing.
     * @param {Scope} scope
     */
    function mount(scope) {
        const { find } = icLight.dom;
        if (places().length === 0) return;
        for (const tab of ["txt2img", "img2img"]) {
            const gallery = () => shownIn(find(`#${tab}_gallery`));
            addTo(scope, find(`#image_buttons_${tab}`), `${tab}_send_to_ic_light`, "\u{1F4A1}", gallery, tab);
        }
        const row = find("#tab_pnginfo #txt2img_tab")?.parentElement;
        const picture = () => shownIn(find("#pnginfo_image"));
        addTo(scope, row, "pnginfo_send_to_ic_light", icLight.words.say(LABEL), picture);
    }

    return { CLOSED, mount, open, showTab, slotOf, update: mount };
})();

/** @typedef {{label: string, tab: string, name: string}} Place */
