/* The studio's timeline: keyframes of the mix on a track, and a playhead that shows what is between them. */
var icLight = window.icLight || {};

icLight.studioTimeline = (() => {
    "use strict";

    const ICONS = {
        play: "M7 4l13 8-13 8z",
        pause: "M7 4v16M17 4v16",
        add: "M12 3l9 9-9 9-9-9zM12 9v6M9 12h6",
        remove: "M6 6l12 12M18 6L6 18",
        loop: "M17 2l4 4-4 4M3 11V9a3 3 0 0 1 3-3h15M7 22l-4-4 4-4M21 13v2a3 3 0 0 1-3 3H3",
    };
    const SECONDS = { low: 1, high: 16, usual: 4 };
    const FPS = 15;
    const STEP = 0.001;
    /** @type {Record<string, string>} */
    const EASINGS = { linear: "Even", ease: "Eased", in: "Starting slowly", out: "Ending slowly", hold: "Held" };
    const LABEL = "Moment";
    const PLAY = "Play";
    const PAUSE = "Pause";

    /** The track, and the tools beside it. */
    class Timeline {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {StudioStage} stage
         */
        constructor(scope, state, stage) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            /** @type {(name: keyof typeof ICONS, title: string, act: () => void) => HTMLButtonElement} */
            const tool = (name, title, act) => icLight.dom.tool(scope, name, ICONS[name], title, act);
            this.scope = scope;
            this.state = state;
            this.stage = stage;
            this.isAway = false; // whether another moment is shown than the mix
            /** @type {(() => void) | null} */
            this.onShown = null;
            this.begun = 0; // when playing began, 0 if it has not
            this.plays = tool("play", say(PLAY), () => this.play());
            this.adds = tool("add", say("Add the mix as a keyframe"), () => this.add());
            this.removes = tool("remove", say("Remove the keyframe"), () => this.remove());
            const named = { "aria-label": say(LABEL) };
            const reach = { type: "range", min: 0, max: 1, step: STEP, value: "0", attributes: named };
            this.head = make("input", reach);
            this.track = new icLight.studioTrack.Track(scope, state);
            const track = make("div", { className: "ic-light-studio-track" }, this.track.element, this.head);
            this.easing = this.makeEasing();
            this.seconds = this.makeSeconds();
            this.circles = tool("loop", say("Begin again at the end"), () => this.turnLoop());
            this.circles.setAttribute("aria-pressed", "true");
            const unit = make("label", {}, this.seconds, say("seconds"));
            const tools = [this.plays, this.adds, this.removes];
            const parts = [...tools, track, this.easing, unit, this.circles];
            this.element = make("div", { className: "ic-light-studio-timeline" }, ...parts);
            this.listen();
        }

        /** @returns {HTMLSelectElement} */
        makeEasing() {
            const { make } = icLight.dom;
            const { state } = this;
            const title = icLight.words.say("How the light goes on from the keyframe");
            const options = Object.entries(EASINGS).map(([value, text]) =>
                make("option", { value }, icLight.words.say(text)),
            );
            const select = make("select", { title, attributes: { "aria-label": title } }, ...options);
            this.scope.on(select, "change", () => {
                const { chosen, keyframes } = state;
                if (chosen >= 0) state.editMotion(() => (keyframes[chosen].easing = select.value));
            });
            return select;
        }

        /** @returns {HTMLInputElement} */
        makeSeconds() {
            const attributes = { "aria-label": icLight.words.say("Length in seconds") };
            const { low, high, usual } = SECONDS;
            return icLight.dom.make("input", { type: "number", min: low, max: high, value: String(usual), attributes });
        }

        /** Listen to the playhead and to changes of the mix. */
        listen() {
            const { head, scope, stage, state } = this;
            stage.instead = () => this.moment();
            scope.on(head, "input", () => this.goTo(Number(head.value)));
            state.listen(() => this.follow());
        }

        /** Whether there is something to be moved through. */
        get isMotion() {
            return this.state.keyframes.length > 1;
        }

        /** Whether the motion begins again at its end. */
        get loops() {
            return this.circles.getAttribute("aria-pressed") === "true";
        }

        /** Let the motion begin again at its end, or not. */
        turnLoop() {
            this.circles.setAttribute("aria-pressed", String(!this.loops));
            this.stage.drawSoon();
        }

        /** The length in seconds. */
        get length() {
            const { low, high, usual } = SECONDS;
            return icLight.numbers.bounded(parseFloat(this.seconds.value) || usual, [low, high]);
        }

        /**
         * What is shown in place of the mix, or null.
         * @returns {Exposed | null}
         */
        moment() {
            const { brightness, chosen, keyframes, set } = this.state;
            if (!this.isMotion || chosen >= 0 || !this.isAway || set === null) return null;
            const all = icLight.studioMotion.whole(keyframes, this.loops);
            return icLight.studioMotion.momentAt(set, brightness, all, this.loops, Number(this.head.value));
        }

        /** After a change of the mix or of the keyframes: these are shown, with the playhead at the chosen one. */
        follow() {
            const chosen = this.state.keyframes[this.state.chosen];
            this.stop();
            this.isAway = false;
            if (chosen) {
                this.head.value = String(chosen.at);
                this.easing.value = chosen.easing;
            }
            this.show();
        }

        /** Make the mix a keyframe at the playhead; one that is there already takes it. */
        add() {
            this.state.addKeyframe(Number(this.head.value), this.easing.value, icLight.studioTrack.NEAR);
        }

        /** Remove the chosen keyframe. */
        remove() {
            if (this.state.chosen >= 0) this.state.removeKeyframe(this.state.chosen);
        }

        /**
         * Show another moment.
         * @param {number} time 0 to 1
         */
        goTo(time) {
            this.stop();
            this.state.chosen = -1;
            this.isAway = true;
            this.head.value = String(time);
            this.show();
            this.stage.drawSoon();
        }

        // Playing

        /** Begin to play from the playhead, or from the beginning where a keyframe is chosen; or stop. */
        play() {
            if (this.begun) {
                this.stop();
                return;
            }
            if (!this.isMotion) return;
            const from = this.isAway ? Number(this.head.value) % 1 : 0;
            this.goTo(from);
            this.begun = performance.now() - 1000 * from * this.length;
            this.showPlaying();
            this.step = this.scope.perFrame(() => this.advance());
            this.step();
        }

        /** Show the next moment. */
        advance() {
            if (!this.begun) return;
            const time = (performance.now() - this.begun) / 1000 / this.length;
            if (time >= 1 && !this.loops) {
                this.goTo(1);
                return;
            }
            this.head.value = String(time % 1);
            this.stage.draw();
            this.step?.();
        }

        /** Stop where it is. */
        stop() {
            if (!this.begun) return;
            this.begun = 0;
            this.showPlaying();
        }

        /** Let the first button say what it would do now. */
        showPlaying() {
            const name = icLight.words.say(this.begun ? PAUSE : PLAY);
            this.plays.title = name;
            this.plays.setAttribute("aria-label", name);
            this.plays.replaceChildren(icLight.dom.icon(ICONS[this.begun ? "pause" : "play"]));
        }

        /** Show the keyframes, and what can be done. */
        show() {
            this.track.fill();
            this.removes.disabled = this.state.chosen < 0;
            this.plays.disabled = !this.isMotion;
            this.onShown?.();
        }

        /**
         * The motion as the server reads it.
         * @returns {{motion: object, frames: number, fps: number}}
         */
        plain() {
            const motion = icLight.studioMotion.plain(this.state.keyframes, this.loops);
            return { motion, frames: Math.round(FPS * this.length), fps: FPS };
        }
    }

    return { Timeline };
})();
