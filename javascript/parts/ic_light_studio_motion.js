/*
 * A moving light: keyframes of a mix, and what is between them, as lib_iclight/studio/motion.py has it. Does not access the
 * page.
 */
var icLight = window.icLight || {};

icLight.studioMotion = (() => {
    "use strict";

    /** @type {Record<string, (t: number) => number>} how far the way is done, by the share of the time */
    const EASINGS = {
        linear: (t) => t,
        ease: (t) => t * t * (3 - 2 * t),
        in: (t) => t * t,
        out: (t) => t * (2 - t),
        hold: () => 0,
    };

    /**
     * The keyframes of a whole motion, in the order of time. The turned light goes the shorter way from each to the next;
     * a loop ends with what it began with.
     * @param {MixAt[]} keyframes
     * @param {boolean} loops
     * @returns {MixAt[]}
     */
    function whole(keyframes, loops) {
        const sorted = [...keyframes].sort((one, other) => one.at - other.at);
        if (loops && sorted.length > 1 && sorted[0].at === 0 && sorted[sorted.length - 1].at < 1)
            sorted.push({ ...sorted[0], at: 1 });
        /** @type {number | null} */
        let before = null;
        return sorted.map((keyframe) => {
            const { turned } = keyframe.mix;
            if (turned === null) return keyframe;
            /** @type {number} */
            const angle = before === null ? turned.angle : before + shorter(turned.angle - before);
            before = angle;
            return { ...keyframe, mix: { ...keyframe.mix, turned: { ...turned, angle } } };
        });
    }

    /**
     * A difference of angles as the shorter way around.
     * @param {number} difference
     * @returns {number} -180 to 180
     */
    function shorter(difference) {
        return icLight.numbers.turned(difference + 180) - 180;
    }

    /**
     * The keyframes before and after a moment, and how far it is from the one to the other, eased.
     * @param {MixAt[]} keyframes from {@link whole}
     * @param {boolean} loops
     * @param {number} time 0 to 1
     * @returns {{before: MixAt, after: MixAt, share: number}}
     */
    function place(keyframes, loops, time) {
        const [first, last] = [keyframes[0], keyframes[keyframes.length - 1]];
        const later = keyframes.findIndex(({ at }) => at > time);
        if (later > 0) return between(keyframes[later - 1], keyframes[later], keyframes[later].at, time);
        if (!loops) return { before: later === 0 ? first : last, after: later === 0 ? first : last, share: 0 };
        return between(last, first, first.at + 1, time < last.at ? time + 1 : time);
    }

    /**
     * @param {MixAt} before
     * @param {MixAt} after
     * @param {number} end when the second one is
     * @param {number} time
     * @returns {{before: MixAt, after: MixAt, share: number}}
     */
    function between(before, after, end, time) {
        const length = end - before.at;
        const share = length > 0 ? Math.min((time - before.at) / length, 1) : 0;
        return { before, after, share: EASINGS[before.easing](share) };
    }

    /**
     * The factors and lamps of a moment, exposure included.
     * @param {StudioSet} set
     * @param {Brightness} brightness
     * @param {MixAt[]} keyframes from {@link whole}
     * @param {boolean} loops
     * @param {number} time 0 to 1
     * @returns {Exposed}
     */
    function momentAt(set, brightness, keyframes, loops, time) {
        const { before, after, share } = place(keyframes, loops, time);
        const { automatic, still, turnedFactor, withExposure, withTurned } = icLight.studioMix;
        const mixed = (/** @type {number} */ one, /** @type {number} */ other) => one + share * (other - one);
        const ends = [before.mix, after.mix];
        const [one, other] = ends.map((mix) => still(set, mix));
        const [ours, theirs] = ends.map(turnedFactor);
        let table = one.map((row, index) => row.map((value, channel) => mixed(value, other[index][channel])));
        const angles = ends.flatMap(({ turned }) => (turned ? [turned.angle] : []));
        if (angles.length > 0) {
            const angle = mixed(angles[0], angles[angles.length - 1]);
            const factor = ours.map((value, channel) => mixed(value, theirs[channel]));
            table = withTurned(set, table, angle, factor);
        }
        const [from, to] = ends.map(icLight.studioLamps.rowsOf);
        const lamps = icLight.studioLamps.between(from, to, share);
        const [first, last] = ends.map(({ exposure }) => exposure ?? automatic(table, lamps, brightness));
        return withExposure(table, lamps, mixed(first, last));
    }

    /**
     * A motion as the server reads it.
     * @param {MixAt[]} keyframes
     * @param {boolean} loops
     * @returns {object}
     */
    function plain(keyframes, loops) {
        const sent = whole(keyframes, loops).map(({ at, mix, easing }) => {
            // Even one that is off has an angle, from which it goes on.
            const turned = mix.turned ? { turned: icLight.studioMix.plainTurned(mix.turned) } : {};
            return { at, easing, mix: { ...icLight.studioMix.plain(mix), ...turned } };
        });
        return { keyframes: sent, loops };
    }

    return { EASINGS, momentAt, plain, whole };
})();

/** @typedef {{at: number, mix: Mix, easing: string}} MixAt a mix at a moment, 0 to 1 */
