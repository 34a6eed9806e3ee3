/*
 * Relight again from here: a button below the results. The host's own paste brings back what made the result, its seed
 * included; a picture that was replaced meanwhile is fetched from the server; then the focus is on the lights.
 */
var icLight = window.icLight || {};

icLight.again = (() => {
    "use strict";

    const TORCH = "\u{1F526}";
    const NAME = "Relight again from here";
    const KEPT = "The seed is kept. Change the light and generate.";
    const PUT_BACK = "%1 was put back.";
    const GONE = "This result's own picture is gone: put it back into %1 before you generate.";
    const OWN_BACK = "The img2img picture was put back.";
    const OWN_GONE = "This result's own img2img picture is gone: put it back before you generate.";
    const OTHER_BACK = "The set's photograph was put into %1.";
    const OTHER_GONE = "The set's photograph could not be put into %1: put the picture there before you generate.";
    const OWN_SLOT = "the picture of img2img";
    /** @type {Record<string, string>} */
    const LABELS = { foreground: "Foreground", background: "Background" };
    const SAID = "ic-light-said";
    /** @type {Map<string, AgainButton>} */
    const buttons = new Map();
    let turns = 0;

    /**
     * One of a tab's hidden controls.
     * @param {string} tab
     * @param {string} name
     * @returns {HTMLElement | null}
     */
    function control(tab, name) {
        return icLight.dom.find(`#${tab}_ic_light_again_${name}`);
    }

    /**
     * Fetch the very file that a result was made from, or what stands for it.
     * @param {Made} result
     * @param {string} kind the name of its slot
     * @returns {Promise<File | null>} null if it is gone
     */
    async function fetched(result, kind) {
        const { photograph } = result;
        const asked = photograph && kind !== "background" ? photograph() : icLight.results.kept(result, kind);
        const answer = await asked.catch(() => null);
        if (!answer?.ok) return null;
        const content = await answer.blob();
        return new File([content], `${kind}.${content.type.replace("image/", "")}`, { type: content.type });
    }

    /** The button of one tab. */
    class AgainButton {
        /**
         * @param {Scope} scope
         * @param {string} tab
         * @param {HTMLElement} gallery
         * @param {string} className the class of its neighbours
         */
        constructor(scope, tab, gallery, className) {
            const name = icLight.words.say(NAME);
            this.scope = scope;
            this.tab = tab;
            this.gallery = gallery;
            this.row = new icLight.rowButton.RowButton(scope, `${tab}_ic_light_again`, TORCH, name, className);
            this.element = this.row.element;
            this.turn = "";
            /** @type {Made | null} */
            this.result = null;
            this.kept = "";
            scope.on(this.row.button, "click", () => this.press());
            scope.on(document, "click", ({ target }) => {
                const ends = `#${tab}_generate, #${tab}_ic_light_again_undo`;
                if (target instanceof Element && target.closest(ends)) this.hideLine();
            });
            this.update();
        }

        /** Turn the button on or off. */
        update() {
            const { button, name } = this.row;
            icLight.reasons.explain(button, name, icLight.results.whyNot(this.tab));
        }

        /** Begin with the result that is shown. */
        async press() {
            const result = icLight.results.shown(this.tab);
            this.update();
            if (result === null) this.row.say(icLight.results.whyNot(this.tab));
            else await this.begin(result, icLight.words.say(KEPT));
        }

        /**
         * Begin: the host's paste reads the result's parameters. What it needs is made when the accordion is opened.
         * @param {Made} result
         * @param {string} kept what is said when everything is in place, in the page's language
         */
        async begin(result, kept) {
            const { scope, tab } = this;
            const { text } = result;
            Object.assign(this, { result, kept });
            const look = () => control(tab, "text")?.querySelector("textarea");
            /** @type {HTMLTextAreaElement} */
            let field;
            try {
                if (!look()) await icLight.send.open(scope, tab);
                field = await icLight.dom.appearing(scope, look);
            } catch {
                if (!scope.isOver) this.row.say(icLight.words.say(icLight.send.CLOSED));
                return;
            }
            this.turn = String(++turns);
            this.hideLine();
            icLight.dom.type(field, `${text}, IC Light again: ${this.turn}`);
            control(tab, "begin")?.click();
        }

        /**
         * Go on when everything is pasted: bring back lost pictures, and lead to the lights.
         * @param {string} found says which click it was and which slots hold other pictures now
         */
        async finish(found) {
            const { turn = "", lost = [] } = found ? JSON.parse(found) : {};
            const { result, scope, tab } = this;
            if (result === null || String(turn) !== this.turn) return;
            this.turn = "";
            const accordion = await icLight.send.open(scope, tab);
            /** @type {string[]} */
            const said = [];
            let isWhole = true;
            for (const name of lost) {
                const isBack = await this.putBack(result, name);
                isWhole &&= isBack;
                said.push(this.saidOf(name, isBack));
            }
            if (isWhole) said.push(this.kept);
            control(tab, "end")?.click();
            this.showLine(said.join(" "), isWhole);
            accordion.scrollIntoView({ block: "start", behavior: "smooth" });
            this.focusLights();
        }

        /**
         * Put a picture back into its slot.
         * @param {Made} result
         * @param {string} name the slot's
         * @returns {Promise<boolean>} whether it is there
         */
        async putBack(result, name) {
            const { scope, tab } = this;
            const isOwn = result.photograph && this.isOwn(name);
            const file = isOwn ? null : await fetched(result, name);
            if (file === null) return tab === "img2img" && name === "foreground" && this.putOwnBack(result);
            return this.putInto(await icLight.send.slotOf(scope, tab, name), file);
        }

        /**
         * Put back the host's own picture of img2img, if it is the subject there and its slot is shown.
         * @param {Made} result
         * @returns {Promise<boolean>} whether it is there
         */
        async putOwnBack(result) {
            const slot = icLight.dom.find("#img2img_image");
            if (!slot?.offsetParent || this.hasForeground()) return false;
            const file = await fetched(result, "init");
            return file !== null && this.putInto(slot, file);
        }

        /**
         * Put a file into a slot, and wait until it is seen there.
         * @param {HTMLElement} slot
         * @param {File} file
         * @returns {Promise<boolean>} whether it is there
         */
        async putInto(slot, file) {
            const { scope } = this;
            const shown = () => slot.querySelector("img")?.src ?? "";
            const before = shown();
            await icLight.slots.take(scope, slot, async () => file, "The picture could not be fetched.");
            try {
                await icLight.dom.appearing(scope, () => shown() !== "" && shown() !== before);
            } catch {
                return false;
            }
            return true;
        }

        /**
         * What became of a picture that was not there.
         * @param {string} name its slot's
         * @param {boolean} isBack
         * @returns {string} in the page's language
         */
        saidOf(name, isBack) {
            const { say } = icLight.words;
            const isOwn = this.isOwn(name);
            if (this.result?.photograph && name === "foreground") {
                return say(isBack ? OTHER_BACK : OTHER_GONE, say(isOwn ? OWN_SLOT : LABELS[name]));
            }
            if (isOwn) return say(isBack ? OWN_BACK : OWN_GONE);
            return say(isBack ? PUT_BACK : GONE, say(LABELS[name]));
        }

        /**
         * Whether the subject is the host's own picture of img2img.
         * @param {string} name the slot's
         */
        isOwn(name) {
            return this.tab === "img2img" && name === "foreground" && !this.hasForeground();
        }

        /** Whether there is a picture in the accordion's own slot. */
        hasForeground() {
            return icLight.dom.find(`#${this.tab}_ic_light_foreground img`) !== null;
        }

        /** Give the focus to the chosen light. */
        focusLights() {
            const lights = `#${this.tab}_ic_light_light input`;
            const chosen = icLight.dom.find(`${lights}:checked`) ?? icLight.dom.find(lights);
            chosen?.focus({ preventScroll: true });
        }

        /**
         * Say what was done, next to the button that takes it back.
         * @param {string} text
         * @param {boolean} isWhole whether nothing is missing
         */
        showLine(text, isWhole) {
            const row = control(this.tab, "row");
            this.hideLine();
            const properties = { className: isWhole ? "" : "wrong", attributes: { role: "status" } };
            row?.prepend(icLight.dom.make("p", properties, text));
            row?.classList.add(SAID);
        }

        /** Take the line away. */
        hideLine() {
            const row = control(this.tab, "row");
            row?.classList.remove(SAID);
            row?.querySelector("p")?.remove();
        }
    }

    /**
     * Gradio calls this when a tab's paste is done.
     * @param {string} tab
     * @param {string} found
     */
    function finish(tab, found) {
        const done = buttons.get(tab)?.finish(found);
        done?.catch((error) => console.error("IC Light:", error));
    }

    /**
     * Bring back in a tab what made something else than a result that is shown there.
     * @param {string} tab
     * @param {Made} made
     * @param {string} kept what is said when everything is in place, in the page's language
     */
    async function from(tab, made, kept) {
        await buttons.get(tab)?.begin(made, kept);
    }

    /**
     * Add the buttons that are missing, and update the others.
     * @param {Scope} scope
     */
    function mount(scope) {
        icLight.rowButton.keepOne(scope, buttons, AgainButton);
    }

    return { finish, from, mount, update: mount };
})();

/**
 * What is known of something that was made: its job and its parameters; and, where it was not made here, what asks for the
 * photograph that stands for its subject.
 * @typedef {{job: string, text: string, photograph?: () => Promise<Response>}} Made
 */
