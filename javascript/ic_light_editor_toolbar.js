/*
 * The tools above an editor: a toolbar as in the ARIA Authoring Practices. Tab reaches one of its buttons; the arrow
 * keys, Home and End move between the buttons.
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

    /**
     * A tool.
     * @param {Tool["name"]} name
     * @param {string} title
     * @param {() => void} act
     * @param {() => boolean} isAble
     * @param {string} [text]
     * @returns {Tool}
     */
    function tool(name, title, act, isAble, text = "") {
        return { name, title, act, isAble, text };
    }

    /**
     * The tools in their groups.
     * @param {Stage} stage
     * @returns {Tool[][]}
     */
    function toolsOf(stage) {
        const { state } = stage;
        const { say } = icLight.words;
        const hasRoom = () => stage.hasLights && !state.isFull;
        const hasSelected = () => stage.hasLights && state.selectedLight !== null;
        const hasAny = () => stage.hasLights && state.description.lights.length > 0;
        const hasBoth = () => hasSelected() && hasRoom();
        const [canUndo, canRedo] = [-1, 1].map((step) => () => state.history.has(step));
        const always = () => true;
        const addSide = () => state.add("directional");
        const addPlace = () => state.add("positioned", ADDED_AT);
        const place = say("Add a light at a position, inside or outside the frame");
        return [
            [
                tool("directional", say("Add a light from one side"), addSide, hasRoom, say("Directional")),
                tool("positioned", place, addPlace, hasRoom, say("Positioned")),
            ],
            [
                tool("duplicate", say("Duplicate the selected light"), () => state.duplicate(), hasBoth),
                tool("mirror", say("Mirror all lights"), () => state.mirror(), hasAny),
                tool("remove", say("Delete the selected light"), () => state.remove(), hasSelected),
            ],
            [
                tool("undo", say("Undo"), () => state.go(-1), canUndo),
                tool("redo", say("Redo"), () => state.go(1), canRedo),
                tool("reset", say("Reset lights and placement"), () => state.reset(), always),
            ],
        ];
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
            const gap = () => icLight.dom.make("span", { className: "ic-light-gap" });
            const parts = groups.map((tools) => tools.map(({ button }) => button));
            this.element.append(...parts.flatMap((buttons, index) => (index > 0 ? [gap(), ...buttons] : buttons)));
            scope.on(this.element, "keydown", (event) => this.key(event));
            scope.on(this.element, "focusin", ({ target }) => this.leadWith(target));
            scope.on(this.element, "focusout", () => requestAnimationFrame(() => this.update()));
        }

        /**
         * @param {Tool} tool
         * @returns {HTMLButtonElement}
         */
        makeButton({ name, text, title, act, isAble }) {
            const { icon, make } = icLight.dom;
            const attributes = { "aria-label": title, "data-tool": name };
            const properties = { type: "button", className: "ic-light-tool", tabIndex: -1, title, attributes };
            const button = make("button", properties, icon(ICONS[name]));
            if (text) button.append(make("span", {}, text));
            this.scope.on(button, "click", () => {
                if (isAble()) act();
            });
            return button;
        }

        /**
         * Show which tools can be used now. A focused tool that no longer can keeps the focus until it leaves by itself: else
         * the next press of Enter would be another tool's.
         */
        update() {
            for (const { button, isAble } of this.tools) {
                const isOff = !isAble();
                button.setAttribute("aria-disabled", String(isOff));
                button.disabled = isOff && button !== document.activeElement;
            }
            this.leadWith(this.usable(this.buttons.indexOf(this.lead), 1) ?? this.lead);
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
         * The first enabled button from an index on, wrapping around.
         * @param {number} from
         * @param {number} step 1, or -1 for backwards
         * @returns {HTMLButtonElement | undefined}
         */
        usable(from, step) {
            const count = this.buttons.length;
            const order = this.buttons.map((_, index) => this.buttons[(from + step * index + count * count) % count]);
            return order.find((button) => !button.disabled);
        }

        /**
         * Move between the buttons.
         * @param {KeyboardEvent} event
         */
        key(event) {
            const at = this.buttons.indexOf(this.lead);
            /** @type {Record<string, () => HTMLButtonElement | undefined>} */
            const ways = {
                ArrowRight: () => this.usable(at + 1, 1),
                ArrowLeft: () => this.usable(at - 1, -1),
                Home: () => this.usable(0, 1),
                End: () => this.usable(this.buttons.length - 1, -1),
            };
            const next = ways[event.key]?.();
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
 * @property {() => boolean} isAble whether it can be used now
 */
