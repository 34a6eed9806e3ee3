/* What the server makes of a set and its mix: the picture at full size, the surface's normals, and films. */
var icLight = window.icLight || {};

icLight.studioActions = (() => {
    "use strict";

    const LAYERS = { none: "No layers", psd: "Layers as PSD", exr: "Layers as EXR" };
    const CONVENTIONS = { opengl: "OpenGL", directx: "DirectX", controlnet: "ControlNet" };
    const MOTIONS = { once_around: "Once around", day: "Day", candle: "Candle", keyframes: "Keyframes" };
    const KEYFRAMES = "keyframes";
    const FILMS = { webp: "WebP", gif: "GIF", mp4: "MP4" };
    const SIZES = { preview: "Preview's size", full: "Full size" };
    const FILM = { frames: 60, fps: 15 };
    /** @type {Record<string, {label: string, slots: string[]}>} by what the web UI's functions are called */
    const SENDS = {
        img2img: { label: "Send to img2img", slots: ["#img2img_image"] },
        inpaint: { label: "Send to inpaint", slots: ["#img2maskimg", "#img_inpaint_base"] },
        extras: { label: "Send to extras", slots: ["#extras_image"] },
    };
    const TABS = ["txt2img", "img2img"];
    const NO_LAMPS = "Hang a lamp or turn the light first: these become lights of the editor.";
    const IN_EDITOR = "%1 lights are in the light editor of %2.";
    const NOT_SENT = "The picture could not be fetched.";

    /** The row of actions. One is done at a time. */
    class Actions {
        /**
         * @param {Scope} scope
         * @param {StudioState} state
         * @param {StudioMade} made where results are shown
         * @param {StudioTimeline} timeline
         */
        constructor(scope, state, made, timeline) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            this.scope = scope;
            this.state = state;
            this.made = made;
            this.timeline = timeline;
            timeline.onShown = () => this.fill();
            this.isBusy = false;
            this.hadKeyframes = false; // when the motions were offered last
            this.ready = ""; // the ready motion that was chosen before the keyframes
            /** @type {{key: string, url: string}} the picture that was developed last, and of what */
            this.latest = { key: "", url: "" };
            this.layers = this.choice("layers", say("Layers"), LAYERS);
            this.convention = this.choice("convention", say("Convention of the normals"), CONVENTIONS);
            this.motion = this.choice("motion", say("How the light moves"), MOTIONS);
            this.format = this.choice("format", say("Kind of film"), FILMS);
            this.size = this.choice("size", say("Size of the film"), SIZES);
            const develops = this.button("develop", say("Develop"), () => this.develop());
            develops.classList.add("ic-light-studio-first");
            const sends = Object.entries(SENDS)
                .filter(([, { slots }]) => slotOf(slots) !== null)
                .map(([to, { label }]) => this.button(to, say(label), () => this.send(to)));
            const group = (/** @type {HTMLElement[]} */ ...parts) =>
                make("span", { className: "ic-light-studio-group" }, ...parts);
            this.surface = group(
                this.button("normals", say("Normals"), () => this.normals()),
                this.convention,
            );
            this.tab = this.makeTab();
            this.controlNet = this.button("controlnet", say("Normals to ControlNet"), () => this.sendNormals());
            this.elsewhere = group(
                this.button("editor", say("To the light editor"), () => this.editor()),
                ...(TABS.some(icLight.controlNet.isIn) ? [this.controlNet] : []),
                this.tab,
            );
            this.films = group(
                this.button("motion", say("Film"), () => this.film()),
                this.motion,
                this.format,
                this.size,
            );
            const again = icLight.studioReshoot.TABS.map(({ tab, label }) =>
                this.button(`reshoot-${tab}`, say(label), () => this.reshoot(tab)),
            );
            this.again = group(...again);
            const sent = [group(...sends), this.surface, this.elsewhere];
            const groups = [group(develops, this.layers), ...sent, this.films, this.again];
            this.element = make("div", { className: "ic-light-studio-actions" }, ...groups);
        }

        /**
         * A list of the tabs that have IC Light.
         * @returns {HTMLSelectElement}
         */
        makeTab() {
            const { find, make } = icLight.dom;
            const label = icLight.words.say("Tab");
            const tabs = TABS.filter((tab) => find(`#${tab}_ic_light_enabled`));
            const options = tabs.map((tab) => make("option", { value: tab, translate: false }, tab));
            return make(
                "select",
                { title: label, attributes: { "aria-label": label, "data-field": "tab" } },
                ...options,
            );
        }

        /**
         * A list of choices.
         * @param {string} name
         * @param {string} label in the page's language
         * @param {Record<string, string>} options what is shown, by value
         * @returns {HTMLSelectElement}
         */
        choice(name, label, options) {
            const { make } = icLight.dom;
            const attributes = { "aria-label": label, "data-field": name };
            const shown = Object.entries(options).map(([value, text]) =>
                make("option", { value }, icLight.words.say(text)),
            );
            return make("select", { title: label, attributes }, ...shown);
        }

        /**
         * @param {string} name
         * @param {string} text in the page's language
         * @param {() => Promise<void>} act
         * @returns {HTMLButtonElement}
         */
        button(name, text, act) {
            const button = icLight.dom.make("button", { type: "button", attributes: { "data-action": name } }, text);
            this.scope.on(button, "click", () => this.run(act));
            return button;
        }

        /**
         * Do one thing, unless another is being done.
         * @param {() => Promise<void>} act
         */
        async run(act) {
            if (this.isBusy || this.state.set === null) return;
            this.isBusy = true;
            this.made.say(icLight.words.say("Working…"));
            this.fill();
            try {
                await act();
            } catch (error) {
                if (!this.scope.isOver) this.made.say(error instanceof Error ? error.message : String(error), true);
            }
            this.isBusy = false;
            this.fill();
        }

        /** The name of the set that is shown. */
        get name() {
            return this.state.set?.name ?? "";
        }

        /**
         * The mix at full size, saved; the one that was saved last if it is the same.
         * @returns {Promise<string>} its address
         */
        async developed() {
            const [mix, layers] = [icLight.studioMix.plain(this.state.mix), this.layers.value];
            const key = JSON.stringify([this.name, mix, layers]);
            if (this.latest.key !== key) {
                const saved = await icLight.studioServer.develop(this.name, mix, layers);
                const { say } = icLight.words;
                const said = [say("Saved as %1, %2 × %3 pixels.", saved.file, saved.width, saved.height)];
                if (saved.layers.length > 0) said.push(say("Its layers are in %1.", saved.layers.join(", ")));
                this.latest = { key, url: saved.url };
                this.made.showSaved(saved.url, [...said, ...saved.remarks.map(icLight.words.said)].join(" "));
            } else {
                this.made.showSaved(this.latest.url, icLight.words.say("This mix is saved already."));
            }
            return this.latest.url;
        }

        /** Develop the mix. */
        async develop() {
            await this.developed();
        }

        /**
         * Send the developed mix to one of the web UI's tabs.
         * @param {string} to
         */
        async send(to) {
            const address = await this.developed();
            const slot = slotOf(SENDS[to].slots);
            if (slot === null) return;
            const show = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window))[`switch_to_${to}`];
            if (typeof show === "function") show();
            await icLight.slots.take(this.scope, slot, () => icLight.slots.download(address), NOT_SENT);
        }

        /** Make the normals of the subject. */
        async normals() {
            const convention = this.convention.value;
            const body = { convention, format: "png" };
            const content = await icLight.studioServer.file(this.name, "normals", body);
            this.made.showFile(content, `${this.name}-normals-${convention}.png`);
        }

        /** Make the lamps and the turned light lights of the editor, so that they can be shot. */
        async editor() {
            const { say } = icLight.words;
            const lights = icLight.studioLamps.editorLights(this.state.mix);
            if (lights.length === 0) throw new Error(say(NO_LAMPS));
            const tab = this.tab.value;
            icLight.send.showTab(tab);
            await icLight.send.open(this.scope, tab);
            const { state } = await icLight.dom.appearing(this.scope, () => icLight.editor.of(tab));
            const dark = icLight.description.empty(state.mode);
            state.edit((description) => Object.assign(description, { ...dark, lights }));
            this.made.say(say(IN_EDITOR, lights.length, tab));
        }

        /** Put the normals into a unit of ControlNet. */
        async sendNormals() {
            const tab = this.tab.value;
            const body = { convention: "controlnet", format: "png" };
            const content = await icLight.studioServer.file(this.name, "normals", body);
            const file = new File([content], `${this.name}-normals.png`, { type: "image/png" });
            this.made.say(await icLight.controlNet.takeNormals(this.scope, tab, file));
        }

        /**
         * The film that is chosen, as the server reads it.
         * @returns {{motion: object | string, frames: number, fps: number, format: string}}
         */
        askedFilm() {
            const motion = this.motion.value;
            const own = motion === KEYFRAMES ? this.timeline.plain() : { motion };
            return { ...FILM, ...own, format: this.format.value };
        }

        /** Make the film that is chosen. */
        async film() {
            const asked = this.askedFilm();
            const body = { ...asked, size: this.state.set?.full ? this.size.value : "preview" };
            const content = await icLight.studioServer.file(this.name, "motion", body);
            this.made.showFile(content, `${this.name}-${this.motion.value}.${asked.format}`);
        }

        /**
         * Put the film that is chosen into a tab, to be shot for real.
         * @param {string} tab
         */
        async reshoot(tab) {
            const { set } = this.state;
            if (set !== null) this.made.say(await icLight.studioReshoot.begin(tab, set, this.askedFilm()));
        }

        /**
         * Offer the motions that the set can have. Keyframes are chosen as soon as there are some, and the ready motion
         * again when they are gone.
         * @param {boolean} canTurn whether it can have the ready ones
         */
        fillMotion(canTurn) {
            const { motion } = this;
            const { isMotion } = this.timeline;
            for (const option of motion.options) option.disabled = !(option.value === KEYFRAMES ? isMotion : canTurn);
            const usable = [...motion.options].filter(({ disabled }) => !disabled).map(({ value }) => value);
            if (isMotion && !this.hadKeyframes) {
                this.ready = motion.value;
                motion.value = KEYFRAMES;
            } else if (!usable.includes(motion.value)) {
                motion.value = usable.includes(this.ready) ? this.ready : (usable[0] ?? "");
            }
            this.hadKeyframes = isMotion;
        }

        /** Show what can be done with the set. */
        fill() {
            const { set } = this.state;
            const canTurn = set !== null && icLight.studioPresets.suits(set);
            this.surface.hidden = this.controlNet.hidden = !set?.normals;
            this.size.hidden = !set?.full;
            if (set !== null) this.fillMotion(canTurn);
            this.films.hidden = this.again.hidden = set === null || !(canTurn || this.timeline.isMotion);
            for (const button of this.element.querySelectorAll("button")) button.disabled = this.isBusy || set === null;
        }
    }

    /**
     * The first of some picture slots that the web UI has.
     * @param {string[]} selectors
     * @returns {HTMLElement | null}
     */
    function slotOf(selectors) {
        return selectors.map((selector) => icLight.dom.find(selector)).find(Boolean) ?? null;
    }

    return { Actions };
})();
