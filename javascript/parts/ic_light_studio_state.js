/* What the studio shows: a set, its mix, the keyframes of a motion, and the history of both. */
var icLight = window.icLight || {};

icLight.studioState = (() => {
    "use strict";

    /** The studio's state. Whoever changes it does so by {@link State.edit}, so that it can be undone. */
    class State {
        constructor() {
            /** @type {StudioSet | null} */
            this.set = null;
            /** @type {Brightness} */
            this.brightness = { means: [], photograph: 0 };
            /** @type {Mix} */
            this.mix = { lights: {}, ambient: null, turned: null, lamps: [], exposure: null };
            /** @type {MixAt[]} */
            this.keyframes = [];
            this.chosen = -1; // the index of the keyframe that follows the mix, -1 for none
            this.history = new icLight.history.History("");
            /** @type {Map<string, string>} what was made of sets that were open before, by name */
            this.kept = new Map();
            /** @type {(() => void)[]} */
            this.listeners = [];
        }

        /**
         * Call a function after every change.
         * @param {() => void} listener
         */
        listen(listener) {
            this.listeners.push(listener);
        }

        /** Tell everyone that something has changed. */
        tell() {
            for (const listener of this.listeners) listener();
        }

        /**
         * Show a set, with the mix and the keyframes that it had when it was shown last.
         * @param {StudioSet} set
         * @param {Brightness} brightness
         */
        open(set, brightness) {
            this.close();
            const kept = this.kept.get(set.name);
            this.set = set;
            this.brightness = brightness;
            if (kept) this.restoreFor(set, kept);
            else Object.assign(this, { mix: begun(set), keyframes: [], chosen: -1 });
            this.history.begin(this.snapshot());
            this.tell();
        }

        /**
         * Give the set that is shown another name.
         * @param {string} name
         */
        rename(name) {
            if (this.set === null) return;
            this.kept.delete(this.set.name);
            this.set.name = name;
        }

        /** Show no set, and keep what was made of the one that was shown. */
        close() {
            if (this.set) this.kept.set(this.set.name, this.snapshot());
            this.set = null;
            this.tell();
        }

        /**
         * The mix and the motion as text.
         * @returns {string}
         */
        snapshot() {
            const { chosen, keyframes, mix } = this;
            return JSON.stringify({ mix, keyframes, chosen });
        }

        /** @param {string} snapshot */
        restore(snapshot) {
            Object.assign(this, JSON.parse(snapshot));
        }

        /**
         * Restore what was made of a set that may have other lights since: it was gone on with, or is another one.
         * @param {StudioSet} set
         * @param {string} snapshot
         */
        restoreFor(set, snapshot) {
            this.restore(snapshot);
            this.mix = fitted(set, this.mix);
            for (const keyframe of this.keyframes) keyframe.mix = fitted(set, keyframe.mix);
        }

        /**
         * Change the mix; the chosen keyframe takes it.
         * @param {(mix: Mix) => void} change
         * @param {string | null} [key] steps with the same key in quick succession are undone together
         */
        edit(change, key = null) {
            if (this.set === null) return;
            change(this.mix);
            if (this.chosen >= 0) this.keyframes[this.chosen].mix = structuredClone(this.mix);
            this.history.record(this.snapshot(), key);
            this.tell();
        }

        /**
         * Change the keyframes.
         * @param {() => void} change
         * @param {string | null} [key] as for {@link edit}
         */
        editMotion(change, key = null) {
            change();
            this.history.record(this.snapshot(), key);
            this.tell();
        }

        /**
         * Choose a keyframe: its mix is what is shown and changed.
         * @param {number} index -1 for none
         */
        choose(index) {
            if (index < 0 || index === this.chosen) return;
            this.editMotion(() => {
                this.chosen = index;
                this.mix = structuredClone(this.keyframes[index].mix);
            });
        }

        /**
         * Make the mix a keyframe, which is chosen; it takes the place of those that are as near.
         * @param {number} at 0 to 1
         * @param {string} easing
         * @param {number} near
         */
        addKeyframe(at, easing, near) {
            this.editMotion(() => {
                const others = this.keyframes.filter((one) => Math.abs(one.at - at) > near);
                this.keyframes = [...others, { at, mix: structuredClone(this.mix), easing }];
                this.chosen = others.length;
                this.sortKeyframes();
            });
        }

        /**
         * Remove a keyframe; none is chosen then.
         * @param {number} index
         */
        removeKeyframe(index) {
            this.editMotion(() => {
                this.keyframes.splice(index, 1);
                this.chosen = -1;
            });
        }

        /** Bring the keyframes into the order of time. */
        sortKeyframes() {
            const chosen = this.keyframes[this.chosen];
            this.keyframes.sort((one, other) => one.at - other.at);
            this.chosen = this.keyframes.indexOf(chosen);
            this.tell();
        }

        /**
         * Replace the mix.
         * @param {Mix} mix
         */
        replace(mix) {
            this.edit(() => (this.mix = mix));
        }

        /** Go back to the mix with which a set is shown first. */
        reset() {
            if (this.set) this.replace(begun(this.set));
        }

        /**
         * Undo, or redo.
         * @param {number} steps -1 or 1
         */
        go(steps) {
            if (!this.history.has(steps)) return;
            this.restore(this.history.go(steps));
            this.tell();
        }

        /**
         * The mix's factors, lamps and exposure.
         * @returns {Exposed}
         */
        exposed() {
            if (this.set === null) return { table: [], lamps: [], stops: 0 };
            return icLight.studioMix.exposed(this.set, this.mix, this.brightness);
        }
    }

    /**
     * The mix with which a set is shown first: a key light and its fill, or, where no light can be turned, all of them.
     * @param {StudioSet} set
     * @returns {Mix}
     */
    function begun(set) {
        if (icLight.studioPresets.suits(set)) return icLight.studioPresets.mixOf(set, "key");
        const mix = icLight.studioMix.dark(set);
        for (const { name } of set.lights) mix.lights[name] = icLight.studioMix.fader();
        return mix;
    }

    /**
     * A mix with all of a set's lights and no others; those that it had not are off.
     * @param {StudioSet} set
     * @param {Mix} mix
     * @returns {Mix}
     */
    function fitted(set, mix) {
        const dark = icLight.studioMix.dark(set);
        const lights = Object.entries(dark.lights).map(([name, off]) => [name, mix.lights[name] ?? off]);
        return {
            ...mix,
            lights: Object.fromEntries(lights),
            ambient: dark.ambient && (mix.ambient ?? dark.ambient),
            turned: dark.turned && (mix.turned ?? dark.turned),
            lamps: set.normals ? mix.lamps : [],
        };
    }

    return { State };
})();
