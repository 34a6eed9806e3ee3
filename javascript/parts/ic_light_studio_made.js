/* What came of the studio's last action: a picture or a film, to be looked at, saved and sent on. */
var icLight = window.icLight || {};

icLight.studioMade = (() => {
    "use strict";

    const SHOWN = ["png", "webp", "gif"];

    /** The place where results are shown; a new one takes the place of the last. */
    class Made {
        /** @param {Scope} scope */
        constructor(scope) {
            const { make } = icLight.dom;
            this.scope = scope;
            this.address = "";
            this.line = make("p", { className: "ic-light-studio-line", attributes: { role: "status" } });
            this.view = make("div", { className: "ic-light-studio-view" });
            this.element = make("div", { className: "ic-light-studio-made" }, this.line, this.view);
            scope.atEnd(() => this.clear());
        }

        /**
         * Say something, and show nothing.
         * @param {string} text in the page's language
         * @param {boolean} [isWrong]
         */
        say(text, isWrong = false) {
            this.clear();
            this.line.textContent = text;
            this.line.classList.toggle("ic-light-wrong", isWrong);
        }

        /** Whether no result is shown. */
        get isEmpty() {
            return this.view.childElementCount === 0;
        }

        /**
         * Say something, with a button; the result stays.
         * @param {string} text in the page's language
         * @param {string} name the button's, in the page's language
         * @param {() => void} act
         */
        offer(text, name, act) {
            this.line.classList.remove("ic-light-wrong");
            this.line.replaceChildren(text);
            this.add(name, act);
        }

        /**
         * Put a button behind what is said.
         * @param {string} name in the page's language
         * @param {() => void} act
         */
        add(name, act) {
            const button = icLight.dom.make("button", { type: "button" }, name);
            this.scope.on(button, "click", act);
            this.line.append(" ", button);
        }

        /** Show nothing. */
        clear() {
            if (this.address) URL.revokeObjectURL(this.address);
            this.address = "";
            this.view.replaceChildren();
        }

        /**
         * Show a picture that the server has saved.
         * @param {string} address
         * @param {string} text in the page's language
         */
        showSaved(address, text) {
            this.say(text);
            const image = icLight.dom.make("img", { src: address, alt: icLight.words.say("The developed picture") });
            const opens = { href: address, target: "_blank", rel: "noopener" };
            this.view.append(icLight.dom.make("a", opens, image));
        }

        /**
         * Show a file, and a link that saves it.
         * @param {Blob} content
         * @param {string} name the file's
         */
        showFile(content, name) {
            const { make } = icLight.dom;
            this.say("");
            this.address = URL.createObjectURL(content);
            const kind = name.split(".").pop() ?? "";
            if (SHOWN.includes(kind)) this.view.append(make("img", { src: this.address, alt: name }));
            if (kind === "mp4") {
                const ofVideo = { src: this.address, autoplay: true, loop: true, muted: true, playsInline: true };
                this.view.append(make("video", ofVideo));
            }
            const saves = { href: this.address, download: name, className: "ic-light-studio-save" };
            this.view.append(make("a", saves, icLight.words.say("Save %1", name)));
        }
    }

    return { Made };
})();
