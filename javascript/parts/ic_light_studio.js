/* The tab IC Light Studio: mixes the lights of a set. It is made when the tab is first shown. */
var icLight = window.icLight || {};

icLight.studio = (() => {
    "use strict";

    const EMPTY =
        "Shoot a light set first: choose the script “IC Light: light set” in txt2img or img2img. Or drop a set's file here.";
    const CAME = "A new set has come: %1";
    const OPEN = "Open it";
    /** @type {Studio | null} */
    let studio = null;
    /** @type {HTMLElement | null} the place that is not shown yet */
    let awaited = null;

    /** The tab's content. */
    class Studio {
        /**
         * @param {Scope} scope
         * @param {HTMLElement} root the element to put it into
         */
        constructor(scope, root) {
            this.scope = scope;
            this.root = root;
            this.wanted = "";
            /** @type {Brightness | null} that of the set whose surface was asked for */
            this.lit = null;
            this.state = new icLight.studioState.State();
            this.shelf = new icLight.studioShelf.Shelf(
                scope,
                (name) => this.open(name),
                (error) => this.fail(error),
                ({ name, mix }) => this.recall(name, mix),
                (name) => this.state.rename(name),
            );
            this.stage = new icLight.studioStage.Stage(scope, this.state, () => this.open(this.shelf.current));
            this.bar = new icLight.studioBar.Bar(scope, this.state, (isOn) => this.stage.compare(isOn));
            this.pad = new icLight.studioPad.Pad(scope, this.state);
            this.lamps = new icLight.studioLampDesk.LampDesk(scope, this.state);
            this.exposure = new icLight.studioExposure.Exposure(scope, this.state);
            this.rows = new icLight.studioRows.Rows(scope, this.state);
            this.made = new icLight.studioMade.Made(scope);
            this.timeline = new icLight.studioTimeline.Timeline(scope, this.state, this.stage);
            this.actions = new icLight.studioActions.Actions(scope, this.state, this.made, this.timeline);
            this.build();
            this.listen();
            this.fill();
            this.shelf.refresh();
        }

        /** Put the parts into the page. */
        build() {
            const { make } = icLight.dom;
            const { actions, bar, exposure, lamps, made, pad, root, rows, shelf, stage, timeline } = this;
            this.empty = make("p", { className: "ic-light-studio-empty" }, icLight.words.say(EMPTY));
            stage.element.prepend(this.empty);
            const parts = [pad, lamps, exposure, rows].map(({ element }) => element);
            this.desk = make("div", { className: "ic-light-studio-desk" }, ...parts);
            const tools = make("div", { className: "ic-light-tools" }, shelf.element, bar.element);
            this.body = make("div", { className: "ic-light-studio-body" }, stage.element, this.desk);
            root.replaceChildren(tools, this.body, timeline.element, actions.element, made.element);
            this.scope.atEnd(() => root.replaceChildren());
        }

        /** Listen for changes, keys and dropped files, and for the tab to be shown again. */
        listen() {
            const { root, scope, state } = this;
            this.fillSoon = scope.perFrame(() => this.fill());
            state.listen(() => {
                this.stage.drawSoon();
                this.fillSoon?.();
                this.light();
            });
            scope.on(root, "keydown", (event) => this.key(event));
            scope.on(root, "dragover", (event) => this.over(event));
            scope.on(root, "dragleave", (event) => root.contains(event.relatedTarget) || this.mark(false));
            scope.on(root, "drop", (event) => this.drop(event));
            let isShown = true;
            const shown = () => {
                const isNow = root.offsetParent !== null;
                if (isNow && !isShown) this.lookAgain();
                isShown = isNow;
            };
            scope.holds(new ResizeObserver(shown)).observe(root);
        }

        /** Look for sets again. One that has come is shown, unless this would end what is being made of another. */
        async lookAgain() {
            const came = await this.shelf.refresh();
            if (came === "" || this.scope.isOver) return;
            const { history } = this.state;
            const isInUse = history.has(-1) || history.has(1) || this.actions.isBusy || !this.made.isEmpty;
            const { say } = icLight.words;
            if (isInUse) this.made.offer(say(CAME, came), say(OPEN), () => this.open(came));
            else this.open(came);
        }

        /**
         * Show a set.
         * @param {string} name "" for none
         */
        async open(name) {
            this.wanted = name;
            this.shelf.mark(name);
            try {
                if (name === "") {
                    this.state.close();
                    return;
                }
                const { set, preview } = await icLight.studioServer.open(name);
                const photograph = await icLight.studioPreview.photographOf(preview);
                if (this.scope.isOver || this.wanted !== name) return;
                this.stage.take(preview, photograph);
                this.rows.build(set, icLight.studioPreview.thumbnails(preview));
                const picture = icLight.studioPreview.padPicture(preview);
                for (const part of [this.pad, this.lamps]) part.build(set, picture);
                this.state.open(set, preview.brightness);
                this.fill(true);
                this.made.say("");
            } catch (error) {
                if (this.scope.isOver || this.wanted !== name) return;
                this.stay();
                this.fail(error);
                if (error instanceof icLight.studioServer.Refused && error.isUnusable) this.offerToDelete(name);
            }
        }

        /**
         * A set that cannot be opened cannot be chosen to be deleted either: offer that beside the reason.
         * @param {string} name
         */
        offerToDelete(name) {
            const act = () => this.shelf.remove(name);
            this.made.add(icLight.words.say("Delete the light set"), act);
        }

        /** Go on with the set that is shown, if there is one. */
        stay() {
            if (this.state.set === null) return;
            this.wanted = this.state.set.name;
            this.shelf.mark(this.wanted);
        }

        /** As soon as there are lamps, fetch what they need of the set. */
        async light() {
            const { brightness, mix, set } = this.state;
            if (set === null || mix.lamps.length === 0 || this.lit === brightness) return;
            this.lit = brightness;
            try {
                const surface = await icLight.studioServer.surface(set.name);
                if (this.scope.isOver || this.state.brightness !== brightness) return;
                this.stage.takeSurface(surface);
                brightness.samples = surface.samples;
                this.state.tell();
            } catch (error) {
                // The next change asks again.
                if (this.lit === brightness) this.lit = null;
                this.fail(error);
            }
        }

        /**
         * Show a set in the mix that a picture shows.
         * @param {string} name "" if the picture does not say: then it is the set that is shown
         * @param {PlainMix} mix
         */
        async recall(name, mix) {
            if (name !== "" && name !== this.state.set?.name) await this.open(name);
            const { set } = this.state;
            if (set === null || (name !== "" && set.name !== name)) return;
            this.state.replace(icLight.studioTold.mixOf(set, mix));
            this.made.say("");
        }

        /**
         * Say what went wrong.
         * @param {unknown} error
         */
        fail(error) {
            if (this.scope.isOver) return;
            console.error("IC Light:", error);
            this.made.say(error instanceof Error ? error.message : String(error), true);
        }

        /**
         * Show the state beside the canvas.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        fill(isForced = false) {
            const isEmpty = this.state.set === null;
            if (this.empty) this.empty.hidden = !isEmpty;
            if (this.desk) this.desk.hidden = isEmpty;
            for (const { element } of [this.timeline, this.actions]) element.hidden = isEmpty;
            this.stage.frame.hidden = isEmpty;
            for (const part of [this.bar, this.actions]) part.fill();
            if (isEmpty) return;
            for (const part of [this.pad, this.lamps, this.exposure, this.rows]) part.fill(isForced);
        }

        /**
         * Undo and redo, wherever the focus is in the studio.
         * @param {KeyboardEvent} event
         */
        key(event) {
            icLight.dom.goByKey(event, (way) => {
                this.state.go(way);
                this.fill(true);
            });
        }

        // Files

        /** @param {DragEvent} event */
        over(event) {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            event.dataTransfer.dropEffect = "copy";
            this.mark(true);
        }

        /**
         * Show whether a file that is dragged here would be taken.
         * @param {boolean} isOver
         */
        mark(isOver) {
            this.root.classList.toggle("ic-light-over", isOver);
        }

        /** @param {DragEvent} event */
        async drop(event) {
            const files = [...(event.dataTransfer?.files ?? [])];
            this.mark(false);
            if (files.length === 0) return;
            event.preventDefault();
            event.stopPropagation();
            for (const file of files) await this.shelf.take(file);
        }
    }

    /**
     * Make the studio as soon as its tab is shown.
     * @param {Scope} scope
     */
    function mount(scope) {
        const root = icLight.dom.find("#ic_light_studio_place .ic-light-studio");
        if (studio && !studio.root.isConnected) studio.scope.dispose();
        if (!root || studio || awaited === root) return;
        awaited = root;
        const place = /** @type {HTMLElement} */ (root.parentElement);
        const waiting = scope.inner();
        const make = () => {
            if (place.offsetParent === null) return;
            waiting.dispose();
            const inner = scope.inner();
            inner.atEnd(() => (studio = null));
            studio = new Studio(inner, root);
        };
        waiting.atEnd(() => (awaited = null));
        // Its size is zero until then.
        waiting.holds(new ResizeObserver(make)).observe(place);
        make();
    }

    return { mount, now: () => studio, update: mount };
})();
