/* The light editors of the two tabs: assembles them and keeps them in sync with the page. */
var icLight = window.icLight || {};

icLight.editor = (() => {
    "use strict";

    const TABS = ["txt2img", "img2img"];
    const FILL_MS = 250;
    const LABEL = "Light editor. Tab goes from light to light, arrows move, Delete removes.";
    /** @type {Map<string, Editor>} */
    const editors = new Map();
    /** @type {Map<string, HTMLElement>} the places that are not shown yet, by tab */
    const awaited = new Map();

    /** One tab's editor. */
    class Editor {
        /**
         * @param {Scope} scope
         * @param {string} tab
         * @param {HTMLElement} root the element to put it into
         */
        constructor(scope, tab, root) {
            const id = `${tab}_ic_light_editor_status`;
            const attributes = { role: "application", "aria-label": icLight.words.say(LABEL), "aria-describedby": id };
            this.scope = scope;
            this.root = root;
            this.seen = "";
            this.look = "";
            this.isFollowing = false;
            this.isUnwritten = false; // whether a drag has changed what the page does not have yet
            this.page = new icLight.page.Page(scope, tab, () => this.view.drawSoon());
            this.state = new icLight.state.State();
            this.canvas = icLight.dom.make("canvas", { className: "ic-light-canvas", tabIndex: 0, attributes });
            this.stage = new icLight.stage.Stage(this.canvas, this.state, this.page);
            this.view = new icLight.view.View(scope, this.stage);
            this.toolbar = new icLight.toolbar.Toolbar(scope, this.stage);
            this.form = new icLight.form.Form(scope, this.stage);
            this.status = new icLight.status.Status(scope, this.stage, id);
            this.pointer = new icLight.pointer.Pointer(scope, this.stage, () => this.letGo());
            this.showSoon = scope.perFrame(() => this.showDragged());
            this.followSoon = scope.perFrame(() => this.follow());
            this.fillLater = scope.afterPause(() => this.fill(), FILL_MS);
            this.build();
            this.listen();
            this.follow(true);
            this.state.history.begin(this.state.snapshot());
        }

        /** Put the parts into the page. */
        build() {
            const { make } = icLight.dom;
            const stage = make("div", { className: "ic-light-stage" }, this.canvas, this.view.makeBlend(this.scope));
            const body = make("div", { className: "ic-light-body" }, stage, this.form.element);
            this.form.element.append(this.status.line);
            this.root.replaceChildren(this.toolbar.element, body, this.status.live);
            this.scope.atEnd(() => this.root.replaceChildren());
        }

        /** Listen to the parts, and to everything on the page that an editor shows. */
        listen() {
            const { scope, stage } = this;
            new icLight.keys.Keys(scope, stage);
            this.state.listen(() => this.changed());
            scope.on(this.root, "keydown", (event) => this.key(event));
            icLight.changes.watch(scope, this, this.followSoon);
        }

        // Keeping in sync

        /** Whether the editor is visible. */
        get isShown() {
            return this.canvas.offsetParent !== null;
        }

        /**
         * Take over the page's values if they have changed.
         * @param {boolean} [isHidden] whether to do so even if the editor is not visible
         */
        follow(isHidden = false) {
            if (!isHidden && !this.isShown) return;
            const now = this.page.read();
            const key = JSON.stringify(now);
            if (key !== this.seen) {
                this.seen = key;
                this.isFollowing = true;
                this.state.follow(now);
                this.isFollowing = false;
                // Otherwise the page would say "editor" or "placed" without a drawing.
                if (now.light === "editor" && !now.text) this.fillLater();
                if (now.placement === "placed" && !now.placedText) this.fillLater();
            }
            this.lookAround();
        }

        /** Write the editor's state to the page, unless the server's values have arrived in the meantime. */
        fill() {
            if (JSON.stringify(this.page.read()) === this.seen) this.write();
        }

        /** Redraw if a size, a picture or the theme has changed. */
        lookAround() {
            const { page } = this;
            const isDark = document.body.classList.contains("dark");
            const pictures = Object.values(page.pictures.addresses()).map(icLight.pictures.brief);
            const box = [this.canvas.clientWidth, this.canvas.clientHeight, window.devicePixelRatio];
            const look = JSON.stringify([page.size(), page.strength(), page.isFlipped(), box, pictures, isDark]);
            if (look === this.look) return;
            this.look = look;
            this.view.readTheme();
            page.pictures.cutout.explain();
            this.show();
        }

        /**
         * After a change of state: write it to the page, unless it came from there. During a drag it is shown once a frame,
         * and written when the drag has ended: the web UI takes longer over a text than a frame lasts.
         */
        changed() {
            if (this.pointer.drag !== null && !this.isFollowing) {
                this.isUnwritten = true;
                this.showSoon();
                return;
            }
            if (!this.isFollowing) this.write();
            this.show();
        }

        /** After a drag. */
        letGo() {
            if (this.isUnwritten) this.write();
            this.show();
            this.status.speak();
        }

        /** Write the editor's state to the page. */
        write() {
            this.isUnwritten = false;
            this.page.write(this.state);
            this.seen = JSON.stringify(this.page.read());
        }

        /**
         * Show the current state.
         * @param {boolean} [isForced] whether to overwrite even a number that is being typed
         */
        show(isForced = false) {
            this.stage.layout();
            this.view.drawSoon();
            this.showValues(isForced);
        }

        /** Show the state in the middle of a drag, for which everything around it stays as it was. */
        showDragged() {
            this.view.draw();
            this.showValues();
        }

        /**
         * Show the current state beside the canvas.
         * @param {boolean} [isForced]
         */
        showValues(isForced = false) {
            this.toolbar.update();
            this.form.update(isForced);
            this.status.update();
        }

        /**
         * Undo and redo, wherever the focus is in the editor.
         * @param {KeyboardEvent} event
         */
        key(event) {
            icLight.dom.goByKey(event, (way) => {
                this.state.go(way);
                this.show(true);
            });
        }
    }

    /**
     * Make a tab's editor as soon as its place is shown: nothing is made for an accordion that stays closed.
     * @param {Scope} scope
     * @param {string} tab
     * @param {HTMLElement} root the empty container
     */
    function makeOnceShown(scope, tab, root) {
        const place = /** @type {HTMLElement} */ (root.parentElement);
        const waiting = scope.inner();
        const make = () => {
            if (place.offsetParent === null) return;
            waiting.dispose();
            const inner = scope.inner();
            inner.atEnd(() => editors.delete(tab));
            editors.set(tab, new Editor(inner, tab, root));
        };
        awaited.set(tab, root);
        waiting.atEnd(() => awaited.delete(tab));
        // Its size is zero until then.
        waiting.holds(new ResizeObserver(make)).observe(place);
        make();
    }

    /**
     * Make the editors whose containers are in the page, and update existing ones.
     * @param {Scope} scope
     */
    function mount(scope) {
        for (const tab of TABS) {
            const editor = editors.get(tab);
            if (editor && !editor.root.isConnected) editor.scope.dispose();
            else editor?.followSoon();
            const root = icLight.dom.find(`#${tab}_ic_light_editor .ic-light-editor`);
            if (root && !editors.has(tab) && awaited.get(tab) !== root) makeOnceShown(scope, tab, root);
        }
    }

    return {
        mount,
        update: mount,
        /**
         * The editor of "txt2img" or "img2img".
         * @param {string} tab
         */
        of: (tab) => editors.get(tab),
        /**
         * Called by the page's controls when their values change, even if the server changed them.
         * @param {string} tab
         */
        follow: (tab) => editors.get(tab)?.followSoon(),
    };
})();
