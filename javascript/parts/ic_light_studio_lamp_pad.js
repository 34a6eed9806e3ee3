/* The studio's pad of lamps: the frame from the front, on which lamps are moved about, and up and down. */
var icLight = window.icLight || {};

icLight.studioLampPad = (() => {
    "use strict";

    const SVG = "http://www.w3.org/2000/svg";
    const LONGER = 100; // of the frame, in the view box's units
    const MARGIN = 30;
    const RADIUS = 8;
    const TEXT_SIZE = 9;
    const MOVE = { fine: 0.01, coarse: 0.1 };
    const RISE = 1.1; // the heights' ratio of one step
    const WHEEL = { pixels: 100, lines: 3 };
    const LABEL = "Lamps above the subject. Arrows move, Page Up and Page Down raise and lower, Delete removes.";
    /** @type {Record<string, number[]>} */
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    /** @type {Record<string, number>} */
    const RISES = { PageUp: 1, PageDown: -1, "+": 1, "-": -1 };

    /**
     * An SVG element.
     * @param {string} tag
     * @param {Record<string, string | number>} attributes
     * @param {...Element} children
     * @returns {SVGElement}
     */
    function draw(tag, attributes, ...children) {
        const element = document.createElementNS(SVG, tag);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
        element.append(...children);
        return element;
    }

    /**
     * Where a handle can be: on the pad, with all of its circle.
     * @param {number} place
     * @param {number} side of the frame
     * @returns {number}
     */
    function onPad(place, side) {
        return icLight.numbers.bounded(place, [RADIUS - MARGIN, side + MARGIN - RADIUS]);
    }

    /** The pad. Which lamp is chosen it asks, and tells, its owner. */
    class LampPad {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {{chosen: number, choose(index: number): void, remove(): void}} desk
         */
        constructor(scope, state, desk) {
            this.scope = scope;
            this.state = state;
            this.desk = desk;
            this.frame = { width: LONGER, height: LONGER };
            this.grabbed = { pointer: -1, right: 0, down: 0 };
            this.image = draw("image", { preserveAspectRatio: "none" });
            this.edge = draw("rect", { class: "ic-light-studio-frame-edge" });
            this.reach = draw("circle", { class: "ic-light-studio-reach" });
            this.handles = draw("g", {});
            const attributes = { class: "ic-light-studio-lamp-pad", role: "group" };
            this.element = draw("svg", attributes, this.image, this.edge, this.reach, this.handles);
            this.element.setAttribute("aria-label", icLight.words.say(LABEL));
            scope.on(this.element, "pointerdown", (event) => this.grab(event));
            scope.on(this.element, "pointermove", (event) => this.drag(event));
            scope.on(this.element, ["pointerup", "pointercancel"], (event) => this.letGo(event));
            scope.on(this.element, "keydown", (event) => this.key(event));
            scope.on(this.element, "wheel", (event) => this.wheel(event), { passive: false });
        }

        /** The lamp that is chosen. */
        get lamp() {
            return this.state.mix.lamps[this.desk.chosen] ?? null;
        }

        /**
         * Show a set.
         * @param {StudioSet} set
         * @param {string} address of the photograph
         */
        build({ width, height }, address) {
            const longer = Math.max(width, height);
            this.frame = { width: (LONGER * width) / longer, height: (LONGER * height) / longer };
            const box = [-MARGIN, -MARGIN, this.frame.width + 2 * MARGIN, this.frame.height + 2 * MARGIN];
            this.element.setAttribute("viewBox", box.join(" "));
            for (const part of [this.image, this.edge])
                for (const [name, value] of Object.entries(this.frame)) part.setAttribute(name, String(value));
            this.image.setAttribute("href", address);
        }

        /** Show where the lamps are. */
        fill() {
            const { lamps } = this.state.mix;
            while (this.handles.childElementCount > lamps.length) this.handles.lastElementChild?.remove();
            while (this.handles.childElementCount < lamps.length) this.handles.append(this.makeHandle());
            for (const [index, lamp] of lamps.entries())
                this.show(/** @type {any} */ (this.handles.children[index]), lamp, index);
            const { lamp } = this;
            this.reach.classList.toggle("ic-light-studio-hidden", lamp === null);
            if (lamp === null) return;
            const [cx, cy] = this.placeOf(lamp);
            for (const [name, value] of Object.entries({ cx, cy, r: LONGER * lamp.height }))
                this.reach.setAttribute(name, String(value));
        }

        /** @returns {SVGElement} */
        makeHandle() {
            const text = draw("text", { "text-anchor": "middle", dy: "0.35em", "font-size": TEXT_SIZE });
            const handle = draw("g", { class: "ic-light-studio-lamp", role: "button", tabindex: 0 });
            handle.append(draw("circle", { r: RADIUS }), text);
            this.scope.on(handle, "focus", () => this.desk.choose(this.indexOf(handle)));
            return handle;
        }

        /**
         * @param {Element | null} handle
         * @returns {number} -1 for none
         */
        indexOf(handle) {
            return handle === null ? -1 : [...this.handles.children].indexOf(handle);
        }

        /**
         * Show one lamp.
         * @param {SVGElement} handle
         * @param {Lamp} lamp
         * @param {number} index
         */
        show(handle, lamp, index) {
            const { rounded } = icLight.numbers;
            const hex = icLight.colour.hex(/** @type {Light} */ (/** @type {unknown} */ (lamp.fader)));
            const [x, y] = [lamp.x, lamp.y].map((value) => Math.round(100 * value));
            const label = icLight.words.say(
                "Lamp %1: %2 % across, %3 % down, height %4",
                index + 1,
                x,
                y,
                rounded(lamp.height, 2),
            );
            const [circle, text] = handle.children;
            handle.setAttribute("transform", `translate(${this.placeOf(lamp).join(" ")})`);
            handle.setAttribute("aria-label", label);
            handle.setAttribute("aria-pressed", String(index === this.desk.chosen));
            handle.classList.toggle("ic-light-studio-off", lamp.fader.strength === 0 || lamp.fader.muted);
            circle.setAttribute("fill", hex);
            text.setAttribute("fill", icLight.colour.ink(hex));
            text.textContent = String(index + 1);
        }

        /**
         * Where a lamp is drawn: one that is farther away, at the pad's edge.
         * @param {Lamp} lamp
         * @returns {number[]}
         */
        placeOf({ x, y }) {
            const { width, height } = this.frame;
            return [onPad(x * width, width), onPad(y * height, height)];
        }

        /**
         * The pointer's place on the pad.
         * @param {PointerEvent} event
         * @returns {number[]}
         */
        pointOf({ clientX, clientY }) {
            const { element } = this;
            const fromScreen = /** @type {SVGGraphicsElement} */ (element).getScreenCTM()?.inverse();
            const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(fromScreen);
            return [x, y];
        }

        // Changing

        /**
         * Change the chosen lamp.
         * @param {(lamp: Lamp) => void} change
         * @param {string} key
         */
        edit(change, key) {
            const { chosen } = this.desk;
            this.state.edit(({ lamps }) => {
                if (lamps[chosen]) change(lamps[chosen]);
            }, `lamp ${chosen} ${key}`);
        }

        /**
         * Raise or lower the chosen lamp.
         * @param {number} steps
         */
        raise(steps) {
            this.edit((lamp) => icLight.studioLamps.set(lamp, "height", lamp.height * RISE ** steps), "height");
        }

        /**
         * Take a lamp by its handle, which keeps its offset from the pointer.
         * @param {PointerEvent} event
         */
        grab(event) {
            const handle = event.target instanceof Element ? event.target.closest(".ic-light-studio-lamp") : null;
            if (event.button !== 0 || handle === null || this.grabbed.pointer !== -1) return;
            event.preventDefault();
            /** @type {HTMLElement} */ (/** @type {unknown} */ (handle)).focus({ preventScroll: true });
            this.desk.choose(this.indexOf(handle));
            const { lamp } = this;
            if (lamp === null) return;
            const [[x, y], [right, down]] = [this.placeOf(lamp), this.pointOf(event)];
            this.element.setPointerCapture(event.pointerId);
            this.grabbed = { pointer: event.pointerId, right: x - right, down: y - down };
        }

        /** @param {PointerEvent} event */
        drag(event) {
            if (event.pointerId !== this.grabbed.pointer) return;
            const [right, down] = this.pointOf(event);
            const { width, height } = this.frame;
            this.edit((lamp) => {
                icLight.studioLamps.set(lamp, "x", onPad(right + this.grabbed.right, width) / width);
                icLight.studioLamps.set(lamp, "y", onPad(down + this.grabbed.down, height) / height);
            }, "drag");
        }

        /** @param {PointerEvent} event */
        letGo(event) {
            if (event.pointerId !== this.grabbed.pointer) return;
            this.grabbed.pointer = -1;
            this.state.history.endGesture();
        }

        /** @param {KeyboardEvent} event */
        key(event) {
            const [arrow, rise] = [ARROWS[event.key], RISES[event.key]];
            if (event.ctrlKey || event.metaKey || event.altKey || this.lamp === null) return;
            const step = event.shiftKey ? MOVE.coarse : MOVE.fine;
            if (arrow) {
                this.edit((lamp) => {
                    icLight.studioLamps.set(lamp, "x", lamp.x + arrow[0] * step);
                    icLight.studioLamps.set(lamp, "y", lamp.y + arrow[1] * step);
                }, "arrows");
            } else if (rise) {
                this.raise(rise);
            } else if (event.key === "Delete" || event.key === "Backspace") {
                this.desk.remove();
            } else {
                return;
            }
            event.preventDefault();
            event.stopPropagation();
        }

        /**
         * Raise and lower the chosen lamp; unless one has the focus, the wheel scrolls the page as usual.
         * @param {WheelEvent} event
         */
        wheel(event) {
            if (this.lamp === null || !this.element.contains(document.activeElement)) return;
            const notch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? WHEEL.pixels : WHEEL.lines;
            this.raise(-icLight.numbers.bounded(event.deltaY / notch, [-1, 1]));
            event.preventDefault();
        }

        /** Give the chosen lamp's handle the focus. */
        focus() {
            const handle = this.handles.children[this.desk.chosen];
            if (handle) /** @type {HTMLElement} */ (/** @type {unknown} */ (handle)).focus({ preventScroll: true });
        }
    }

    return { LampPad };
})();
