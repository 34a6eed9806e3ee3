// Picture slots take what is dropped or pasted, whether they hold a picture or not.
(() => {
    const ours = (window.icLight ??= {});
    const SLOT = ".ic-light-slot";
    const PATIENCE_MS = 10_000;
    const SHOWN_MS = 8_000;
    const UNSEEN = "The browser cannot show this picture. The line on top says whether it can be used.";
    // Systems without a program for these do not tell a browser that they are pictures.
    const PICTURE_FILE = /\.(avif|bmp|gif|hei[cf]|jpe?g|jxl|png|tiff?|webp)$/i;

    // Resolves with what `look` finds, as soon as it finds something; rejects when it never does.
    function appearing(look) {
        return new Promise((resolve, reject) => {
            const watcher = new MutationObserver(check);
            const end = setTimeout(() => finish(reject, new Error("the page did not answer")), PATIENCE_MS);
            function finish(done, result) {
                watcher.disconnect();
                clearTimeout(end);
                done(result);
            }
            function check() {
                const found = look();
                if (found) {
                    finish(resolve, found);
                }
            }
            watcher.observe(document.body, { childList: true, subtree: true, attributes: true });
            check();
        });
    }

    function say(slot, text) {
        const line = write(slot, "ic-light-says", text);
        setTimeout(() => line.remove(), SHOWN_MS);
    }

    // A line in a slot, in the place of one of its kind.
    function write(slot, kind, text) {
        slot.querySelector(`.${kind}`)?.remove();
        const line = document.createElement("p");
        line.className = kind;
        line.setAttribute("role", "alert");
        line.textContent = ours.translate(text);
        slot.append(line);
        return line;
    }

    // A picture that the browser cannot show would leave its slot blank, as if there were none.
    function onPicture(event) {
        const slot = event.target instanceof HTMLImageElement ? event.target.closest(SLOT) : null;
        slot?.querySelector(".ic-light-unseen")?.remove();
        if (slot && event.type === "error") {
            write(slot, "ic-light-unseen", UNSEEN);
        }
    }

    function forgetUnseen() {
        for (const line of document.querySelectorAll(".ic-light-unseen")) {
            if (!line.closest(SLOT).querySelector("img")) {
                line.remove();
            }
        }
    }

    // gradio 4 keeps its input while a picture is shown; gradio 3 has one only in an empty slot.
    async function inputOf(slot) {
        const look = () => slot.querySelector("input[type=file]");
        if (!look()) {
            const buttons = slot.querySelectorAll(".modify-upload button, button[aria-label='Clear']");
            buttons[buttons.length - 1]?.click();
        }
        return appearing(look);
    }

    // Puts a file into a slot, in the place of what is there.
    async function put(slot, file) {
        const input = await inputOf(slot);
        const carrier = new DataTransfer();
        carrier.items.add(file);
        input.files = carrier.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // The file at an address, as it is: nothing is decoded or scaled on the way.
    async function download(address) {
        const answer = await fetch(address);
        if (!answer.ok) {
            throw new Error(`${answer.status} for ${address}`);
        }
        const content = await answer.blob();
        if (!content.type.startsWith("image/")) {
            throw new Error(`no picture at ${address}`);
        }
        const name = decodeURIComponent(new URL(address, location.href).pathname.split("/").pop() || "");
        return new File([content], /\.\w+$/.test(name) ? name : `picture.${content.type.slice(6)}`, {
            type: content.type,
        });
    }

    const isPicture = (file) => file.type.startsWith("image/") || (!file.type && PICTURE_FILE.test(file.name));
    const pictureIn = (data) => Array.from(data?.files ?? []).find(isPicture);

    function addressIn(data) {
        const lines = (data?.getData("text/uri-list") || "").split(/\r?\n/);
        return lines.find((line) => line && !line.startsWith("#"));
    }

    const isHere = (address) => /^(data|blob):/.test(address) || new URL(address, location.href).origin === location.origin;

    // A picture dragged out of this page is on the server: its file is better than what the browser makes of it.
    function taken(data) {
        const [file, address] = [pictureIn(data), addressIn(data)];
        if (address && (isHere(address) || !file)) {
            return () => download(address).catch((error) => file ?? Promise.reject(error));
        }
        return file ? async () => file : null;
    }

    async function take(slot, get) {
        try {
            await put(slot, await get());
        } catch (error) {
            console.error("IC Light:", error);
            say(slot, "This is no picture that can be read from here. Save it and drop the file.");
        }
    }

    function slotAt(event) {
        const target = event.composedPath()[0];
        return target instanceof Element ? target.closest(SLOT) : null;
    }

    const mayTake = (data) =>
        Array.from(data?.items ?? []).some((item) => item.kind === "file" || item.type === "text/uri-list");

    function mark(slot) {
        document.querySelectorAll(`${SLOT}.ic-light-over`).forEach((one) => one.classList.remove("ic-light-over"));
        slot?.classList.add("ic-light-over");
    }

    // In the capturing phase: the host and gradio would each take the picture too.
    function onDragOver(event) {
        const slot = slotAt(event);
        mark(slot && mayTake(event.dataTransfer) ? slot : null);
        if (slot && mayTake(event.dataTransfer)) {
            event.preventDefault();
            event.stopImmediatePropagation();
            event.dataTransfer.dropEffect = "copy";
        }
    }

    function onDrop(event) {
        mark(null);
        const slot = slotAt(event);
        const get = slot && taken(event.dataTransfer);
        if (get) {
            event.preventDefault();
            event.stopImmediatePropagation();
            take(slot, get);
        }
    }

    function onPaste(event) {
        const slot = document.querySelector(`${SLOT}:focus-within`) ?? document.querySelector(`${SLOT}:hover`);
        const file = pictureIn(event.clipboardData);
        const writes = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
        // A table copied into a prompt is text and picture at once.
        const isText = writes && event.clipboardData.types.includes("text/plain");
        if (slot && file && !isText) {
            event.preventDefault();
            event.stopImmediatePropagation();
            take(slot, async () => file);
        }
    }

    window.addEventListener("dragover", onDragOver, true);
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(null), true);
    window.addEventListener("drop", onDrop, true);
    window.addEventListener("paste", onPaste, true);

    // In the capturing phase: these events do not bubble.
    document.addEventListener("load", onPicture, true);
    document.addEventListener("error", onPicture, true);
    onAfterUiUpdate(forgetUnseen);

    ours.slots = { appearing, download, put, say };
})();
