/* The way back and forth between what an editor held. */
var icLight = window.icLight || {};

icLight.history = (() => {
    "use strict";

    const STEPS = 200;
    const COALESCE_MS = 800;

    /** Snapshots in their order, and which of them is now. */
    class History {
        /** @param {string} now */
        constructor(now) {
            this.snapshots = [now];
            this.at = 0;
            /** @type {string | null} */
            this.lastKey = null;
            this.lastTime = 0;
        }

        /**
         * Begin anew: there is no way back beyond what is now.
         * @param {string} now
         */
        begin(now) {
            this.snapshots = [now];
            this.at = 0;
            this.endGesture();
        }

        /**
         * Note what is now. Steps with the same key that follow each other closely, and all of a drag, are one.
         * @param {string} now
         * @param {string | null} key
         */
        record(now, key) {
            if (now === this.snapshots[this.at]) return;
            const time = Date.now();
            const isClose = key === "drag" || time - this.lastTime < COALESCE_MS;
            const continues = key !== null && key === this.lastKey && isClose && this.at > 0;
            this.snapshots.splice(this.at + (continues ? 0 : 1), Infinity, now);
            if (this.snapshots.length > STEPS) this.snapshots.shift();
            this.at = this.snapshots.length - 1;
            this.lastKey = key;
            this.lastTime = time;
        }

        /** The next step is one of its own, whatever its key. */
        endGesture() {
            this.lastKey = null;
        }

        /**
         * Whether there is a snapshot so many steps forward, or back where that is negative.
         * @param {number} steps
         * @returns {boolean}
         */
        has(steps) {
            return this.snapshots[this.at + steps] !== undefined;
        }

        /**
         * Go so many steps forward, or back where that is negative.
         * @param {number} steps
         * @returns {string} what was there
         */
        go(steps) {
            this.at += steps;
            this.endGesture();
            return this.snapshots[this.at];
        }
    }

    return { History };
})();
