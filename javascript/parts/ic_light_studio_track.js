/* The keyframes on the studio's timeline: chosen, dragged along it, moved by keys, removed. */
var icLight = window.icLight || {};

icLight.studioTrack = (() => {
    "use strict";

    const STEP = { fine: 0.01, coarse: 0.1 };
    const SPAN = [0, 1];
    const DECIMALS = 3;
    const NEAR = 0.005; // nearer keyframes are one
    const SLACK_PX = 3; // a press that goes no farther only chooses
    /** @type {Record<string, number>} */
    const ARROWS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const NAME = "Keyframe";

    /** A mark for each keyframe, in the order of time. */
    class Track {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         */
        constructor(scope, state) {
            this.state = state;
            /** @type {{x: number, at: number, isMoved: boolean} | null} where the chosen keyframe was taken hold of */
            this.held = null;
            this.element = icLight.dom.make("div", { className: "ic-light-studio-keyframes" });
            scope.on(this.element, "pointerdown", (event) => this.grab(event));
            scope.on(this.element, "pointermove", (event) => this.drag(event));
            scope.on(this.element, ["pointerup", "pointercancel"], () => this.release());
            scope.on(this.element, "click", ({ target }) => this.state.choose(this.indexOf(target)));
            scope.on(this.element, "keydown", (event) => this.key(event));
        }

        /**
         * Which keyframe's mark an event is about.
         * @param {EventTarget | null} target
         * @returns {number} -1 for none
         */
        indexOf(target) {
            return [...this.element.children].indexOf(/** @type {Element} */ (target));
        }

        /** @param {PointerEvent} event */
        grab(event) {
            const index = this.indexOf(event.target);
            if (index < 0 || event.button !== 0) return;
            const mark = /** @type {HTMLElement} */ (event.target);
            event.preventDefault();
            mark.setPointerCapture(event.pointerId);
            mark.focus({ preventScroll: true });
            this.state.choose(index);
            this.held = { x: event.clientX, at: this.state.keyframes[index].at, isMoved: false };
        }

        /** @param {PointerEvent} event */
        drag({ clientX }) {
            const { held } = this;
            if (held === null) return;
            held.isMoved ||= Math.abs(clientX - held.x) > SLACK_PX;
            if (held.isMoved) this.move(held.at + (clientX - held.x) / this.element.clientWidth, "drag");
        }

        /** Let go. */
        release() {
            if (this.held === null) return;
            this.held = null;
            this.state.history.endGesture();
            this.settle();
        }

        /**
         * Move the chosen keyframe; where another one is, it goes past that.
         * @param {number} to
         * @param {string} key of the step in the history
         */
        move(to, key) {
            const { chosen, keyframes } = this.state;
            const others = keyframes.filter((_, index) => index !== chosen);
            const from = keyframes[chosen].at;
            const way = Math.sign(to - from) * 10 ** -DECIMALS;
            const { bounded, rounded } = icLight.numbers;
            let at = rounded(bounded(to, SPAN), DECIMALS);
            while (others.some((other) => Math.abs(other.at - at) < NEAR)) at = rounded(at + way, DECIMALS);
            if (at < SPAN[0] || at > SPAN[1] || at === from) return;
            this.state.editMotion(() => (keyframes[chosen].at = at), key);
        }

        /** Bring the marks into the order of time; the focus stays with its keyframe. */
        settle() {
            const hasFocus = this.element.contains(document.activeElement);
            this.state.sortKeyframes();
            if (hasFocus) this.focus();
        }

        /** Give the focus to the chosen keyframe. */
        focus() {
            const mark = /** @type {HTMLElement | undefined} */ (this.element.children[this.state.chosen]);
            mark?.focus({ preventScroll: true });
        }

        /**
         * Move or remove a keyframe by keys.
         * @param {KeyboardEvent} event
         */
        key(event) {
            const index = this.indexOf(event.target);
            const way = ARROWS[event.key];
            if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
            if (event.key === "Delete" || event.key === "Backspace") {
                this.state.removeKeyframe(index);
                const next = Math.min(index, this.state.keyframes.length - 1);
                /** @type {HTMLElement | undefined} */ (this.element.children[next])?.focus({ preventScroll: true });
            } else if (way) {
                this.state.choose(index);
                this.move(this.state.keyframes[index].at + way * (event.shiftKey ? STEP.coarse : STEP.fine), "arrows");
                this.settle();
            } else {
                return;
            }
            event.preventDefault();
            event.stopPropagation();
        }

        /** Show the keyframes. */
        fill() {
            const { chosen, keyframes } = this.state;
            while (this.element.children.length > keyframes.length) this.element.lastElementChild?.remove();
            for (const [index, { at }] of keyframes.entries()) {
                const mark = /** @type {HTMLElement} */ (this.element.children[index] ?? this.added());
                const text = `${icLight.words.say(NAME)} ${icLight.numbers.rounded(100 * at, 1)} %`;
                mark.title = text;
                mark.setAttribute("aria-label", text);
                mark.setAttribute("aria-pressed", String(index === chosen));
                mark.style.setProperty("--ic-light-at", String(at));
            }
        }

        /** @returns {HTMLButtonElement} */
        added() {
            const mark = icLight.dom.make("button", { type: "button" });
            this.element.append(mark);
            return mark;
        }
    }

    return { NEAR, Track };
})();
