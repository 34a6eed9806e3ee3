/* The studio's tools above the picture: ready mixes, undo and redo, and the comparison with the photograph. */
var icLight = window.icLight || {};

icLight.studioBar = (() => {
    "use strict";

    const ICONS = {
        undo: "M8 4 4 8l4 4M4 8h10a6 6 0 0 1 0 12H9",
        redo: "M16 4l4 4-4 4M20 8H10a6 6 0 0 0 0 12h5",
        reset: "M4 4v6h6M4.6 14a8 8 0 1 0 1-7L4 10",
        compare: "M12 3v18M4 6h16v12H4zM12 18l8-8M12 13l7-7",
    };
    const PRESETS = "Ready mixes";

    /** The tools. */
    class Bar {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {(isOn: boolean) => void} compare called when the comparison goes on or off
         */
        constructor(scope, state, compare) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            /** @type {(name: keyof typeof ICONS, title: string, act: () => void) => HTMLButtonElement} */
            const tool = (name, title, act) => icLight.dom.tool(scope, name, ICONS[name], title, act);
            this.scope = scope;
            this.state = state;
            const first = make("option", { value: "" }, say(PRESETS));
            const ready = Object.entries(icLight.studioPresets.PRESETS).map(([value, { label }]) =>
                make("option", { value }, say(label)),
            );
            const attributes = { "aria-label": say(PRESETS) };
            this.presets = make("select", { className: "ic-light-studio-presets", attributes }, first, ...ready);
            this.undo = tool("undo", say("Undo"), () => state.go(-1));
            this.redo = tool("redo", say("Redo"), () => state.go(1));
            this.reset = tool("reset", say("Reset the mix"), () => state.reset());
            this.compare = tool("compare", say("Before / after"), () => {
                const isOn = this.compare.getAttribute("aria-pressed") !== "true";
                this.compare.setAttribute("aria-pressed", String(isOn));
                compare(isOn);
            });
            this.compare.setAttribute("aria-pressed", "false");
            scope.on(this.presets, "change", () => this.choose());
            const parts = [this.presets, this.undo, this.redo, this.reset, this.compare];
            this.element = make("div", { className: "ic-light-studio-tools" }, ...parts);
        }

        /** Take the chosen mix; the list then shows its name again, so that the same one can be taken once more. */
        choose() {
            const { set } = this.state;
            if (set && this.presets.value) this.state.replace(icLight.studioPresets.mixOf(set, this.presets.value));
            this.presets.value = "";
        }

        /** Show what can be used. */
        fill() {
            const { history, set } = this.state;
            this.presets.disabled = set === null || !icLight.studioPresets.suits(set);
            const isWhy = set !== null && this.presets.disabled;
            this.presets.title = isWhy ? icLight.words.say(icLight.studioPad.NO_RING) : "";
            this.undo.disabled = set === null || !history.has(-1);
            this.redo.disabled = set === null || !history.has(1);
            this.reset.disabled = this.compare.disabled = set === null;
        }
    }

    return { Bar };
})();
