/*
 * The state of one editor: lights, placement, selection and history. It knows neither the page nor the canvas;
 * listeners are called after each change.
 */
var icLight = window.icLight || {};

icLight.state = (() => {
    "use strict";

    /** Lights, placement and selection of one editor. */
    class State {
        constructor() {
            this.mode = "fc";
            this.light = "none";
            this.origin = "none"; // the named light that the editor's lights started from
            this.description = icLight.description.empty("fc");
            this.placement = "cover";
            this.placed = icLight.placement.centred();
            /** @type {{text: string, reason: string} | null} lights on the page that cannot be read */
            this.unread = null;
            /** @type {string | null} the text of a placement that cannot be read */
            this.unreadPlaced = null;
            /** @type {Selected} */
            this.selected = null;
            /** @type {Light | null} the light that was changed last */
            this.latest = null;
            /** @type {(() => void)[]} */
            this.listeners = [];
            this.history = new icLight.history.History(this.snapshot());
        }

        /** Whether the lights shown are those that are used. */
        get active() {
            return this.light === "editor" || icLight.description.named(this.light, this.mode) !== null;
        }

        /** The text of the lights for the page. */
        get text() {
            return this.unread?.text ?? icLight.description.text(this.description);
        }

        /** The text of the placement for the page. */
        get placedText() {
            return this.unreadPlaced ?? icLight.placement.text(this.placed);
        }

        /** The selected light, or null. */
        get selectedLight() {
            return typeof this.selected === "number" ? (this.description.lights[this.selected] ?? null) : null;
        }

        /** Whether no more lights can be added. */
        get isFull() {
            return this.description.lights.length >= icLight.limits.read().most_lights;
        }

        /**
         * Register a listener for changes.
         * @param {() => void} listener
         */
        listen(listener) {
            this.listeners.push(listener);
        }

        /** Call the listeners. */
        changed() {
            for (const listener of this.listeners) listener();
        }

        /** @param {Selected} item */
        select(item) {
            if (this.selected === item) return;
            this.selected = item;
            this.changed();
        }

        // Changing

        /**
         * Change the lights. Steps with the same key in quick succession are undone together.
         * @param {(description: LightDescription) => void} change
         * @param {string | null} [key]
         */
        edit(change, key = null) {
            this.unread = null;
            change(this.description);
            this.latest = this.selectedLight;
            this.light = "editor";
            this.settle(key);
        }

        /**
         * Move or scale the subject; the placement becomes "placed".
         * @param {(placed: Placement) => void} change
         * @param {string | null} [key]
         */
        place(change, key = null) {
            this.unreadPlaced = null;
            change(this.placed);
            this.placed = icLight.placement.bounded(this.placed);
            this.placement = "placed";
            this.settle(key);
        }

        /**
         * After a change: keep the selection valid, record the step, call the listeners.
         * @param {string | null} key
         */
        settle(key) {
            this.keepSelectionValid();
            this.history.record(this.snapshot(), key);
            this.changed();
        }

        /**
         * Change one number of the selected light, within its limits.
         * @param {LightNumber} name
         * @param {number} value
         * @param {string} [key]
         */
        setSelected(name, value, key = name) {
            const light = this.selectedLight;
            if (light !== null) this.edit(() => this.setLight(light, name, value), `${this.selected} ${key}`);
        }

        /**
         * Set one number of a light, within its limits.
         * @param {Light} light
         * @param {LightNumber} name
         * @param {number} value
         */
        setLight(light, name, value) {
            const { bounded, turned } = icLight.numbers;
            light[name] = name === "angle" ? turned(value) : bounded(value, icLight.limits.read().light[name]);
        }

        // Following the page

        /**
         * Take over the page's values.
         * @param {PageValues} page
         */
        follow(page) {
            Object.assign(this, { unread: null, unreadPlaced: null });
            const named = icLight.description.named(page.light, page.mode);
            if (page.light === "editor") this.followText(page.text, page.mode);
            else if (named !== null) Object.assign(this, { description: named, origin: page.light });
            this.mode = page.mode;
            this.light = page.light;
            this.placement = page.placement;
            if (page.placement === "placed") this.followPlaced(page.placedText);
            this.settle(null);
        }

        /**
         * Take over the page's lights; if it has none, the editor keeps its own.
         * @param {string} text
         * @param {string} mode
         */
        followText(text, mode) {
            const read = this.read(text);
            if (read !== null) this.description = read;
            else if (this.unread !== null) this.description = icLight.description.empty(mode);
            else if (!this.hasLight()) {
                this.description = icLight.description.named("left", mode) ?? icLight.description.empty(mode);
            }
        }

        /**
         * Parse the text of lights; null if it is empty, or if it cannot be read: then it is kept as it is.
         * @param {string} text
         * @returns {LightDescription | null}
         */
        read(text) {
            if (!text) return null;
            try {
                return icLight.description.parse(text);
            } catch (error) {
                if (!(error instanceof icLight.description.DescriptionError)) throw error;
                this.unread = { text, reason: error.message };
                return null;
            }
        }

        /** @param {string} text */
        followPlaced(text) {
            const read = icLight.placement.parse(text);
            if (read !== null) this.placed = read;
            else if (text) this.unreadPlaced = text;
        }

        /**
         * Whether there is any light.
         * @returns {boolean}
         */
        hasLight() {
            return this.description.lights.length > 0 || this.description.ambient.level > 0;
        }

        /** If the selected item is gone, select another one. */
        keepSelectionValid() {
            const count = this.description.lights.length;
            if (typeof this.selected === "number" && this.selected >= count)
                this.selected = count > 0 ? count - 1 : null;
            if (this.selected === null && count > 0 && this.active) this.selected = 0;
            if (this.selected === "subject" && this.placement !== "placed") this.selected = count > 0 ? 0 : null;
        }

        // The tools

        /**
         * Add a light.
         * @param {LightKind} kind
         * @param {Partial<Light>} [place]
         */
        add(kind, place = {}) {
            if (this.isFull) return;
            this.edit((description) => {
                if (!this.hasLight()) description.range = icLight.description.empty(this.mode).range;
                description.lights.push({ ...icLight.description.newLight(kind), ...place });
                this.selected = description.lights.length - 1;
            });
        }

        /**
         * Add a copy of the selected light.
         * @param {Partial<Light>} place that of the copy
         */
        duplicate(place) {
            const light = this.selectedLight;
            if (light === null || this.isFull) return;
            this.edit((description) => {
                description.lights.push({ ...light, ...place });
                this.selected = description.lights.length - 1;
            });
        }

        /** Delete the selected light. */
        remove() {
            const { selected } = this;
            if (typeof selected === "number") this.edit((description) => description.lights.splice(selected, 1));
        }

        /**
         * Turn the selected light into the other kind, shining from about the same side.
         * @param {LightKind} kind
         */
        setKind(kind) {
            const light = this.selectedLight;
            if (light === null || light.kind === kind) return;
            const { degrees, radians } = icLight.numbers;
            const { strength, colour, kelvin } = light;
            const made = { ...icLight.description.newLight(kind), strength, colour, kelvin };
            const [across, up] = [light.x - 0.5, 0.5 - light.y];
            if (kind === "positioned") {
                made.x = 0.5 + 0.5 * Math.cos(radians(light.angle));
                made.y = 0.5 - 0.5 * Math.sin(radians(light.angle));
            } else if (across !== 0 || up !== 0) {
                this.setLight(made, "angle", degrees(Math.atan2(up, across)));
            }
            this.edit(({ lights }) => lights.splice(lights.indexOf(light), 1, made));
        }

        /** Mirror all lights left to right. */
        mirror() {
            this.edit((description) => {
                for (const light of description.lights) {
                    if (light.kind === "directional") this.setLight(light, "angle", 180 - light.angle);
                    else light.x = 1 - light.x;
                }
            });
        }

        /** Go back to the last named light, and to a subject that covers the frame. */
        reset() {
            const { empty, named } = icLight.description;
            Object.assign(this, { unread: null, unreadPlaced: null, selected: null });
            this.light = this.origin;
            this.description = named(this.origin, this.mode) ?? empty(this.mode);
            this.placement = "cover";
            this.placed = icLight.placement.centred();
            this.settle(null);
        }

        // Undo and redo

        /**
         * Everything that can be undone, as text.
         * @returns {string}
         */
        snapshot() {
            const { light, origin, description, placement, placed, unread, unreadPlaced } = this;
            return JSON.stringify({ light, origin, description, placement, placed, unread, unreadPlaced });
        }

        /**
         * Undo (negative) or redo (positive) this many steps.
         * @param {number} steps
         */
        go(steps) {
            if (!this.history.has(steps)) return;
            Object.assign(this, JSON.parse(this.history.go(steps)));
            this.keepSelectionValid();
            this.changed();
        }
    }

    return { State };
})();

/**
 * @typedef {number | "subject" | null} Selected the index of a light, the subject, or nothing
 * @typedef {"angle" | "x" | "y" | "softness" | "strength" | "kelvin"} LightNumber
 */
