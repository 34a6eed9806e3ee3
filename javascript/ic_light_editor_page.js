/*
 * The host's page around an editor: reads and sets its controls, finds its pictures. gradio sets values without a DOM
 * event, so whoever wants to follow compares.
 */
(() => {
    "use strict";

    const find = (selector) => gradioApp().querySelector(selector);

    /** A text in the page's language. */
    function say(text) {
        return window.localization?.[text] ?? text;
    }

    class Page {
        constructor(tab) {
            this.tab = tab;
            this.loaded = new Map();
            this.onLoad = () => {};
        }

        own(name, inner = "") {
            return find(`#${this.tab}_ic_light_${name} ${inner}`.trim());
        }

        radio(name, otherwise) {
            return this.own(name, "input[type=radio]:checked")?.value ?? otherwise;
        }

        number(selector, otherwise) {
            const value = parseFloat(find(selector)?.value);
            return Number.isFinite(value) ? value : otherwise;
        }

        /** What the controls say that the editor and the page have in common. */
        read() {
            return {
                mode: this.radio("mode", "fc"),
                light: this.radio("light", "none"),
                text: this.own("light_editor", ":is(textarea, input)")?.value ?? "",
                placement: this.radio("placement", "cover"),
                placedText: this.own("placement_editor", ":is(textarea, input)")?.value ?? "",
            };
        }

        /** Set the controls to what an editor's state says, where they differ. */
        write(state) {
            if (state.light === "editor") this.setText("light_editor", state.text);
            if (state.placement === "placed") this.setText("placement_editor", state.placedText);
            this.setRadio("light", state.light, "none");
            this.setRadio("placement", state.placement, "cover");
        }

        setText(name, text) {
            const field = this.own(name, ":is(textarea, input)");
            if (!field || field.value === text) return;
            field.value = text;
            updateInput(field);
        }

        /** Choose a value; where nothing is chosen, `unset` is what the editor took that for. */
        setRadio(name, value, unset) {
            if (this.radio(name, unset) !== value) this.own(name, `input[type=radio][value="${value}"]`)?.click();
        }

        /** Width and height that will be generated. */
        size() {
            const side = (name) => Math.max(this.number(`#${this.tab}_${name} input[type=number]`, 512), 1);
            return [side("width"), side("height")];
        }

        /** How much a map's contrast is raised or lowered. */
        strength() {
            return this.number(`#${this.tab}_ic_light_light_strength input[type=number]`, 1);
        }

        isFlipped() {
            return this.own("flip_background", "input[type=checkbox]")?.checked ?? false;
        }

        /** Addresses of the pictures in the page, null where a slot is empty. */
        addresses() {
            const foreground = this.address(this.own("foreground"));
            const given = this.tab === "img2img" ? this.address(this.img2imgSlot()) : null;
            return {
                subject: this.cutoutOf(foreground ?? given),
                background: this.address(this.own("background")),
                lightMap: this.address(this.own("light_map")),
                mask: this.tab === "img2img" ? this.address(find("#img_inpaint_mask")) : null,
                painted: this.tab === "img2img" ? this.painted() : null,
                // With a foreground of its own, img2img's picture is the light map, or for fbc the background.
                spare: foreground ? given : null,
            };
        }

        /** The cut-out that was previewed last, where it is still that of this picture; else the picture. */
        cutoutOf(picture) {
            const images = [...(this.own("cutout")?.querySelectorAll("img[src]") ?? [])];
            const cutout = images.length > 0 ? images[images.length - 1].src : null;
            if (cutout !== this.cutout) Object.assign(this, { cutout, cutFrom: picture });
            const isCut = this.own("remove_background", "input[type=checkbox]")?.checked ?? true;
            return cutout !== null && picture === this.cutFrom && isCut ? cutout : picture;
        }

        address(slot) {
            const images = [...(slot?.querySelectorAll("img[src]") ?? [])];
            return images.find((image) => image.naturalWidth > 1)?.src ?? null;
        }

        /** What is painted on Forge's canvas in the tab that is shown: a picture's address, opaque where it is masked. */
        painted() {
            const canvas = this.img2imgSlot()?.querySelector(":is(#img2maskimg, #inpaint_sketch) [id^=container_uuid_]");
            if (!canvas) return null;
            return find(`#${canvas.id.replace("container_", "")}.logical_image_foreground textarea`)?.value || null;
        }

        img2imgSlot() {
            const tabs = [...(find("#mode_img2img")?.querySelectorAll(":scope > .tabitem") ?? [])];
            return tabs.find((tab) => tab.offsetParent !== null || getComputedStyle(tab).display !== "none") ?? null;
        }

        /** A picture by its address, once it has been loaded; `onLoad` is called then. */
        picture(address) {
            if (!address) return null;
            if (!this.loaded.has(address)) {
                const image = new Image();
                image.onload = () => this.onLoad();
                image.src = address;
                if (this.loaded.size >= 8) this.loaded.delete(this.loaded.keys().next().value);
                this.loaded.set(address, image);
            }
            const image = this.loaded.get(address);
            return image.complete && image.naturalWidth > 0 ? image : null;
        }
    }

    window.icLight = window.icLight || {};
    window.icLight.page = { Page, say };
})();
