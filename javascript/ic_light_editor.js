/* The light editors of the two tabs: put together, and kept in step with the page around them. */
(() => {
    "use strict";

    const LOOK_MS = 250;
    const LONGEST_REASON = 160;
    const SIDES = ["right", "top right", "top", "top left", "left", "bottom left", "bottom", "bottom right"];
    const editors = new Map();

    class Editor {
        constructor(tab, root) {
            const { State } = window.icLight.state;
            this.tab = tab;
            this.root = root;
            this.page = new window.icLight.page.Page(tab);
            this.state = new State();
            this.build();
            this.seen = null;
            this.look = null;
            this.page.onLoad = () => this.view.draw();
            this.state.listen(() => this.changed());
            this.root.addEventListener("keydown", (event) => this.key(event));
            new ResizeObserver(() => this.view.draw()).observe(this.canvas);
            this.follow();
            this.state.beginHistory();
        }

        build() {
            const { make } = window.icLight.panel;
            const say = window.icLight.page.say;
            const label = "Light editor. Tab goes from light to light, arrows move, Delete removes.";
            const attributes = { role: "application", "aria-label": say(label), "aria-describedby": `${this.tab}_ic_light_editor_status` };
            this.canvas = make("canvas", { className: "ic-light-canvas", tabIndex: 0, attributes });
            this.view = new window.icLight.view.View(this.canvas, this.state, this.page);
            this.view.layout();
            this.input = new window.icLight.input.Input(this.view, this.state);
            this.panel = new window.icLight.panel.Panel(this.state, this.view);
            this.status = make("div", {
                className: "ic-light-status",
                id: `${this.tab}_ic_light_editor_status`,
                attributes: { role: "status", "aria-live": "polite" },
            });
            const stage = make("div", { className: "ic-light-stage" }, this.canvas, this.makeBlend(make, say));
            const body = make("div", { className: "ic-light-body" }, stage, this.panel.element);
            this.root.replaceChildren(this.panel.toolbar, body, this.status);
        }

        makeBlend(make, say) {
            const blend = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: this.view.blend });
            blend.setAttribute("data-field", "blend");
            blend.addEventListener("input", () => {
                this.view.blend = parseFloat(blend.value);
                window.icLight.panel.fill(blend);
                this.view.draw();
            });
            window.icLight.panel.fill(blend);
            const [from, to] = [make("span", {}, say("Light map")), make("span", {}, say("Subject"))];
            return make("label", { className: "ic-light-blend", title: say("How much of the subject the preview shows") }, from, blend, to);
        }

        // Keeping in step

        /** Take over what the page says, where that has changed. */
        follow() {
            const now = this.page.read();
            const key = JSON.stringify(now);
            if (key !== this.seen) {
                this.seen = key;
                this.following = true;
                this.state.follow(now);
                this.following = false;
                // Else what is chosen on the page would lack what it stands for.
                if (now.light === "editor" && !now.text) this.fillLater();
                if (now.placement === "placed" && !now.placedText) this.fillLater();
            }
            this.lookAround();
        }

        /** Give the page what the editor holds, unless the server's value arrives in the meantime. */
        fillLater() {
            clearTimeout(this.filling);
            this.filling = setTimeout(() => {
                if (JSON.stringify(this.page.read()) === this.seen) this.write();
            }, LOOK_MS);
        }

        /** Draw anew when the size, a picture or the theme has changed. */
        lookAround() {
            const { page } = this;
            const isDark = document.body.classList.contains("dark");
            const pictures = Object.values(page.addresses()).map(brief);
            const look = JSON.stringify([page.size(), page.strength(), page.isFlipped(), pictures, isDark]);
            if (look === this.look) return;
            this.look = look;
            this.show();
        }

        changed() {
            if (!this.following) this.write();
            this.show();
        }

        write() {
            this.page.write(this.state);
            this.seen = JSON.stringify(this.page.read());
        }

        show() {
            this.view.layout();
            this.view.draw();
            this.panel.update();
            const problem = this.problem();
            const summary = problem ?? this.summary();
            this.status.classList.toggle("ic-light-wrong", problem !== null);
            if (this.status.textContent !== summary) this.status.textContent = summary;
        }

        // Undo and redo, wherever in the editor the focus is

        key(event) {
            if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
            const name = event.key.toLowerCase();
            if (name === "z" && !event.shiftKey) this.state.undo();
            else if ((name === "z" && event.shiftKey) || name === "y") this.state.redo();
            else return;
            this.panel.update(true);
            event.preventDefault();
            event.stopPropagation();
        }

        // In words

        /** What of the page cannot be read, damaged or of a newer version, and what to do; null where nothing is wrong. */
        problem() {
            const { state } = this;
            const say = window.icLight.page.say;
            const light = "The light cannot be read: %1 Add one here, choose one above, or update IC Light if a newer one made it.";
            const placement = "The placement cannot be read. Drag the subject, choose one, or update IC Light if a newer one made it.";
            const found = [];
            if (state.unread !== null) found.push(say(light).replace("%1", () => state.unread.reason.slice(0, LONGEST_REASON)));
            if (state.unreadPlaced !== null) found.push(say(placement));
            return found.length > 0 ? found.join(" ") : null;
        }

        summary() {
            const { state, view } = this;
            const say = window.icLight.page.say;
            if (state.selected === "subject") return this.subjectSummary(say);
            if (!view.hasLights) return say("The background picture gives the light.");
            if (!state.active) return say(state.light === "none" ? "No light is chosen. Choose one above, or add one here." : "The light comes from a picture.");
            const light = state.selectedLight;
            if (light === null) return say("Even light from everywhere.");
            const count = state.description.lights.length;
            const number = (value) => window.icLight.lights.rounded(value, 2);
            return [
                say("Light %1 of %2").replace("%1", state.selected + 1).replace("%2", count),
                this.placeInWords(light, say),
                `${say("softness")} ${number(light.softness)}`,
                `${say("strength")} ${number(light.strength)}`,
                this.colourInWords(light, say),
            ].join(", ");
        }

        colourInWords(light, say) {
            if (light.kelvin !== null) return `${Math.round(light.kelvin)} K`;
            return light.colour === "#ffffff" ? say("white") : light.colour;
        }

        placeInWords(light, say) {
            if (light.kind === "directional") {
                const side = SIDES[Math.round(light.angle / 45) % 8];
                return say(`from the ${side}`);
            }
            const isInside = light.x >= 0 && light.x <= 1 && light.y >= 0 && light.y <= 1;
            const place = [light.x, light.y].map((value) => `${Math.round(value * 100)} %`).join(" / ");
            return `${say(isInside ? "in the picture" : "outside of the picture")}, ${place}`;
        }

        subjectSummary(say) {
            const { scale, x, y } = this.state.placed;
            const [size, across, down] = [scale, x, y].map((value) => `${Math.round(value * 100)} %`);
            return `${say("Subject")}, ${say("size")} ${size}, ${say("centre")} ${across} / ${down}`;
        }
    }

    /** Enough of an address to tell it from others; a data URL may be megabytes long. */
    function brief(address) {
        return address && `${address.length} ${address.slice(-80)}`;
    }

    /** The editor of a tab, made where its container is in the page and still empty. */
    function mount(tab) {
        const root = gradioApp().querySelector(`#${tab}_ic_light_editor .ic-light-editor`);
        if (!root || !root.isConnected) return;
        if (root.childElementCount === 0) editors.set(tab, new Editor(tab, root));
    }

    function follow(tab) {
        const editor = editors.get(tab);
        if (editor && editor.canvas.offsetParent !== null) editor.follow();
    }

    function look() {
        for (const tab of ["txt2img", "img2img"]) {
            mount(tab);
            follow(tab);
        }
    }

    window.icLight = window.icLight || {};
    window.icLight.editor = {
        /** The editor of "txt2img" or "img2img". */
        of: (tab) => editors.get(tab),
        /** Called by the page's controls when their values change, also by the server. */
        follow: (tab) => requestAnimationFrame(() => follow(tab)),
    };
    onUiLoaded(() => {
        look();
        setInterval(look, LOOK_MS);
    });
})();
