/* An editor's history, for undo and redo. */
var icLight = window.icLight || {};

icLight.history = (() => {
    "use strict";

    const STEPS = 200;
    const COALESCE_MS = 800;

    /** Snapshots in order, and the index of the current one. */
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
         * Start over: nothing before the current snapshot can be undone.
         * @param {string} now
         */
        begin(now) {
            this.snapshots = [now];
            this.at = 0;
            this.endGesture();
        }

        /**
         * Record the current state. Steps with the same key in quick succession, and all steps of a drag, are merged.
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

        /** Do not merge the next step with the last one, whatever its key. */
        endGesture() {
            this.lastKey = null;
        }

        /**
         * Whether there is a snapshot this many steps forward, or back if negative.
         * @param {number} steps
         * @returns {boolean}
         */
        has(steps) {
            return this.snapshots[this.at + steps] !== undefined;
        }

        /**
         * Go this many steps forward, or back if negative.
         * @param {number} steps
         * @returns {string} the snapshot there
         */
        go(steps) {
            this.at += steps;
            this.endGesture();
            return this.snapshots[this.at];
        }
    }

    return { History };
})();
