/* Mouse, touch and wheel control of an editor's canvas. */
var icLight = window.icLight || {};

icLight.pointer = (() => {
    "use strict";

    const SNAP = 15; // degrees
    const WHEEL = { pixels: 100, lines: 3 }; // one notch of a mouse wheel; a touchpad sends less at a time
    const NOTCH = { softness: 0.05, strength: 0.1, scale: 1.06 };
    const SLACK = 2; // pixels that a click may slip without dragging a light
    const MODIFIERS = ["Alt", "Control", "Meta", "Shift"]; // keys that change nothing by themselves
    const CURSORS = { light: "grab", corner: "scale", subject: "move" };

    /** Drags lights and the subject, and adjusts them with the wheel. */
    class Pointer {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         * @param {() => void} onLetGo called when a drag has ended
         */
        constructor(scope, stage, onLetGo) {
            this.stage = stage;
            this.state = stage.state;
            this.onLetGo = onLetGo;
            /** @type {Drag | null} */
            this.drag = null;
            this.dragging = 0; // the pointer that drags: a second finger does nothing
            this.box = { left: 0, top: 0 }; // of the canvas in the window, when a drag began
            this.last = [0, 0]; // where a mouse without a button pressed was last
            this.hoverSoon = scope.perFrame(() => this.hover());
            const { canvas } = stage;
            scope.on(canvas, "pointerdown", (event) => this.down(event));
            scope.on(canvas, "pointermove", (event) => this.move(event));
            scope.on(canvas, ["pointerup", "pointercancel", "lostpointercapture"], (event) => this.up(event));
            // A key may delete what is dragged, or undo it.
            scope.on(canvas, "keydown", ({ key }) => MODIFIERS.includes(key) || this.letGo());
            scope.on(window, ["resize", "scroll"], () => this.locate(), { capture: true, passive: true });
            scope.on(canvas, "dblclick", (event) => this.addAt(event));
            scope.on(canvas, "wheel", (event) => this.wheel(event), { passive: false });
        }

        /** See where in the window the canvas is. */
        locate() {
            this.box = this.stage.canvas.getBoundingClientRect();
        }

        /**
         * The position of an event on the canvas, in pixels.
         * @param {MouseEvent} event
         * @returns {number[]}
         */
        point(event) {
            if (this.drag === null) this.locate();
            return this.within(event.clientX, event.clientY);
        }

        /**
         * A point of the window on the canvas.
         * @param {number} x
         * @param {number} y
         * @returns {number[]}
         */
        within(x, y) {
            return [x - this.box.left, y - this.box.top];
        }

        /** @param {PointerEvent} event */
        down(event) {
            if (event.button !== 0 || this.drag) return;
            const { canvas } = this.stage;
            const [x, y] = this.point(event);
            canvas.focus({ preventScroll: true });
            this.stage.layout();
            const hit = this.stage.hit(x, y);
            if (hit === null) return;
            this.state.history.endGesture();
            const take = { light: this.takeLight, corner: this.takeCorner, subject: this.takeSubject }[hit.kind];
            this.state.select(hit.kind === "light" ? hit.index : "subject");
            this.drag = take.call(this, x, y, hit.index);
            this.dragging = event.pointerId;
            canvas.setPointerCapture(event.pointerId);
            event.preventDefault();
        }

        /** @param {PointerEvent} event */
        move(event) {
            if (this.drag) {
                if (event.pointerId !== this.dragging) return;
                const [x, y] = this.point(event);
                this.drag(x, y, event);
            } else if (event.pointerType === "mouse") {
                this.last = [event.clientX, event.clientY];
                this.hoverSoon();
            }
        }

        /** Show what is under the mouse. */
        hover() {
            if (this.drag) return;
            const { canvas } = this.stage;
            this.locate();
            const [x, y] = this.within(this.last[0], this.last[1]);
            const hit = this.stage.hit(x, y);
            canvas.dataset.cursor = hit === null ? "default" : CURSORS[hit.kind];
        }

        /** @param {PointerEvent} event */
        up(event) {
            if (event.pointerId === this.dragging) this.letGo();
        }

        /** End a drag. */
        letGo() {
            if (this.drag === null) return;
            this.drag = null;
            this.state.history.endGesture();
            this.onLetGo();
        }

        // The kinds of drags

        /**
         * Grab a light by its handle, which keeps its offset from the pointer. A handle that was drawn aside takes its light
         * along, once it is truly dragged.
         * @param {number} x
         * @param {number} y
         * @param {number} index of the light
         * @returns {Drag}
         */
        takeLight(x, y, index) {
            const [atX, atY] = this.stage.handles()[index];
            let isDragged = false;
            return (px, py, event) => {
                isDragged ||= Math.hypot(px - x, py - y) >= SLACK;
                if (isDragged) this.moveLight(px + atX - x, py + atY - y, event.shiftKey);
            };
        }

        /**
         * Move the selected light to a point.
         * @param {number} px
         * @param {number} py
         * @param {boolean} snaps whether an angle snaps to whole steps
         */
        moveLight(px, py, snaps) {
            const { stage, state } = this;
            const light = state.selectedLight;
            if (light === null) return;
            state.edit(() => {
                if (light.kind === "directional") {
                    const angle = stage.angleAt(px, py);
                    state.setLight(light, "angle", snaps ? Math.round(angle / SNAP) * SNAP : angle);
                } else {
                    [light.x, light.y] = stage.toFractions(px, py);
                }
            }, "drag");
        }

        /**
         * Grab the subject.
         * @param {number} x
         * @param {number} y
         * @returns {Drag}
         */
        takeSubject(x, y) {
            const start = { ...this.state.placed };
            const { frame } = this.stage;
            return (px, py) =>
                this.state.place((placed) => {
                    placed.x = start.x + (px - x) / frame.w;
                    placed.y = start.y + (py - y) / frame.h;
                }, "drag");
        }

        /**
         * Grab a corner of the subject: scales it about the opposite corner, which stays where it is.
         * @param {number} x
         * @param {number} y
         * @param {number} index of the corner
         * @returns {Drag}
         */
        takeCorner(x, y, index) {
            const start = { ...this.state.placed };
            const { frame } = this.stage;
            const { w, h } = this.stage.subject();
            const [right, down] = icLight.stage.CORNERS[index];
            const limits = icLight.limits.read().placement.scale.map((scale) => scale / start.scale);
            const diagonal = Math.hypot(w, h);
            return (px, py) => {
                const along = ((px - x) * right * w + (py - y) * down * h) / diagonal;
                const factor = icLight.numbers.bounded(1 + along / diagonal, limits);
                this.state.place((placed) => {
                    placed.scale = start.scale * factor;
                    placed.x = start.x + (right * w * (factor - 1)) / 2 / frame.w;
                    placed.y = start.y + (down * h * (factor - 1)) / 2 / frame.h;
                }, "drag");
            };
        }

        // Without a drag

        /**
         * Add a light at an empty point.
         * @param {MouseEvent} event
         */
        addAt(event) {
            const [px, py] = this.point(event);
            this.stage.layout();
            if (!this.stage.hasLights || this.stage.hit(px, py) !== null) return;
            const [x, y] = this.stage.toFractions(px, py);
            this.state.add("positioned", this.stage.freePlace({ x, y }));
        }

        /**
         * Adjust the selected item. The wheel scrolls the page as usual unless the canvas has the focus.
         * @param {WheelEvent} event
         */
        wheel(event) {
            const notch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? WHEEL.pixels : WHEEL.lines;
            const turn = -icLight.numbers.bounded((event.deltaY || event.deltaX) / notch, [-1, 1]);
            if (turn === 0 || document.activeElement !== this.stage.canvas) return;
            const isTaken =
                event.ctrlKey || event.metaKey ? this.turnSubject(turn) : this.turnLight(turn, event.shiftKey);
            if (isTaken) event.preventDefault();
        }

        /**
         * @param {number} turn in notches
         * @returns {boolean} whether there was something to adjust
         */
        turnSubject(turn) {
            if (this.state.placement !== "placed") return false;
            this.state.place((placed) => (placed.scale *= NOTCH.scale ** turn), "wheel scale");
            return true;
        }

        /**
         * @param {number} turn in notches
         * @param {boolean} isStrength whether to change the strength instead of the softness
         * @returns {boolean} whether there was something to adjust
         */
        turnLight(turn, isStrength) {
            const { stage, state } = this;
            const name = isStrength ? "strength" : "softness";
            if (state.selectedLight === null || !state.active || !stage.hasLights) return false;
            state.setSelected(name, state.selectedLight[name] + turn * NOTCH[name], `wheel ${name}`);
            return true;
        }
    }

    return { NOTCH, Pointer };
})();

/**
 * @typedef {(x: number, y: number, event: PointerEvent) => void} Drag
 */
