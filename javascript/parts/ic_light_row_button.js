/* A button in the host's row below the results: styled like its neighbours, and able to say why it does nothing. */
var icLight = window.icLight || {};

icLight.rowButton = (() => {
    "use strict";

    const LEFTWARDS = "ic-light-leftwards";
    // Gradio needs a moment to show the picture that was clicked on.
    const PAUSE_MS = 50;

    /**
     * Keep what opens above a button inside the window.
     * @param {HTMLElement} box
     */
    function keepInside(box) {
        box.classList.remove(LEFTWARDS);
        box.classList.toggle(LEFTWARDS, box.getBoundingClientRect().right > window.innerWidth);
    }

    /** The button, and a box above it for a reason. */
    class RowButton {
        /**
         * @param {Scope} scope disposing of it removes the button
         * @param {string} id
         * @param {string} symbol
         * @param {string} name in the page's language
         * @param {string} className the class of its neighbours
         * @param {Record<string, unknown>} [attributes]
         */
        constructor(scope, id, symbol, name, className, attributes = {}) {
            const { make } = icLight.dom;
            const all = { "aria-label": name, ...attributes };
            this.name = name;
            this.button = make("button", { type: "button", id, className, title: name, attributes: all }, symbol);
            const alert = { role: "alert" };
            const ofReason = { className: "ic-light-menu ic-light-reason", hidden: true, attributes: alert };
            this.reason = make("div", ofReason);
            this.element = make("div", { className: "ic-light-send" }, this.button, this.reason);
            scope.on(this.element, "focusout", () => this.say(""));
            scope.on(this.element, "keydown", (event) => this.key(event));
            scope.atEnd(() => this.element.remove());
        }

        /**
         * Say why there is nothing to do; "" takes it back.
         * @param {string} reason
         */
        say(reason) {
            this.reason.hidden = reason === "";
            this.reason.replaceChildren(...(reason ? [icLight.dom.make("p", {}, reason)] : []));
            keepInside(this.reason);
        }

        /**
         * Escape takes the reason back.
         * @param {KeyboardEvent} event
         */
        key(event) {
            if (event.key !== "Escape" || this.reason.hidden) return;
            event.stopPropagation();
            this.say("");
        }
    }

    /**
     * Keep a button below the results of each tab: add those that are missing, and update the others.
     * @template {Kept} T
     * @param {Scope} scope
     * @param {Map<string, T>} buttons by tab
     * @param {new (scope: Scope, tab: string, gallery: HTMLElement, className: string) => T} Button
     */
    function keepOne(scope, buttons, Button) {
        const { find } = icLight.dom;
        for (const tab of ["txt2img", "img2img"]) {
            const [row, gallery] = [find(`#image_buttons_${tab}`), find(`#${tab}_gallery`)];
            if (!row || !gallery || !find(`#${tab}_ic_light_enabled`)) continue;
            const known = buttons.get(tab);
            if (known?.element.isConnected && known.gallery === gallery) {
                known.update();
                continue;
            }
            known?.scope.dispose();
            const own = scope.inner();
            const button = new Button(own, tab, gallery, row.querySelector("button")?.className ?? "");
            buttons.set(tab, button);
            own.atEnd(() => buttons.delete(tab));
            // What the gallery shows now may be another picture.
            const later = own.afterPause(() => button.update(), PAUSE_MS);
            own.on(gallery, ["click", "keydown"], later);
            row.append(button.element);
        }
    }

    return { RowButton, keepInside, keepOne };
})();

/** @typedef {{scope: Scope, gallery: HTMLElement, element: HTMLElement, update(): void}} Kept */
