/* The studio's pad: a ring on which one light is turned all around the subject, between those that were shot. */
var icLight = window.icLight || {};

icLight.studioPad = (() => {
    "use strict";

    const SVG = "http://www.w3.org/2000/svg";
    const HALF = 100; // of the view box, whose middle is the origin
    const RADIUS = 78;
    const INSIDE = 58;
    const REACH = 9; // how near to a shot light's mark a press must be to mean it
    const TURN = { fine: 1, coarse: 15 };
    const LABEL = "A light turned around the subject";
    const NO_RING =
        "Ready mixes, ready motions and a light that is turned need lights from two directions around the subject.";
    const NO_NORMALS = "Lamps and normals need the author's four lights.";
    /** @type {Record<string, number>} */
    const STEPS = { ArrowLeft: 1, ArrowUp: 1, ArrowRight: -1, ArrowDown: -1 };
    const { cos, PI, sin } = Math;

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
     * A point on the ring.
     * @param {number} angle in degrees, counter-clockwise from the right
     * @param {number} [radius]
     * @returns {[number, number]} to the right and down
     */
    function at(angle, radius = RADIUS) {
        const turned = icLight.numbers.radians(angle);
        return [radius * cos(turned), -radius * sin(turned)];
    }

    /** The pad, and the row of the light that it turns. */
    class Pad {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         */
        constructor(scope, state) {
            const { make } = icLight.dom;
            this.scope = scope;
            this.state = state;
            this.row = new icLight.studioRows.Row(
                scope,
                state,
                icLight.words.say("Turned"),
                (mix) => mix.turned?.fader ?? null,
                null,
            );
            this.image = draw("image", { x: -INSIDE, y: -INSIDE, width: 2 * INSIDE, height: 2 * INSIDE });
            this.image.setAttribute("preserveAspectRatio", "xMidYMid slice");
            this.marks = draw("g", { class: "ic-light-studio-marks" });
            this.beam = draw("path", { class: "ic-light-studio-beam" });
            this.knob = draw("circle", { class: "ic-light-studio-knob", r: 11 });
            this.dial = this.makeDial();
            this.angle = make("output", { className: "ic-light-studio-angle" });
            this.row.name.append(this.angle);
            const round = make("div", { className: "ic-light-studio-round" });
            round.append(this.dial);
            this.why = make("p", { className: "ic-light-studio-note", hidden: true });
            this.body = make("div", { className: "ic-light-studio-turn" }, round, this.row.element);
            this.element = make("div", { className: "ic-light-studio-pad" }, this.body, this.why);
            this.listen();
        }

        /** @returns {SVGElement} */
        makeDial() {
            const clip = draw("clipPath", { id: "ic_light_studio_round" }, draw("circle", { r: INSIDE }));
            const inner = draw("g", { "clip-path": "url(#ic_light_studio_round)" }, this.image);
            const ring = draw("circle", { class: "ic-light-studio-ring", r: RADIUS });
            const rim = draw("circle", { class: "ic-light-studio-rim", r: INSIDE });
            const attributes = {
                viewBox: `${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`,
                class: "ic-light-studio-dial",
                role: "slider",
                tabindex: 0,
                "aria-label": icLight.words.say(LABEL),
                "aria-valuemin": 0,
                "aria-valuemax": 360,
            };
            return draw("svg", attributes, draw("defs", {}, clip), ring, inner, rim, this.beam, this.marks, this.knob);
        }

        /** Listen for pointer and keys. */
        listen() {
            const { dial, scope } = this;
            scope.on(dial, "pointerdown", (event) => this.grab(event));
            scope.on(dial, "pointermove", (event) => {
                if (dial.hasPointerCapture(event.pointerId)) this.turnTo(this.angleAt(event), event.shiftKey);
            });
            scope.on(dial, ["pointerup", "pointercancel"], () => this.state.history.endGesture());
            scope.on(dial, "keydown", (event) => this.key(event));
        }

        /**
         * The angle at which the pointer is, seen from the middle.
         * @param {PointerEvent} event
         * @returns {number}
         */
        angleAt({ clientX, clientY }) {
            const { left, top, width, height } = this.dial.getBoundingClientRect();
            const [right, down] = [clientX - left - width / 2, clientY - top - height / 2];
            return icLight.numbers.degrees(Math.atan2(-down, right));
        }

        /**
         * Take the light to the pointer; a press on the mark of a shot light means exactly that one.
         * @param {PointerEvent} event
         */
        grab(event) {
            if (event.button !== 0) return;
            event.preventDefault();
            this.dial.setPointerCapture(event.pointerId);
            /** @type {HTMLElement} */ (/** @type {unknown} */ (this.dial)).focus({ preventScroll: true });
            const angle = this.angleAt(event);
            const meant = this.ring().find(
                (shot) => icLight.studioAround.apart(shot, angle) * (PI / 180) * RADIUS < REACH,
            );
            this.turnTo(meant ?? angle, event.shiftKey);
        }

        /**
         * The angles of the shot lights.
         * @returns {number[]}
         */
        ring() {
            return this.state.set ? [...icLight.studioAround.ringOf(this.state.set.lights).values()] : [];
        }

        /**
         * Turn the light; one that is off goes on.
         * @param {number} angle
         * @param {boolean} isCoarse
         */
        turnTo(angle, isCoarse) {
            const step = isCoarse ? TURN.coarse : 0.1;
            this.state.edit(({ turned }) => {
                if (turned === null) return;
                turned.angle =
                    icLight.numbers.rounded(icLight.numbers.turned(Math.round(angle / step) * step), 1) % 360;
                if (turned.fader.strength === 0) turned.fader.strength = 1;
            }, "drag");
        }

        /** @param {KeyboardEvent} event */
        key(event) {
            const step = STEPS[event.key];
            const { turned } = this.state.mix;
            if (event.ctrlKey || event.metaKey || event.altKey || turned === null) return;
            if (step) this.turnTo(turned.angle + step * (event.shiftKey ? TURN.coarse : TURN.fine), event.shiftKey);
            else if (event.key === "Home") this.turnTo(0, false);
            else return;
            event.preventDefault();
            event.stopPropagation();
        }

        /**
         * Show a set.
         * @param {StudioSet} set
         * @param {string} address of the picture in the middle
         */
        build(set, address) {
            const ring = icLight.studioAround.ringOf(set.lights);
            this.body.hidden = ring.size < 2;
            const missing = [...(ring.size < 2 ? [NO_RING] : []), ...(set.normals ? [] : [NO_NORMALS])];
            this.why.textContent = missing.map((each) => icLight.words.say(each)).join(" ");
            this.why.hidden = missing.length === 0;
            this.image.setAttribute("href", address);
            const marks = [...ring].map(([index, angle]) => {
                const [cx, cy] = at(angle);
                const title = document.createElementNS(SVG, "title");
                title.textContent = icLight.studioRows.nameOf(set.lights[index].name);
                return draw("circle", { cx, cy, r: 5 }, title);
            });
            this.marks.replaceChildren(...marks);
        }

        /**
         * Show where the light is.
         * @param {boolean} [isForced]
         */
        fill(isForced = false) {
            const { turned } = this.state.mix;
            if (turned === null) return;
            const [cx, cy] = at(turned.angle);
            const [ax, ay] = at(turned.angle - 6, INSIDE);
            const [bx, by] = at(turned.angle + 6, INSIDE);
            const hex = icLight.colour.hex(/** @type {Light} */ (/** @type {unknown} */ (turned.fader)));
            const text = `${icLight.numbers.rounded(turned.angle, 1)}°`;
            this.row.fill(isForced);
            for (const [name, value] of Object.entries({ cx, cy, fill: hex }))
                this.knob.setAttribute(name, String(value));
            this.beam.setAttribute("d", `M${cx} ${cy}L${ax} ${ay}L${bx} ${by}Z`);
            this.beam.setAttribute("fill", hex);
            this.dial.setAttribute("aria-valuenow", String(turned.angle));
            this.dial.setAttribute("aria-valuetext", text);
            this.dial.classList.toggle("ic-light-studio-off", turned.fader.strength === 0 || turned.fader.muted);
            if (this.angle.value !== text) this.angle.value = text;
        }
    }

    return { Pad, NO_RING };
})();
