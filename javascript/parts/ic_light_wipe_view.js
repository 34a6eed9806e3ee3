/* What lies over a result while it is compared: the other picture left of a handle, which pointer and keys move. */
var icLight = window.icLight || {};

icLight.wipeView = (() => {
    "use strict";

    const ARROWS = "M9 6l-5 6 5 6M15 6l5 6-5 6";
    const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const MANY = 10;

    /** The pictures' overlay: parts, position of the handle, and which picture is chosen. */
    class View {
        /**
         * @param {Scope} scope disposing of it removes everything
         * @param {HTMLElement} gallery
         * @param {(kind: Kind) => void} choose called when another picture is chosen
         */
        constructor(scope, gallery, choose) {
            const { icon, make } = icLight.dom;
            const { say } = icLight.words;
            const name = (/** @type {string} */ text) => make("span", { className: "ic-light-wipe-name" }, text);
            this.scope = scope;
            this.gallery = gallery;
            this.at = 50;
            /** @type {Record<Kind, string>} */
            this.names = { before: say("Before"), painting: say("Painting") };
            this.name = name("");
            this.other = make("div", { className: "ic-light-wipe-other" }, this.name);
            const after = make("div", { className: "ic-light-wipe-after" }, name(say("After")));
            const attributes = {
                role: "slider",
                "aria-label": say("Before / after"),
                "aria-valuemin": 0,
                "aria-valuemax": 100,
            };
            const knob = make("span", { className: "ic-light-wipe-knob" }, icon(ARROWS));
            this.handle = make("div", { className: "ic-light-wipe-handle", tabIndex: 0, attributes }, knob);
            this.choices = this.makeChoices(choose);
            const group = { role: "group", "aria-label": say("Compare with") };
            const choice = make("div", { className: "ic-light-wipe-choice", attributes: group }, ...this.choices);
            this.choice = choice;
            const ofElement = { className: "ic-light-wipe", hidden: true };
            this.element = make("div", ofElement, this.other, after, this.handle, choice);
            gallery.append(this.element);
            scope.atEnd(() => this.element.remove());
            this.moveTo(this.at);
            this.listen();
        }

        /**
         * @param {(kind: Kind) => void} choose
         * @returns {HTMLButtonElement[]}
         */
        makeChoices(choose) {
            return Object.entries(this.names).map(([kind, name]) => {
                const attributes = { "data-kind": kind, "aria-pressed": "false" };
                const button = icLight.dom.make("button", { type: "button", attributes }, name);
                this.scope.on(button, "click", () => choose(/** @type {Kind} */ (kind)));
                return button;
            });
        }

        /** Listen for what moves the handle. None of it reaches the gallery, which would show its next picture. */
        listen() {
            const { element, handle, scope } = this;
            scope.on(element, "click", (event) => event.stopPropagation());
            scope.on(element, "pointerdown", (event) => this.grab(event));
            scope.on(element, "pointermove", (event) => {
                if (element.hasPointerCapture(event.pointerId)) this.moveToPointer(event);
            });
            scope.on(handle, "keydown", (event) => this.key(event));
        }

        /**
         * Take the handle to the pointer, which it follows from then on.
         * @param {PointerEvent} event
         */
        grab(event) {
            if (event.button !== 0 || this.choice.contains(/** @type {Node} */ (event.target))) return;
            event.preventDefault();
            this.element.setPointerCapture(event.pointerId);
            this.handle.focus({ preventScroll: true });
            this.moveToPointer(event);
        }

        /** @param {PointerEvent} event */
        moveToPointer({ clientX }) {
            const { left, width } = this.element.getBoundingClientRect();
            if (width > 0) this.moveTo((100 * (clientX - left)) / width);
        }

        /** @param {KeyboardEvent} event */
        key(event) {
            if (event.ctrlKey || event.altKey || event.metaKey) return;
            const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
            if (event.key === "Home") this.moveTo(0);
            else if (event.key === "End") this.moveTo(100);
            else if (step) this.moveTo(this.at + (event.shiftKey ? Math.sign(step) * MANY : step));
            else return;
            event.preventDefault();
            event.stopPropagation();
        }

        /**
         * Move the handle.
         * @param {number} at in percent from the left
         */
        moveTo(at) {
            this.at = Math.min(100, Math.max(0, at));
            this.element.style.setProperty("--ic-light-at", `${this.at}%`);
            this.handle.setAttribute("aria-valuenow", String(Math.round(this.at)));
            this.speak();
        }

        /** Give a screen reader more than a number: how much of which picture is seen. */
        speak() {
            this.handle.setAttribute("aria-valuetext", `${Math.round(this.at)} % ${this.name.textContent}`);
        }

        /**
         * Show a picture left of the handle.
         * @param {string} address
         * @param {Kind} kind
         * @param {boolean} hasChoice whether there is another picture to choose
         */
        show(address, kind, hasChoice) {
            this.other.style.backgroundImage = `url("${address}")`;
            this.name.textContent = this.names[kind];
            this.speak();
            for (const button of this.choices) {
                button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
            }
            this.choice.hidden = !hasChoice;
            this.element.hidden = false;
        }

        /** Show nothing; the handle stays where it is. */
        hide() {
            this.element.hidden = true;
        }

        /**
         * Lie exactly over the pixels of an image.
         * @param {HTMLImageElement} image
         */
        cover(image) {
            const { gallery, element } = this;
            const outer = gallery.getBoundingClientRect();
            const drawn = icLight.results.drawnAt(image);
            element.style.left = `${drawn.x - outer.x - gallery.clientLeft + gallery.scrollLeft}px`;
            element.style.top = `${drawn.y - outer.y - gallery.clientTop + gallery.scrollTop}px`;
            element.style.width = `${drawn.width}px`;
            element.style.height = `${drawn.height}px`;
            element.style.clipPath = withoutCorner(drawn, this.cornerOf(drawn));
        }

        /**
         * The part of a picture's upper right corner in which the gallery has buttons.
         * @param {DOMRect} drawn
         * @returns {{left: number, bottom: number} | null} in the window
         */
        cornerOf(drawn) {
            const isAside = (/** @type {HTMLElement} */ button) =>
                !button.querySelector("img") && !this.element.contains(button);
            const boxes = icLight.dom
                .findAll(".preview button, .preview a", this.gallery)
                .filter(isAside)
                .map((button) => button.getBoundingClientRect())
                .filter(({ left, right, top, bottom, width }) => {
                    const isOver = left < drawn.right && right > drawn.left && top < drawn.bottom && bottom > drawn.top;
                    return width > 0 && isOver && top < drawn.top + drawn.height / 2;
                });
            if (boxes.length === 0) return null;
            const left = Math.min(...boxes.map((box) => box.left));
            return { left, bottom: Math.max(...boxes.map((box) => box.bottom)) };
        }
    }

    /**
     * A clip path that leaves the upper right corner out, so that what lies there is seen and can be pressed.
     * @param {DOMRect} drawn
     * @param {{left: number, bottom: number} | null} corner
     * @returns {string}
     */
    function withoutCorner(drawn, corner) {
        if (corner === null) return "";
        const [x, y] = [`${corner.left - drawn.left}px`, `${corner.bottom - drawn.top}px`];
        return `polygon(0 0, ${x} 0, ${x} ${y}, 100% ${y}, 100% 100%, 0 100%)`;
    }

    return { View };
})();

/** @typedef {"before" | "painting"} Kind */
