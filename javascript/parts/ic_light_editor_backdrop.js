/* What is behind the subject in an editor's frame: the light map, or one of the page's pictures. Made when it changes. */
var icLight = window.icLight || {};

icLight.backdrop = (() => {
    "use strict";

    const MAP_SIDE = 144;
    const GREY = "#7f7f7f";

    /**
     * The drawing context of a canvas.
     * @param {HTMLCanvasElement} canvas
     * @returns {CanvasRenderingContext2D}
     */
    function contextOf(canvas) {
        return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    }

    /** Keeps the backdrop as a canvas of the frame's proportions. */
    class Backdrop {
        /** @param {Stage} stage */
        constructor(stage) {
            this.stage = stage;
            this.canvas = document.createElement("canvas");
            this.context = contextOf(this.canvas);
            this.key = "";
        }

        /**
         * The backdrop as it is now.
         * @returns {{canvas: HTMLCanvasElement, isMap: boolean, isLight: boolean}} whether it is a light map drawn from a
         *     description, and whether it is light for the subject at all, drawn or in a picture
         */
        now() {
            const { stage } = this;
            const { description, light, mode } = stage.state;
            const given = this.given();
            const picture = given && stage.page.pictures.loaded(given.address);
            const isBackground = mode === "fbc" && (stage.pictures.background !== null || light === "none");
            const { width, height } = this.size(given !== null);
            const strength = isBackground && given ? 1 : stage.strength;
            const address = icLight.pictures.brief(given?.address ?? null);
            const source = given ? { ...given, address, isLoaded: picture !== null } : description;
            const key = JSON.stringify([source, width, height, strength]);
            if (key !== this.key) {
                Object.assign(this.canvas, { width, height });
                if (given) this.drawGiven(given, picture, strength);
                else this.drawMap(strength);
                this.key = key;
            }
            return { canvas: this.canvas, isMap: !given, isLight: !given || (picture !== null && !isBackground) };
        }

        /**
         * The picture of the page that is the backdrop; null if that is a map of the editor's lights.
         * @returns {Given | null}
         */
        given() {
            const { isFlipped, pictures, state } = this.stage;
            const addresses = {
                custom: pictures.lightMap ?? pictures.spare,
                mask: pictures.mask,
                none: pictures.spare,
            };
            const plain = { isFlipped: false, isPainted: false };
            if (state.mode === "fbc" && pictures.background) {
                return { ...plain, address: pictures.background, isFlipped };
            }
            if (state.light === "mask" && pictures.painted !== null) {
                return { ...plain, address: pictures.painted, isPainted: true };
            }
            if (!(state.light in addresses)) return null;
            return { ...plain, address: addresses[/** @type {keyof addresses} */ (state.light)] };
        }

        /**
         * The size of the canvas: a map's is reduced, a picture's is that of the frame in the screen's pixels.
         * @param {boolean} isGiven
         * @returns {{width: number, height: number}}
         */
        size(isGiven) {
            const { w, h } = this.stage.frame;
            const scale = isGiven ? window.devicePixelRatio : MAP_SIDE / Math.max(w, h);
            const [width, height] = [w, h].map((side) => Math.max(Math.round(side * scale), 2));
            return { width, height };
        }

        /**
         * Draw the light map that the run will use.
         * @param {number} strength
         */
        drawMap(strength) {
            const { width, height } = this.canvas;
            const image = icLight.maps.render(this.stage.state.description, width, height);
            icLight.maps.withContrast(image.data, strength);
            this.context.putImageData(image, 0, 0);
        }

        /**
         * Draw one of the page's pictures, grey until it has loaded; its contrast is scaled as the run scales the light's.
         * @param {Given} given
         * @param {HTMLImageElement | null} picture
         * @param {number} strength
         */
        drawGiven({ isFlipped, isPainted }, picture, strength) {
            const { canvas, context } = this;
            context.fillStyle = isPainted ? "#000" : GREY;
            context.fillRect(0, 0, canvas.width, canvas.height);
            if (picture) {
                const { naturalWidth: width, naturalHeight: height } = picture;
                this.drawCover(isPainted ? whitened(picture) : picture, width, height, isFlipped);
            }
            if (strength === 1) return;
            const image = context.getImageData(0, 0, canvas.width, canvas.height);
            icLight.maps.withContrast(image.data, strength);
            context.putImageData(image, 0, 0);
        }

        /**
         * Draw a picture so that it just covers the frame.
         * @param {CanvasImageSource} picture
         * @param {number} width
         * @param {number} height
         * @param {boolean} isFlipped
         */
        drawCover(picture, width, height, isFlipped) {
            const { canvas, context } = this;
            const scale = Math.max(canvas.width / width, canvas.height / height);
            const [w, h] = [width * scale, height * scale];
            context.save();
            context.translate(canvas.width / 2, canvas.height / 2);
            if (isFlipped) context.scale(-1, 1);
            context.drawImage(picture, -w / 2, -h / 2, w, h);
            context.restore();
        }
    }

    /**
     * A painted mask as light: white where it is opaque.
     * @param {HTMLImageElement} picture
     * @returns {HTMLCanvasElement}
     */
    function whitened(picture) {
        const canvas = document.createElement("canvas");
        Object.assign(canvas, { width: picture.naturalWidth, height: picture.naturalHeight });
        const context = contextOf(canvas);
        context.drawImage(picture, 0, 0);
        context.globalCompositeOperation = "source-in";
        context.fillStyle = "#fff";
        context.fillRect(0, 0, canvas.width, canvas.height);
        return canvas;
    }

    return { Backdrop, GREY, contextOf };
})();

/** @typedef {{address: string | null, isFlipped: boolean, isPainted: boolean}} Given */
