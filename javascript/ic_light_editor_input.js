/* Mouse, touch and keys on the canvas of an editor. */
(() => {
    "use strict";

    const { min, max } = Math;
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const MOVE = { fine: 0.01, coarse: 0.1 };
    const TURN = { fine: 2, coarse: 15 };
    const WHEEL = { pixels: 100, lines: 3 }; // what a notch of a mouse's wheel is; a touchpad sends less at a time
    const NOTCH = { softness: 0.05, strength: 0.1, scale: 1.06 };

    class Input {
        constructor(view, state) {
            this.view = view;
            this.state = state;
            this.drag = null;
            const { canvas } = view;
            canvas.addEventListener("pointerdown", (event) => this.down(event));
            canvas.addEventListener("pointermove", (event) => this.move(event));
            for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.up());
            canvas.addEventListener("dblclick", (event) => this.addAt(event));
            canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
            canvas.addEventListener("keydown", (event) => this.key(event));
            canvas.addEventListener("focus", () => this.selectSomething());
        }

        point(event) {
            const box = this.view.canvas.getBoundingClientRect();
            return [event.clientX - box.left, event.clientY - box.top];
        }

        // Pointer

        down(event) {
            if (event.button !== 0 || this.drag) return;
            const [x, y] = this.point(event);
            this.view.canvas.focus({ preventScroll: true });
            this.view.layout();
            const hit = this.view.hit(x, y);
            if (hit === null) return;
            this.state.endGesture();
            this.drag = "light" in hit ? this.takeLight(hit.light, x, y) : this.takeSubject(hit, x, y);
            this.view.canvas.setPointerCapture(event.pointerId);
            event.preventDefault();
        }

        takeLight(index, x, y) {
            this.state.select(index);
            const [atX, atY] = this.view.lightPoint(this.state.selectedLight);
            const offset = [atX - x, atY - y];
            return (px, py, event) => this.moveLight(px + offset[0], py + offset[1], event.shiftKey);
        }

        moveLight(px, py, snaps) {
            const light = this.state.selectedLight;
            if (light === null) return;
            this.state.edit(() => {
                if (light.kind === "directional") {
                    const angle = this.view.angleAt(px, py);
                    this.state.setLight(light, "angle", snaps ? Math.round(angle / 15) * 15 : angle);
                } else {
                    [light.x, light.y] = this.view.toFractions(px, py);
                }
            }, "drag");
        }

        takeSubject(hit, x, y) {
            this.state.select("subject");
            const start = { ...this.state.placed };
            const { frame } = this.view;
            if (hit.corner !== undefined) return this.takeCorner(hit.corner, x, y, start);
            return (px, py) =>
                this.state.place((placed) => {
                    placed.x = start.x + (px - x) / frame.w;
                    placed.y = start.y + (py - y) / frame.h;
                }, "drag");
        }

        /** Scale about the opposite corner, which stays where it is. */
        takeCorner(index, x, y, start) {
            const { frame } = this.view;
            const { w, h } = this.view.subject();
            const [right, down] = window.icLight.view.CORNERS[index];
            const diagonal = Math.hypot(w, h);
            return (px, py) => {
                const along = ((px - x) * right * w + (py - y) * down * h) / diagonal;
                const [low, high] = window.icLight.state.PLACED_LIMITS.scale;
                const factor = min(max(1 + along / diagonal, low / start.scale), high / start.scale);
                this.state.place((placed) => {
                    placed.scale = start.scale * factor;
                    placed.x = start.x + (right * w * (factor - 1)) / 2 / frame.w;
                    placed.y = start.y + (down * h * (factor - 1)) / 2 / frame.h;
                }, "drag");
            };
        }

        move(event) {
            const [x, y] = this.point(event);
            if (this.drag) {
                this.drag(x, y, event);
                return;
            }
            if (event.pointerType !== "mouse") return;
            this.view.layout();
            const hit = this.view.hit(x, y);
            const cursor = hit === null ? "default" : "corner" in hit ? "scale" : "subject" in hit ? "move" : "grab";
            this.view.canvas.dataset.cursor = cursor;
        }

        up() {
            this.drag = null;
            this.state.endGesture();
        }

        addAt(event) {
            const [px, py] = this.point(event);
            this.view.layout();
            if (!this.view.hasLights || this.view.hit(px, py) !== null) return;
            const [x, y] = this.view.toFractions(px, py);
            this.state.add("positioned", { x, y });
        }

        // Wheel: never taken from the page unless the canvas has the focus and something selected to turn.

        wheel(event) {
            const { state } = this;
            const notch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? WHEEL.pixels : WHEEL.lines;
            const turn = -min(max((event.deltaY || event.deltaX) / notch, -1), 1);
            if (turn === 0 || document.activeElement !== this.view.canvas) return;
            if (event.ctrlKey || event.metaKey) {
                if (state.placement !== "placed") return;
                state.place((placed) => (placed.scale *= NOTCH.scale ** turn), "wheel scale");
            } else {
                const name = event.shiftKey ? "strength" : "softness";
                if (state.selectedLight === null || !state.active || !this.view.hasLights) return;
                state.setSelected(name, state.selectedLight[name] + turn * NOTCH[name], `wheel ${name}`);
            }
            event.preventDefault();
        }

        // Keys

        key(event) {
            const done = this.handleKey(event);
            if (done) {
                event.preventDefault();
                event.stopPropagation();
            }
        }

        handleKey(event) {
            const { state } = this;
            if (event.ctrlKey || event.metaKey || event.altKey) return false;
            if (event.key === "Tab") return this.tab(event.shiftKey ? -1 : 1);
            if (event.key in ARROWS) return this.arrow(ARROWS[event.key], event.shiftKey);
            if (event.key === "Delete" || event.key === "Backspace") {
                if (state.selectedLight === null) return false;
                state.remove();
                return true;
            }
            if (event.key === "+" || event.key === "-") return this.scale(event.key === "+" ? 1 : -1);
            return false;
        }

        /** What can be selected, in its order. */
        items() {
            const lights = this.view.hasLights ? this.state.description.lights.map((_, index) => index) : [];
            return this.state.placement === "placed" ? [...lights, "subject"] : lights;
        }

        selectSomething() {
            this.view.layout();
            const items = this.items();
            if (!items.includes(this.state.selected)) this.state.select(items[0] ?? null);
        }

        /** To the next thing on the canvas; beyond the last one the focus leaves as usual. */
        tab(step) {
            const items = this.items();
            const next = items.indexOf(this.state.selected) + step;
            if (next < 0 || next >= items.length) return false;
            this.state.select(items[next]);
            return true;
        }

        arrow([right, down], coarse) {
            const { state } = this;
            const move = coarse ? MOVE.coarse : MOVE.fine;
            if (state.selected === "subject") {
                state.place((placed) => {
                    placed.x += right * move;
                    placed.y += down * move;
                }, "arrows");
                return true;
            }
            const light = state.selectedLight;
            if (light === null) return false;
            state.edit(() => {
                if (light.kind === "directional") {
                    const turn = coarse ? TURN.coarse : TURN.fine;
                    state.setLight(light, "angle", light.angle - (right + down) * turn);
                } else {
                    state.setLight(light, "x", light.x + right * move);
                    state.setLight(light, "y", light.y + down * move);
                }
            }, "arrows");
            return true;
        }

        scale(step) {
            const { state } = this;
            if (state.selected === "subject") {
                state.place((placed) => (placed.scale *= NOTCH.scale ** step), "keys scale");
                return true;
            }
            if (state.selectedLight === null) return false;
            state.setSelected("strength", state.selectedLight.strength + step * NOTCH.strength, "keys strength");
            return true;
        }
    }

    window.icLight = window.icLight || {};
    window.icLight.input = { Input };
})();
