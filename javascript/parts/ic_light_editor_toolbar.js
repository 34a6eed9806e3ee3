/*
 * The tools above an editor: a toolbar as in the ARIA Authoring Practices. Tab reaches one of its buttons; the arrow
 * keys, Home and End move between the buttons. One that cannot be used now says why, and can be reached to be heard.
 */
var icLight = window.icLight || {};

icLight.toolbar = (() => {
    "use strict";

    const SUN =
        "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5";
    const ICONS = {
        directional: "M4 12h9M9.5 8l4 4-4 4M20 4v16",
        positioned: SUN,
        duplicate: "M9 9h11v11H9zM15 9V4H4v11h5",
        mirror: "M12 3v18M9 7v10H3zM15 7v10h6z",
        remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
        undo: "M8 4 4 8l4 4M4 8h10a6 6 0 0 1 0 12H9",
        redo: "M16 4l4 4-4 4M20 8H10a6 6 0 0 0 0 12h5",
        reset: "M4 4v6h6M4.6 14a8 8 0 1 0 1-7L4 10",
    };
    const ADDED_AT = { x: 0.25, y: 0.25 };
    const ADDED_ANGLE = 180;
    const TWIN = { angle: 30, x: 0.15 }; // how far a duplicate is from its original

    /**
     * A tool.
     * @param {Tool["name"]} name
     * @param {string} title
     * @param {() => void} act
     * @param {() => string} whyNot
     * @param {string} [text]
     * @returns {Tool}
     */
    function tool(name, title, act, whyNot, text = "") {
        return { name, title, act, whyNot, text };
    }

    /**
     * The tools in their groups.
     * @param {Stage} stage
     * @returns {Tool[][]}
     */
    function toolsOf(stage) {
        const { state } = stage;
        const { say } = icLight.words;
        const addSide = () => state.add("directional", { angle: stage.freeAngle(ADDED_ANGLE) });
        const addPlace = () => state.add("positioned", stage.freePlace(ADDED_AT));
        const place = say("Add a light at a position, inside or outside the frame");
        const { noRoom, noneSelected, noLight, nothingBack, nothingForth } = reasonsOf(stage);
        return [
            [
                tool("directional", say("Add a light from one side"), addSide, noRoom, say("Directional")),
                tool("positioned", place, addPlace, noRoom, say("Positioned")),
            ],
            [
                tool(
                    "duplicate",
                    say("Duplicate the selected light"),
                    () => state.duplicate(twinPlace(stage)),
                    () => noneSelected() || noRoom(),
                ),
                tool("mirror", say("Mirror all lights"), () => state.mirror(), noLight),
                tool("remove", say("Delete the selected light"), () => state.remove(), noneSelected),
            ],
            [
                tool("undo", say("Undo"), () => state.go(-1), nothingBack),
                tool("redo", say("Redo"), () => state.go(1), nothingForth),
                tool(
                    "reset",
                    say("Reset lights and placement"),
                    () => state.reset(),
                    () => "",
                ),
            ],
        ];
    }

    /**
     * Why tools cannot be used now; "" where they can.
     * @param {Stage} stage
     * @returns {Record<"noRoom" | "noneSelected" | "noLight" | "nothingBack" | "nothingForth", () => string>}
     */
    function reasonsOf(stage) {
        const { state } = stage;
        const { say } = icLight.words;
        const unused = () => (stage.hasLights ? "" : say("The light comes from the background picture."));
        const most = icLight.limits.read().most_lights;
        return {
            noRoom: () => unused() || (state.isFull ? say("There are %1 lights, which is the most.", most) : ""),
            noneSelected: () => unused() || (state.selectedLight === null ? say("No light is selected.") : ""),
            noLight: () => unused() || (state.description.lights.length === 0 ? say("There is no light yet.") : ""),
            nothingBack: () => (state.history.has(-1) ? "" : say("There is nothing to undo.")),
            nothingForth: () => (state.history.has(1) ? "" : say("There is nothing to redo.")),
        };
    }

    /**
     * Where a copy of the selected light comes to be.
     * @param {Stage} stage
     * @returns {Partial<Light>}
     */
    function twinPlace(stage) {
        const light = stage.state.selectedLight;
        if (light === null) return {};
        if (light.kind === "directional") return { angle: stage.freeAngle(light.angle + TWIN.angle) };
        return stage.freePlace({ x: light.x + (light.x > 1 ? -TWIN.x : TWIN.x), y: light.y });
    }

    /** The buttons, with a roving tab index. */
    class Toolbar {
        /**
         * @param {Scope} scope
         * @param {Stage} stage
         */
        constructor(scope, stage) {
            const attributes = { role: "toolbar", "aria-label": icLight.words.say("Light editor") };
            this.scope = scope;
            this.element = icLight.dom.make("div", { className: "ic-light-tools", attributes });
            const groups = toolsOf(stage).map((tools) =>
                tools.map((tool) => ({ ...tool, button: this.makeButton(tool) })),
            );
            this.tools = groups.flat();
            this.buttons = this.tools.map(({ button }) => button);
            this.lead = this.buttons[0];
            this.leadWith(this.lead);
            const gap = () => icLight.dom.make("span", { className: "ic-light-gap" });
            const parts = groups.map((tools) => tools.map(({ button }) => button));
            this.element.append(...parts.flatMap((buttons, index) => (index > 0 ? [gap(), ...buttons] : buttons)));
            scope.on(this.element, "keydown", (event) => this.key(event));
            scope.on(this.element, "focusin", ({ target }) => this.leadWith(target));
        }

        /**
         * @param {Tool} tool
         * @returns {HTMLButtonElement}
         */
        makeButton({ name, text, title, act, whyNot }) {
            const { icon, make } = icLight.dom;
            // Where there is a text, that is its name: people say to their computer what they see.
            const attributes = { "data-tool": name, ...(text ? {} : { "aria-label": title }) };
            const properties = { type: "button", className: "ic-light-tool", tabIndex: -1, title, attributes };
            const button = make("button", properties, icon(ICONS[name]));
            if (text) button.append(make("span", {}, text));
            this.scope.on(button, "click", () => {
                if (whyNot() === "") act();
            });
            return button;
        }

        /** Show which tools can be used now, and why the others cannot. */
        update() {
            for (const { button, title, whyNot } of this.tools) icLight.reasons.explain(button, title, whyNot());
        }

        /**
         * Make a button the one that Tab reaches.
         * @param {HTMLButtonElement} button
         */
        leadWith(button) {
            if (!this.buttons.includes(button)) return;
            this.lead = button;
            for (const one of this.buttons) one.tabIndex = one === button ? 0 : -1;
        }

        /**
         * Move between the buttons.
         * @param {KeyboardEvent} event
         */
        key(event) {
            const at = this.buttons.indexOf(this.lead);
            const count = this.buttons.length;
            /** @type {Record<string, number>} */
            const ways = { ArrowRight: at + 1, ArrowLeft: at - 1 + count, Home: 0, End: count - 1 };
            const next = this.buttons[ways[event.key] % count];
            if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
            next.focus();
            event.preventDefault();
            event.stopPropagation();
        }
    }

    return { Toolbar };
})();

/**
 * @typedef {object} Tool
 * @property {"directional" | "positioned" | "duplicate" | "mirror" | "remove" | "undo" | "redo" | "reset"} name
 * @property {string} text beside the icon, if any
 * @property {string} title
 * @property {() => void} act
 * @property {() => string} whyNot why it cannot be used now, "" if it can
 */
