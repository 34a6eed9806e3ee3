/* Lets picture slots take dropped and pasted pictures, even if they hold one already. */
var icLight = window.icLight || {};

icLight.slots = (() => {
    "use strict";

    const SLOT = ".ic-light-slot";
    const OVER = "ic-light-over";
    const SHOWN_MS = 8_000;
    const UNSEEN = "The browser cannot show this picture. The line on top says whether it can be used.";
    const NO_PICTURE = "This picture cannot be read from here. Save it and drop the file.";
    const UNKNOWN = /^(application\/octet-stream|text\/plain.*)?$/;
    // On systems without a program for some of these, the browser is not told that they are pictures.
    const PICTURE_FILE = /\.(avif|bmp|gif|hei[cf]|jpe?g|jxl|png|tiff?|webp)$/i;

    // Messages

    /**
     * Write a line into a slot, replacing one of the same kind.
     * @param {Element} slot
     * @param {string} kind its class
     * @param {string} text in English
     * @returns {HTMLElement}
     */
    function write(slot, kind, text) {
        slot.querySelector(`.${kind}`)?.remove();
        const attributes = { role: "alert" };
        const line = icLight.dom.make("p", { className: kind, attributes }, icLight.words.say(text));
        slot.append(line);
        return line;
    }

    /**
     * Show a message in a slot for some seconds.
     * @param {Scope} scope
     * @param {Element} slot
     * @param {string} text in English
     */
    function tell(scope, slot, text) {
        const line = write(slot, "ic-light-says", text);
        scope.atEnd(() => line.remove());
        scope.afterPause(() => line.remove(), SHOWN_MS)();
    }

    /**
     * Add a note if the browser cannot show a picture: its slot would look empty.
     * @param {Event} event
     */
    function onPicture({ target, type }) {
        const slot = target instanceof HTMLImageElement ? target.closest(SLOT) : null;
        slot?.querySelector(".ic-light-unseen")?.remove();
        if (slot && type === "error") write(slot, "ic-light-unseen", UNSEEN);
    }

    /** Remove notes about pictures that are gone. */
    function update() {
        for (const line of icLight.dom.findAll(".ic-light-unseen")) {
            if (!line.closest(SLOT)?.querySelector("img")) line.remove();
        }
    }

    // Files

    /**
     * A slot's file input. gradio 4 keeps it while a picture is shown; in gradio 3 only an empty slot has one.
     * @param {Scope} scope
     * @param {Element} slot
     * @returns {Promise<HTMLInputElement>}
     */
    function inputOf(scope, slot) {
        const look = () => /** @type {HTMLInputElement | null} */ (slot.querySelector("input[type=file]"));
        if (!look()) icLight.dom.findAll(".modify-upload button, button[aria-label$='Clear']", slot).at(-1)?.click();
        return icLight.dom.appearing(scope, look);
    }

    /**
     * Put a file into a slot, replacing its picture.
     * @param {Scope} scope
     * @param {Element} slot
     * @param {File} file
     */
    async function put(scope, slot, file) {
        const input = await inputOf(scope, slot);
        const carrier = new DataTransfer();
        carrier.items.add(file);
        input.files = carrier.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    /**
     * Download the file at a URL unchanged: nothing is decoded or scaled.
     * @param {string} address
     * @returns {Promise<File>}
     */
    async function download(address) {
        const answer = await fetch(address);
        if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
        const content = await answer.blob();
        const name = decodeURIComponent(new URL(address, location.href).pathname.split("/").pop() ?? "");
        const type = typeOf(content.type, name);
        if (!type.startsWith("image/")) throw new Error(`no picture at ${address}`);
        return new File([content], /\.\w+$/.test(name) ? name : `picture.${type.slice("image/".length)}`, { type });
    }

    /**
     * The media type of a downloaded file. Of newer kinds of pictures, such as AVIF, servers may not know theirs.
     * @param {string} said what the server says
     * @param {string} name
     * @returns {string}
     */
    function typeOf(said, name) {
        const kind = PICTURE_FILE.exec(name)?.[1].toLowerCase();
        return kind && UNKNOWN.test(said) ? `image/${kind}` : said;
    }

    // Dropping and pasting

    /**
     * The first picture among dropped or pasted files.
     * @param {DataTransfer | null} data
     * @returns {File | undefined}
     */
    function pictureIn(data) {
        const isPicture = (/** @type {File} */ { type, name }) =>
            type.startsWith("image/") || (!type && PICTURE_FILE.test(name));
        return Array.from(data?.files ?? []).find(isPicture);
    }

    /**
     * The first dropped or pasted URL.
     * @param {DataTransfer | null} data
     * @returns {string | undefined}
     */
    function addressIn(data) {
        const lines = (data?.getData("text/uri-list") ?? "").split(/\r?\n/);
        return lines.find((line) => line && !line.startsWith("#"));
    }

    /**
     * Whether a URL belongs to this page.
     * @param {string} address
     * @returns {boolean}
     */
    function isHere(address) {
        return /^(data|blob):/.test(address) || new URL(address, location.href).origin === location.origin;
    }

    /**
     * A function that gets the dropped or pasted picture, or null. For one that was dragged from this page, the file on
     * the server is preferred to the browser's conversion of it.
     * @param {DataTransfer | null} data
     * @returns {(() => Promise<File>) | null}
     */
    function taken(data) {
        const [file, address] = [pictureIn(data), addressIn(data)];
        if (address && (isHere(address) || !file)) {
            return () => download(address).catch((error) => file ?? Promise.reject(error));
        }
        return file ? async () => file : null;
    }

    /**
     * Put a picture into a slot, or show a message there if it cannot be obtained.
     * @param {Scope} scope
     * @param {Element} slot
     * @param {() => Promise<File>} get
     * @param {string} problem in English
     */
    async function take(scope, slot, get, problem) {
        try {
            await put(scope, slot, await get());
        } catch (error) {
            if (scope.isOver) return;
            console.error("IC Light:", error);
            tell(scope, slot, problem);
        }
    }

    /**
     * Whether dragged data may be a picture; before it is dropped, a page cannot find out more.
     * @param {DataTransfer | null} data
     * @returns {boolean}
     */
    function mayTake(data) {
        return Array.from(data?.items ?? []).some(({ kind, type }) => kind === "file" || type === "text/uri-list");
    }

    /**
     * Highlight the slot that would take the dragged data.
     * @param {Element | null} slot
     */
    function mark(slot) {
        for (const one of icLight.dom.findAll(`${SLOT}.${OVER}`)) one.classList.remove(OVER);
        slot?.classList.add(OVER);
    }

    /**
     * The slot of an event.
     * @param {Event} event
     * @returns {Element | null}
     */
    function slotAt(event) {
        const target = event.composedPath()[0];
        return target instanceof Element ? target.closest(SLOT) : null;
    }

    /**
     * Keep an event from the host and from gradio, which would both take the picture too.
     * @param {Event} event
     */
    function claim(event) {
        event.preventDefault();
        event.stopImmediatePropagation();
    }

    /**
     * Accept data that is dragged over a slot.
     * @param {DragEvent} event
     */
    function onDragOver(event) {
        const slot = mayTake(event.dataTransfer) ? slotAt(event) : null;
        mark(slot);
        if (!slot || !event.dataTransfer) return;
        claim(event);
        event.dataTransfer.dropEffect = "copy";
    }

    /**
     * Take a picture that is dropped onto a slot.
     * @param {Scope} scope
     * @param {DragEvent} event
     */
    function onDrop(scope, event) {
        mark(null);
        const slot = slotAt(event);
        const get = slot && taken(event.dataTransfer);
        if (!get) return;
        claim(event);
        take(scope, slot, get, NO_PICTURE);
    }

    /**
     * Put a pasted picture into the focused slot, or else into the one under the pointer.
     * @param {Scope} scope
     * @param {ClipboardEvent} event
     */
    function onPaste(scope, event) {
        const slot = icLight.dom.find(`${SLOT}:focus-within`) ?? icLight.dom.find(`${SLOT}:hover`);
        const file = pictureIn(event.clipboardData);
        const writes = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
        // A table copied from a spreadsheet is both text and picture; in a text field it is pasted as text.
        const isText = writes && event.clipboardData?.types.includes("text/plain");
        if (!slot || !file || isText) return;
        claim(event);
        take(scope, slot, async () => file, NO_PICTURE);
    }

    /**
     * Listen for pictures that are dragged, pasted and shown: in the capture phase, before the host and gradio.
     * @param {Scope} scope
     */
    function mount(scope) {
        const early = { capture: true };
        scope.on(window, "dragover", onDragOver, early);
        scope.on(window, "dragleave", (event) => event.relatedTarget === null && mark(null), early);
        scope.on(window, "drop", (event) => onDrop(scope, event), early);
        scope.on(window, "paste", (event) => onPaste(scope, event), early);
        scope.on(document, ["load", "error"], onPicture, early);
        scope.atEnd(() => mark(null));
    }

    return { download, mount, put, take, update };
})();
