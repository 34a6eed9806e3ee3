/* The form beside the canvas of an editor: the tools, the list of lights, the values of what is selected. */
(() => {
    "use strict";

    const ICONS = {
        directional: "M4 12h9M9.5 8l4 4-4 4M20 4v16",
        positioned: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
        duplicate: "M9 9h11v11H9zM15 9V4H4v11h5",
        mirror: "M12 3v18M9 7v10H3zM15 7v10h6z",
        remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
        undo: "M8 4 4 8l4 4M4 8h10a6 6 0 0 1 0 12H9",
        redo: "M16 4l4 4-4 4M20 8H10a6 6 0 0 0 0 12h5",
        reset: "M4 4v6h6M4.6 14a8 8 0 1 0 1-7L4 10",
    };
    const SVG = "http://www.w3.org/2000/svg";

    const say = (text) => window.icLight.page.say(text);

    /** Make an element: properties, then children, which may be texts. */
    function make(tag, properties = {}, ...children) {
        const { className, attributes = {}, ...rest } = properties;
        const element = document.createElement(tag);
        if (className) element.className = className;
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        Object.assign(element, rest);
        element.append(...children);
        return element;
    }

    function icon(name) {
        const svg = document.createElementNS(SVG, "svg");
        const path = document.createElementNS(SVG, "path");
        svg.setAttribute("viewBox", "0 0 24 24");
        svg.setAttribute("aria-hidden", "true");
        path.setAttribute("d", ICONS[name]);
        svg.append(path);
        return svg;
    }

    /** Tell the style sheet how far a slider is to the right. */
    function fill(slider) {
        const [low, high] = [parseFloat(slider.min), parseFloat(slider.max)];
        const share = (parseFloat(slider.value) - low) / (high - low);
        slider.style.setProperty("--ic-light-fill", `${100 * share}%`);
    }

    class Panel {
        constructor(state, view) {
            this.state = state;
            this.view = view;
            Object.assign(this, { rows: [], fields: [], choices: [] });
            this.toolbar = this.makeToolbar();
            this.chips = make("div", { className: "ic-light-chips", attributes: { role: "group", "aria-label": say("Lights") } });
            this.lightForm = make("div", { className: "ic-light-rows" }, ...this.lightRows());
            this.subjectForm = make("div", { className: "ic-light-rows" }, ...this.subjectRows());
            this.ambient = make("div", { className: "ic-light-rows ic-light-ambient" }, ...this.ambientRows());
            this.element = make("div", { className: "ic-light-form" }, this.chips, this.lightForm, this.subjectForm, this.ambient);
        }

        // Tools

        makeToolbar() {
            const { state } = this;
            const add = (kind) => () => state.add(kind, kind === "directional" ? {} : { x: 0.25, y: 0.25 });
            const tools = [
                ["directional", "Directional", "Add a light from one side", add("directional"), () => !state.isFull],
                ["positioned", "Positioned", "Add a light at a place, inside or outside of the frame", add("positioned"), () => !state.isFull],
                null,
                ["duplicate", null, "Duplicate the selected light", () => state.duplicate(), () => state.selectedLight && !state.isFull],
                ["mirror", null, "Mirror all lights", () => state.mirror(), () => state.description.lights.length > 0],
                ["remove", null, "Delete the selected light", () => state.remove(), () => state.selectedLight],
                null,
                ["undo", null, "Undo", () => state.undo(), () => state.canUndo],
                ["redo", null, "Redo", () => state.redo(), () => state.canRedo],
                ["reset", null, "Reset lights and placement", () => state.reset(), () => true],
            ];
            const bar = make("div", { className: "ic-light-tools", attributes: { role: "toolbar", "aria-label": say("Light editor") } });
            this.tools = tools.map((tool) => (tool === null ? this.gap(bar) : this.makeTool(bar, ...tool))).filter(Boolean);
            return bar;
        }

        gap(bar) {
            bar.append(make("span", { className: "ic-light-gap" }));
            return null;
        }

        makeTool(bar, name, text, title, act, isAble) {
            const attributes = { "aria-label": say(title), "data-tool": name };
            const button = make("button", { type: "button", className: "ic-light-tool", title: say(title), attributes }, icon(name));
            if (text !== null) button.append(make("span", {}, say(text)));
            button.addEventListener("click", act);
            bar.append(button);
            return { button, isAble, needsLights: !["undo", "redo", "reset"].includes(name) };
        }

        // Rows: each knows how to read its value from the state, and sets it there.

        lightRows() {
            const { state } = this;
            const light = () => state.selectedLight;
            const angle = () => window.icLight.lights.rounded(light().angle, 1);
            const set = (name) => (value) => state.setSelected(name, value);
            const isKind = (kind) => () => (light()?.kind ?? "directional") === kind;
            const isKelvin = () => (light()?.kelvin ?? null) !== null;
            const kinds = [["directional", "Directional"], ["positioned", "Positioned"]];
            const paints = [["colour", "Colour"], ["kelvin", "Kelvin"]];
            return [
                this.choice("Kind", "kind", kinds, () => light().kind, (kind) => state.setKind(kind)),
                this.row("Angle", "angle", [0, 360, 1], angle, set("angle"), isKind("directional")),
                this.pair("Place", ["x", "y"], () => [light().x, light().y], set, isKind("positioned")),
                this.row("Softness", "softness", [0.02, 1, 0.01], () => light().softness, set("softness")),
                this.row("Strength", "strength", [0, 4, 0.05], () => light().strength, set("strength")),
                this.choice("Colour as", "paint", paints, () => (isKelvin() ? "kelvin" : "colour"), (kind) => this.setPaint(kind)),
                this.row("Kelvin", "kelvin", [1500, 15000, 100], () => light().kelvin, set("kelvin"), isKelvin),
                this.colour("Colour", "colour", () => light().colour, (value) => this.setColour(value), () => !isKelvin()),
            ];
        }

        setPaint(kind) {
            const light = this.state.selectedLight;
            this.state.edit(() => {
                if (kind === "kelvin") Object.assign(light, { kelvin: light.kelvin ?? 4000, colour: null });
                else Object.assign(light, { colour: window.icLight.lights.hexColour(light), kelvin: null });
            });
        }

        setColour(value) {
            this.state.edit(() => (this.state.selectedLight.colour = value), `${this.state.selected} colour`);
        }

        subjectRows() {
            const { state } = this;
            const placed = () => state.placed;
            const set = (name) => (value) => state.place((place) => (place[name] = value), name);
            return [
                this.row("Size", "scale", [0.05, 3, 0.01], () => placed().scale, set("scale"), () => true, 8),
                this.pair("Centre", ["x", "y"], () => [placed().x, placed().y], set),
            ];
        }

        ambientRows() {
            const { state } = this;
            const change = (name) => (value) => state.edit((description) => (description.ambient[name] = value), `ambient ${name}`);
            const row = this.row("Ambient", "ambient", [0, 1, 0.01], () => state.description.ambient.level, change("level"));
            const swatch = this.colour("Ambient colour", "ambient_colour", () => state.description.ambient.colour, change("colour"));
            row.append(...swatch.querySelectorAll("input"));
            return [row];
        }

        frame(text, className, isShown, ...fields) {
            const row = make("div", { className: `ic-light-row ${className}` }, make("span", { className: "ic-light-name" }, say(text)), ...fields);
            this.rows.push({ row, isShown });
            return row;
        }

        /** A slider and a number for one value; the number may go beyond the slider, up to `most`. */
        row(text, name, [low, high, step], get, set, isShown = () => true, most = high) {
            const attributes = { "aria-label": say(text), "data-field": name };
            const slider = make("input", { type: "range", min: low, max: high, step, attributes });
            const number = make("input", { type: "number", min: low, max: most, step, attributes });
            this.connect([slider, number], get, set);
            return this.frame(text, "", isShown, slider, number);
        }

        /** Two numbers for a place, in fractions of the frame. */
        pair(text, names, get, set, isShown = () => true) {
            const fields = names.map((name, index) => {
                const attributes = { "aria-label": `${say(text)} ${name}`, "data-field": name };
                const number = make("input", { type: "number", min: -1, max: 2, step: 0.01, attributes });
                this.connect([number], () => get()[index], set(name));
                return make("label", {}, name, number);
            });
            return this.frame(text, "ic-light-pair", isShown, ...fields);
        }

        connect(inputs, get, set) {
            for (const input of inputs) {
                input.addEventListener("input", () => {
                    const value = parseFloat(input.value);
                    if (Number.isFinite(value)) set(value);
                });
                // What is out of range was brought within it; now it is shown.
                input.addEventListener("change", () => (this.state.endGesture(), this.update(true)));
                this.fields.push({ input, get });
            }
        }

        colour(text, name, get, set, isShown = () => true) {
            const attributes = { "aria-label": say(text), "data-field": name };
            const input = make("input", { type: "color", title: say(text), attributes });
            input.addEventListener("input", () => set(input.value));
            input.addEventListener("change", () => this.state.endGesture());
            this.fields.push({ input, get });
            return this.frame(text, "", isShown, input);
        }

        choice(text, name, options, get, set) {
            const group = make("div", { className: "ic-light-choice", attributes: { role: "group", "aria-label": say(text) } });
            for (const [value, label] of options) {
                const attributes = { "data-field": name, "data-value": value };
                const button = make("button", { type: "button", attributes }, say(label));
                button.addEventListener("click", () => set(value));
                this.choices.push({ button, value, get });
                group.append(button);
            }
            return this.frame(text, "", () => true, group);
        }

        // Following the state

        /** Show what the state says; a number that is being typed only where that is `forced`. */
        update(forced = false) {
            const { state, view } = this;
            this.forced = forced;
            const isSubject = state.selected === "subject";
            const hasLight = state.selectedLight !== null;
            this.subjectForm.hidden = !isSubject;
            this.lightForm.hidden = isSubject;
            this.lightForm.classList.toggle("ic-light-off", !hasLight || !view.hasLights);
            this.element.classList.toggle("ic-light-dim", !state.active && !isSubject);
            this.ambient.classList.toggle("ic-light-off", !view.hasLights);
            for (const { button, isAble, needsLights } of this.tools) {
                button.disabled = !isAble() || (needsLights && !view.hasLights);
            }
            this.updateChips();
            // Rows take the same room whatever is selected, or nothing.
            for (const { row, isShown } of this.rows) row.hidden = !isShown();
            if (hasLight || isSubject) this.updateRows();
            this.setField(this.fields.find(({ input }) => input.dataset.field === "ambient_colour"));
            for (const field of this.fields.filter(({ input }) => input.dataset.field === "ambient")) this.setField(field);
        }

        updateRows() {
            const isSubject = this.state.selected === "subject";
            const concerned = (element) => (isSubject ? this.subjectForm : this.lightForm).contains(element);
            for (const field of this.fields) if (concerned(field.input) && !field.input.closest("[hidden]")) this.setField(field);
            for (const { button, value, get } of this.choices) {
                if (concerned(button)) button.setAttribute("aria-pressed", String(get() === value));
            }
        }

        setField({ input, get }) {
            const value = get();
            const text = typeof value === "number" ? String(window.icLight.lights.rounded(value, 3)) : value;
            const isTyped = input.type === "number" && document.activeElement === input && !this.forced;
            if (!isTyped && input.value !== text) input.value = text;
            if (input.type === "range") fill(input);
        }

        updateChips() {
            const { state, view } = this;
            const lights = view.hasLights ? state.description.lights : [];
            const items = lights.map((light, index) => [index, String(index + 1), window.icLight.lights.hexColour(light)]);
            if (state.placement === "placed") items.push(["subject", say("Subject"), null]);
            const key = JSON.stringify(items);
            if (key !== this.chipsKey) {
                this.chips.replaceChildren(...items.map((item) => this.makeChip(...item)));
                if (items.length === 0) this.chips.append(make("span", { className: "ic-light-hint" }, say("No light yet")));
                this.chipsKey = key;
            }
            [...this.chips.querySelectorAll("button")].forEach((chip, index) => {
                chip.setAttribute("aria-pressed", String(items[index][0] === state.selected));
            });
        }

        makeChip(item, text, colour) {
            const label = typeof item === "number" ? `${say("Light")} ${text}` : text;
            const chip = make("button", { type: "button", className: "ic-light-chip", attributes: { "aria-label": label } });
            if (colour !== null) {
                const dot = make("span", { className: "ic-light-dot" });
                dot.style.setProperty("--ic-light-dot", colour);
                chip.append(dot);
            }
            chip.append(text);
            chip.addEventListener("click", () => this.state.select(item));
            return chip;
        }
    }

    window.icLight = window.icLight || {};
    window.icLight.panel = { Panel, fill, make };
})();
