/* The pictures of the page that an editor shows: in the accordion, in img2img's tabs, and on Forge's canvas. */
var icLight = window.icLight || {};

icLight.pictures = (() => {
    "use strict";

    const KEPT = 8;
    const LONGEST = 1_000;
    const TAIL = 200;

    /**
     * Enough of a URL to tell it apart from others: all of it, but for a data URL, which may be megabytes long.
     * @param {string | null} address
     * @returns {string | null}
     */
    function brief(address) {
        return address && address.length > LONGEST ? `${address.length} ${address.slice(-TAIL)}` : address;
    }

    /**
     * The pictures in a part of the page.
     * @param {HTMLElement | null} slot
     * @returns {HTMLImageElement[]}
     */
    function imagesIn(slot) {
        return /** @type {HTMLImageElement[]} */ (icLight.dom.findAll("img[src]", slot));
    }

    /**
     * The URL of the picture in a slot, null if it is empty.
     * @param {HTMLElement | null} slot
     * @returns {string | null}
     */
    function addressIn(slot) {
        return imagesIn(slot).find((image) => image.naturalWidth > 1)?.src ?? null;
    }

    /**
     * The visible tab inside img2img.
     * @returns {HTMLElement | null}
     */
    function img2imgSlot() {
        const tabs = icLight.dom.findAll("#mode_img2img > .tabitem");
        return tabs.find((tab) => tab.offsetParent !== null || getComputedStyle(tab).display !== "none") ?? null;
    }

    /**
     * The mask painted on Forge's canvas in the visible tab: the URL of a picture that is opaque where it is masked.
     * @returns {string | null}
     */
    function painted() {
        const [canvas] = icLight.dom.findAll(":is(#img2maskimg, #inpaint_sketch) [id^=container_uuid_]", img2imgSlot());
        if (!canvas) return null;
        const text = icLight.dom.find(`#${canvas.id.replace("container_", "")}.logical_image_foreground textarea`);
        return (text instanceof HTMLTextAreaElement && text.value) || null;
    }

    /** The pictures of one tab by their role, and a cache of loaded ones. */
    class Pictures {
        /**
         * @param {Scope} scope
         * @param {Page} page
         * @param {() => void} onLoad called when a picture has loaded
         */
        constructor(scope, page, onLoad) {
            this.scope = scope;
            this.page = page;
            this.onLoad = onLoad;
            /** @type {Map<string, HTMLImageElement>} */
            this.kept = new Map();
            this.cutout = new icLight.cutout.Cutout(scope, page);
        }

        /**
         * The URLs of the pictures in the page, null for empty slots.
         * @returns {Addresses}
         */
        addresses() {
            const { page } = this;
            const isImg2img = page.tab === "img2img";
            const foreground = addressIn(page.own("foreground"));
            const given = isImg2img ? addressIn(img2imgSlot()) : null;
            const subject = foreground ?? given;
            return {
                subject: this.cutout.of(subject) ?? subject,
                background: addressIn(page.own("background")),
                lightMap: addressIn(page.own("light_map")),
                mask: isImg2img ? addressIn(icLight.dom.find("#img_inpaint_mask")) : null,
                painted: isImg2img ? painted() : null,
                // If there is a foreground, img2img's picture becomes the light map or, for fbc, the background.
                spare: foreground ? given : null,
            };
        }

        /**
         * A picture by its URL, null until it has loaded.
         * @param {string | null} address
         * @returns {HTMLImageElement | null}
         */
        loaded(address) {
            if (!address) return null;
            const image = this.kept.get(address) ?? this.load(address);
            return image.complete && image.naturalWidth > 0 ? image : null;
        }

        /**
         * Start loading a picture; the oldest one is dropped to make room.
         * @param {string} address
         * @returns {HTMLImageElement}
         */
        load(address) {
            const image = new Image();
            this.scope.on(image, "load", this.onLoad, { once: true });
            image.src = address;
            const [oldest] = this.kept.keys();
            if (this.kept.size >= KEPT) this.kept.delete(oldest);
            this.kept.set(address, image);
            return image;
        }
    }

    return { Pictures, brief };
})();

/** @typedef {Record<"subject" | "background" | "lightMap" | "mask" | "painted" | "spare", string | null>} Addresses */
