/*
 * Before / after: a button below the results that lays the photograph as it was, or the painting, over the relit picture
 * in the gallery. Until it is pressed nothing is fetched, drawn or observed.
 */
var icLight = window.icLight || {};

icLight.wipe = (() => {
    "use strict";

    const FAILED = "What this result is compared with could not be fetched.";
    const HALF_MOON = "\u{1F317}";
    const MOST_APART = 0.03;
    /** @type {Map<string, WipeButton>} */
    const buttons = new Map();

    /**
     * Fetch what a result is compared with.
     * @param {Result} result
     * @param {Kind} kind
     * @param {AbortSignal} signal
     * @returns {Promise<string>} the address of the picture in this page
     */
    async function fetched(result, kind, signal) {
        const { image } = result;
        const answer = await icLight.results.kept(result, kind, signal);
        if (!answer.ok) {
            const { detail } = await answer.json().catch(() => ({}));
            throw new Error(detail ? icLight.words.said(String(detail)) : icLight.words.say(FAILED));
        }
        const address = URL.createObjectURL(await answer.blob());
        const picture = new Image();
        picture.src = address;
        await picture.decode();
        const proportions = (/** @type {HTMLImageElement} */ one) => one.naturalWidth / one.naturalHeight;
        if (image.naturalWidth > 0 && Math.abs(proportions(picture) / proportions(image) - 1) > MOST_APART) {
            URL.revokeObjectURL(address);
            throw new Error(icLight.words.say(FAILED));
        }
        return address;
    }

    /** One comparison, from the press of the button to its end. */
    class Comparison {
        /**
         * @param {Scope} scope disposing of it ends the comparison
         * @param {string} tab
         * @param {HTMLElement} gallery
         * @param {() => void} ready called whenever another picture has appeared
         * @param {(reason: string) => void} fail called when there is nothing to compare with
         */
        constructor(scope, tab, gallery, ready, fail) {
            this.scope = scope;
            this.tab = tab;
            this.gallery = gallery;
            this.ready = ready;
            this.fail = fail;
            /** @type {Kind} */
            this.kind = "before";
            /** @type {Map<string, Promise<string>>} */
            this.addresses = new Map();
            this.wanted = "";
            this.text = "";
            this.view = new icLight.wipeView.View(scope, gallery, (kind) => this.choose(kind));
            this.follow = scope.perFrame(() => this.update());
            this.observe();
            scope.atEnd(() => this.forget());
            this.update();
        }

        /** Notice everything that may move or change the picture. */
        observe() {
            const { follow, gallery, scope, view } = this;
            const isOurs = (/** @type {MutationRecord} */ { target }) => view.element.contains(target);
            const changes = scope.holds(new MutationObserver((all) => all.every(isOurs) || follow()));
            const attributeFilter = ["class", "src", "style"];
            changes.observe(gallery, { attributeFilter, childList: true, subtree: true });
            this.sizes = scope.holds(new ResizeObserver(follow));
            this.sizes.observe(gallery);
            scope.on(gallery, "load", follow, { capture: true });
            scope.on(window, "resize", follow);
            scope.on(document, ["fullscreenchange", "transitionend"], follow);
        }

        /** Lie over the picture that is shown now, or over none. */
        update() {
            const result = icLight.results.shown(this.tab);
            if (result === null || result.image.getBoundingClientRect().width === 0) {
                this.wanted = "";
                this.view.hide();
                return;
            }
            this.sizes?.observe(result.image);
            this.view.cover(result.image);
            const kind = result.hasPainting ? this.kind : "before";
            const wanted = `${kind} ${result.job} ${result.text}`;
            if (wanted !== this.wanted) this.load(result, kind, wanted);
        }

        /**
         * Show what a result is compared with, as soon as it is here and if it is still wanted.
         * @param {Result} result
         * @param {Kind} kind
         * @param {string} wanted identifies both
         */
        async load(result, kind, wanted) {
            const { addresses, scope, view } = this;
            this.wanted = wanted;
            // Of the same result, one picture stays until the other is here.
            if (this.text !== result.text) view.hide();
            this.text = result.text;
            const known = addresses.get(wanted) ?? fetched(result, kind, scope.controller.signal);
            addresses.set(wanted, known);
            try {
                const address = await known;
                if (this.wanted !== wanted || scope.isOver) return;
                view.show(address, kind, result.hasPainting);
                view.cover(result.image);
                this.ready();
            } catch (error) {
                addresses.delete(wanted);
                if (this.wanted !== wanted || scope.isOver) return;
                // The browser's own errors, which have other names, are not in the page's language.
                const isOurs = error instanceof Error && error.name === "Error";
                this.fail(isOurs ? error.message : icLight.words.say(FAILED));
            }
        }

        /**
         * Compare with the other picture.
         * @param {Kind} kind
         */
        choose(kind) {
            this.kind = kind;
            this.update();
        }

        /** Release the pictures. */
        forget() {
            for (const known of this.addresses.values()) known.then(URL.revokeObjectURL, () => {});
        }
    }

    /** The button of one tab. It is there while the gallery shows a relit picture. */
    class WipeButton {
        /**
         * @param {Scope} scope
         * @param {string} tab
         * @param {HTMLElement} gallery
         * @param {string} className the class of its neighbours
         */
        constructor(scope, tab, gallery, className) {
            const name = icLight.words.say("Before / after");
            const pressed = { "aria-pressed": "false" };
            const id = `${tab}_ic_light_wipe`;
            this.row = new icLight.rowButton.RowButton(scope, id, HALF_MOON, name, className, pressed);
            this.button = this.row.button;
            this.element = this.row.element;
            this.scope = scope;
            this.tab = tab;
            this.gallery = gallery;
            /** @type {Scope | null} */
            this.running = null;
            /** @type {Comparison | null} */
            this.comparison = null;
            scope.on(this.button, "click", () => (this.running ? this.end() : this.begin()));
            this.update();
        }

        /** Show or hide the button; a running comparison follows the gallery. */
        update() {
            this.comparison?.follow();
            this.element.hidden = this.running === null && icLight.results.shown(this.tab) === null;
        }

        /** Begin to compare. */
        begin() {
            this.row.say("");
            const running = this.scope.inner();
            this.running = running;
            this.button.setAttribute("aria-pressed", "true");
            running.atEnd(() => {
                this.running = this.comparison = null;
                this.button.setAttribute("aria-pressed", "false");
            });
            running.on(window, "keydown", (event) => this.key(event), { capture: true });
            const fail = (/** @type {string} */ reason) => {
                this.end();
                this.row.say(reason);
            };
            this.comparison = new Comparison(running, this.tab, this.gallery, () => this.takeFocus(), fail);
        }

        /** Give the focus to the handle, unless the user has put it elsewhere. */
        takeFocus() {
            const { activeElement, body } = document;
            if (![body, this.button, null].includes(/** @type {HTMLButtonElement | null} */ (activeElement))) return;
            this.comparison?.view.handle.focus({ preventScroll: true });
        }

        /** End the comparison. */
        end() {
            const isInside = this.comparison?.view.element.contains(document.activeElement);
            this.running?.dispose();
            if (isInside) this.button.focus({ preventScroll: true });
            this.update();
        }

        /**
         * Escape ends the comparison, unless it is meant for something else.
         * @param {KeyboardEvent} event
         */
        key(event) {
            if (event.key !== "Escape") return;
            const target = /** @type {Node} */ (event.target);
            if (![document.body, document.documentElement].includes(/** @type {HTMLElement} */ (target))) {
                if (!this.gallery.contains(target) && !this.element.contains(target)) return;
            }
            event.preventDefault();
            event.stopPropagation();
            this.end();
        }
    }

    /**
     * Add the buttons that are missing, and update the others.
     * @param {Scope} scope
     */
    function mount(scope) {
        icLight.rowButton.keepOne(scope, buttons, WipeButton);
    }

    return { mount, update: mount };
})();
