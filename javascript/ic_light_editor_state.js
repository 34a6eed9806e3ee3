/*
 * What one editor holds: the lights, where the subject stands, what is selected, and the way back. It knows neither
 * the page nor the canvas; whoever listens is called after each change.
 */
(() => {
    "use strict";

    const STEPS = 200;
    const COALESCE_MS = 800;
    const PLACED = { scale: 1, x: 0.5, y: 0.5 };
    const PLACED_LIMITS = { scale: [0.05, 8], x: [-1, 2], y: [-1, 2] };
    const ACTIVE = ["left", "right", "top", "bottom", "front", "ambient", "editor"];

    const within = (value, [low, high]) => Math.min(Math.max(value, low), high);
    const copy = (value) => JSON.parse(JSON.stringify(value));

    /** Read a placement's JSON text; null where it is none. */
    function parsePlaced(source) {
        let value;
        try {
            value = JSON.parse(source);
        } catch {
            return null;
        }
        if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
        const read = { ...PLACED, ...value };
        const valid = Object.entries(PLACED_LIMITS).every(
            ([name, [low, high]]) => typeof read[name] === "number" && read[name] >= low && read[name] <= high
        );
        return valid && Object.keys(read).length === 3 ? read : null;
    }

    /** A placement's canonical JSON text. */
    function placedText(placed) {
        const round = window.icLight.lights.rounded;
        return JSON.stringify({ scale: round(placed.scale, 3), x: round(placed.x, 3), y: round(placed.y, 3) });
    }

    class State {
        constructor() {
            this.lights = window.icLight.lights;
            this.mode = "fc";
            this.light = "none";
            this.origin = "none"; // the named light that the editor's lights began as
            this.description = this.lights.empty("fc");
            this.placement = "cover";
            this.placed = { ...PLACED };
            this.unread = null; // {text, reason} of lights on the page that cannot be read
            this.unreadPlaced = null; // such a placement's text
            this.selected = null; // index of a light, "subject", or null
            this.listeners = [];
            this.beginHistory();
        }

        /** There is no way back beyond what is now. */
        beginHistory() {
            this.history = [this.snapshot()];
            this.at = 0;
            this.lastKey = null;
            this.lastTime = 0;
        }

        /** Whether the lights shown are those that are used. */
        get active() {
            return ACTIVE.includes(this.light);
        }

        get text() {
            return this.unread?.text ?? this.lights.text(this.description);
        }

        get placedText() {
            return this.unreadPlaced ?? placedText(this.placed);
        }

        get selectedLight() {
            return typeof this.selected === "number" ? this.description.lights[this.selected] ?? null : null;
        }

        listen(listener) {
            this.listeners.push(listener);
        }

        changed() {
            for (const listener of this.listeners) listener();
        }

        select(item) {
            if (this.selected === item) return;
            this.selected = item;
            this.changed();
        }

        /** Change the lights. Steps with the same key that follow each other closely are undone together. */
        edit(change, key = null) {
            this.unread = null;
            change(this.description);
            this.light = "editor";
            this.keepSelectionValid();
            this.record(key);
            this.changed();
        }

        /** Change where the subject stands; the placement becomes "placed". */
        place(change, key = null) {
            this.unreadPlaced = null;
            change(this.placed);
            for (const [name, limits] of Object.entries(PLACED_LIMITS)) {
                this.placed[name] = within(this.placed[name], limits);
            }
            this.placement = "placed";
            this.record(key);
            this.changed();
        }

        /** Change one value of the selected light, within its limits. */
        setSelected(name, value, key = name) {
            if (this.selectedLight === null) return;
            this.edit(() => this.setLight(this.selectedLight, name, value), `${this.selected} ${key}`);
        }

        setLight(light, name, value) {
            light[name] = name === "angle" ? ((value % 360) + 360) % 360 : within(value, this.lights.LIMITS[name]);
        }

        /** Take over what the page says: {mode, light, text, placement, placedText}. */
        follow(page) {
            const light = page.light;
            Object.assign(this, { unread: null, unreadPlaced: null });
            if (light === "editor") {
                const read = this.read(page.text);
                if (read !== null) this.description = read;
                else if (this.unread !== null) this.description = this.lights.empty(page.mode);
                else if (!this.hasLight()) this.description = this.lights.preset("left", page.mode);
            } else if (this.lights.preset(light, page.mode) !== null) {
                this.description = this.lights.preset(light, page.mode);
                this.origin = light;
            }
            this.mode = page.mode;
            this.light = light;
            this.placement = page.placement;
            if (page.placement === "placed") this.followPlaced(page.placedText);
            this.keepSelectionValid();
            this.record(null);
            this.changed();
        }

        read(text) {
            if (!text) return null;
            try {
                return this.lights.parse(text);
            } catch (error) {
                if (!(error instanceof this.lights.DescriptionError)) throw error;
                this.unread = { text, reason: error.message };
                return null;
            }
        }

        followPlaced(text) {
            const read = parsePlaced(text);
            if (read !== null) this.placed = read;
            else if (text) this.unreadPlaced = text;
        }

        hasLight() {
            return this.description.lights.length > 0 || this.description.ambient.level > 0;
        }

        keepSelectionValid() {
            const count = this.description.lights.length;
            if (typeof this.selected === "number" && this.selected >= count) this.selected = count > 0 ? count - 1 : null;
            if (this.selected === null && count > 0 && this.active) this.selected = 0;
            if (this.selected === "subject" && this.placement !== "placed") this.selected = count > 0 ? 0 : null;
        }

        // Whole steps

        get isFull() {
            return this.description.lights.length >= this.lights.MAX_LIGHTS;
        }

        add(kind, place = {}) {
            if (this.isFull) return;
            this.edit((description) => {
                if (!this.hasLight()) description.range = this.lights.empty(this.mode).range;
                description.lights.push({ ...this.lights.newLight(kind), ...place });
                this.selected = description.lights.length - 1;
            });
        }

        duplicate() {
            const light = this.selectedLight;
            if (light === null || this.isFull) return;
            const twin = copy(light);
            if (twin.kind === "directional") this.setLight(twin, "angle", twin.angle + 30);
            else this.setLight(twin, "x", twin.x + (twin.x > 1 ? -0.15 : 0.15));
            this.edit((description) => {
                description.lights.push(twin);
                this.selected = description.lights.length - 1;
            });
        }

        remove() {
            if (this.selectedLight === null) return;
            this.edit((description) => description.lights.splice(this.selected, 1));
        }

        /** Make the selected light the other kind, where it shines from about the same side. */
        setKind(kind) {
            const light = this.selectedLight;
            if (light === null || light.kind === kind) return;
            const made = { ...this.lights.newLight(kind), strength: light.strength, colour: light.colour, kelvin: light.kelvin };
            if (kind === "directional") {
                const across = light.x - 0.5;
                const up = 0.5 - light.y;
                if (across !== 0 || up !== 0) this.setLight(made, "angle", (Math.atan2(up, across) * 180) / Math.PI);
            } else {
                const radians = (light.angle * Math.PI) / 180;
                made.x = 0.5 + 0.5 * Math.cos(radians);
                made.y = 0.5 - 0.5 * Math.sin(radians);
            }
            this.edit((description) => (description.lights[this.selected] = made));
        }

        mirror() {
            this.edit((description) => {
                for (const light of description.lights) {
                    if (light.kind === "directional") this.setLight(light, "angle", 180 - light.angle);
                    else light.x = 1 - light.x;
                }
            });
        }

        /** Back to the named light that was chosen last, and to the whole frame. */
        reset() {
            Object.assign(this, { unread: null, unreadPlaced: null });
            this.light = this.origin;
            this.description = this.lights.preset(this.origin, this.mode) ?? this.lights.empty(this.mode);
            this.placement = "cover";
            this.placed = { ...PLACED };
            this.selected = null;
            this.keepSelectionValid();
            this.record(null);
            this.changed();
        }

        // The way back

        snapshot() {
            const { light, origin, description, placement, placed, unread, unreadPlaced } = this;
            return JSON.stringify({ light, origin, description, placement, placed, unread, unreadPlaced });
        }

        record(key) {
            const now = this.snapshot();
            if (now === this.history[this.at]) return;
            const time = Date.now();
            const isClose = key === "drag" || time - this.lastTime < COALESCE_MS;
            const continues = key !== null && key === this.lastKey && isClose && this.at > 0;
            this.history.splice(this.at + (continues ? 0 : 1), Infinity, now);
            if (this.history.length > STEPS) this.history.shift();
            this.at = this.history.length - 1;
            this.lastKey = key;
            this.lastTime = time;
        }

        /** The next step with this key is one of its own. */
        endGesture() {
            this.lastKey = null;
        }

        get canUndo() {
            return this.at > 0;
        }

        get canRedo() {
            return this.at < this.history.length - 1;
        }

        undo() {
            if (this.canUndo) this.restore(this.at - 1);
        }

        redo() {
            if (this.canRedo) this.restore(this.at + 1);
        }

        restore(index) {
            this.at = index;
            this.lastKey = null;
            Object.assign(this, JSON.parse(this.history[index]));
            this.keepSelectionValid();
            this.changed();
        }
    }

    window.icLight = window.icLight || {};
    window.icLight.state = { PLACED_LIMITS, State, parsePlaced, placedText };
})();
