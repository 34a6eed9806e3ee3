/* DOM helpers: finding, making and awaiting elements, and listeners that can all be removed again. */
var icLight = window.icLight || {};

icLight.dom = (() => {
    "use strict";

    const SVG = "http://www.w3.org/2000/svg";
    const PATIENCE_MS = 10_000;

    /** Owns listeners, observers and timers. Disposing of a scope removes all of them, and disposes of inner scopes. */
    class Scope {
        constructor() {
            this.controller = new AbortController();
        }

        /**
         * A scope that is disposed of with this one, if not earlier.
         * @returns {Scope}
         */
        inner() {
            const scope = new Scope();
            this.atEnd(() => scope.dispose(), scope);
            return scope;
        }

        /**
         * Listen until the scope is disposed of.
         * @param {EventTarget} target
         * @param {string | string[]} types
         * @param {(event: any) => void} listener
         * @param {AddEventListenerOptions} [options]
         */
        on(target, types, listener, options = {}) {
            for (const type of [types].flat()) {
                target.addEventListener(type, listener, { ...options, signal: this.controller.signal });
            }
        }

        /**
         * Disconnect an observer when the scope is disposed of.
         * @template {{disconnect(): void}} T
         * @param {T} observer
         * @returns {T}
         */
        holds(observer) {
            this.atEnd(() => observer.disconnect());
            return observer;
        }

        /**
         * Call a function when the scope is disposed of, unless another scope was disposed of before.
         * @param {() => void} action
         * @param {Scope | null} [unless]
         */
        atEnd(action, unless = null) {
            const signal = unless?.controller.signal;
            this.controller.signal.addEventListener("abort", action, { once: true, signal });
        }

        /**
         * Throttle a function: it runs in the next animation frame, once, however often it is called until then.
         * @param {() => void} action
         * @returns {() => void}
         */
        perFrame(action) {
            let frame = 0;
            this.atEnd(() => cancelAnimationFrame(frame));
            return () => {
                if (frame !== 0 || this.isOver) return;
                frame = requestAnimationFrame(() => {
                    frame = 0;
                    action();
                });
            };
        }

        /**
         * Debounce a function: it runs after a pause; another call restarts the pause.
         * @param {() => void} action
         * @param {number} pause in milliseconds
         * @returns {() => void}
         */
        afterPause(action, pause) {
            let timer = 0;
            this.atEnd(() => clearTimeout(timer));
            return () => {
                clearTimeout(timer);
                if (!this.isOver) timer = setTimeout(action, pause);
            };
        }

        /** Whether the scope has been disposed of. */
        get isOver() {
            return this.controller.signal.aborted;
        }

        /** Remove everything; calling it again does nothing. */
        dispose() {
            this.controller.abort();
        }
    }

    /**
     * The first element of the page that a selector matches.
     * @param {string} selector
     * @returns {HTMLElement | null}
     */
    function find(selector) {
        return gradioApp().querySelector(selector);
    }

    /**
     * All elements that a selector matches.
     * @param {string} selector
     * @param {ParentNode | null} [within] where to look, by default the whole page; in null nothing is found
     * @returns {HTMLElement[]}
     */
    function findAll(selector, within = gradioApp()) {
        return within ? Array.from(within.querySelectorAll(selector)) : [];
    }

    /**
     * Make an element.
     * @template {keyof HTMLElementTagNameMap} K
     * @param {K} tag
     * @param {Record<string, any>} [properties] those of the element; `attributes` holds attributes by name
     * @param {...(Node | string)} children
     * @returns {HTMLElementTagNameMap[K]}
     */
    function make(tag, { attributes = {}, ...properties } = {}, ...children) {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
        Object.assign(element, properties);
        element.append(...children);
        return element;
    }

    /**
     * Make an icon from one path in a 24 x 24 view box.
     * @param {string} d the path
     * @returns {SVGSVGElement}
     */
    function icon(d) {
        const svg = document.createElementNS(SVG, "svg");
        const path = document.createElementNS(SVG, "path");
        svg.setAttribute("viewBox", "0 0 24 24");
        svg.setAttribute("aria-hidden", "true");
        path.setAttribute("d", d);
        svg.append(path);
        return svg;
    }

    /**
     * Tell the style sheet how far a slider is filled.
     * @param {HTMLInputElement} slider
     */
    function showFill(slider) {
        const [low, high] = [parseFloat(slider.min), parseFloat(slider.max)];
        const share = (parseFloat(slider.value) - low) / (high - low);
        slider.style.setProperty("--ic-light-fill", `${100 * share}%`);
    }

    /**
     * Set a field's value as if it had been typed, so that gradio notices.
     * @param {HTMLInputElement | HTMLTextAreaElement} field
     * @param {string} value
     */
    function type(field, value) {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    /**
     * Wait until a function finds something.
     * @template T
     * @param {Scope} scope disposing of it ends the wait
     * @param {() => T} look called whenever the page changes
     * @returns {Promise<NonNullable<T>>} rejected if nothing is found within ten seconds
     */
    function appearing(scope, look) {
        const waiting = scope.inner();
        return new Promise((resolve, reject) => {
            const check = () => {
                const found = look();
                if (!found) return;
                resolve(found);
                waiting.dispose();
            };
            waiting.atEnd(() => reject(new Error("the page did not answer")));
            waiting.afterPause(() => waiting.dispose(), PATIENCE_MS)();
            const watcher = waiting.holds(new MutationObserver(check));
            watcher.observe(document.body, { childList: true, subtree: true, attributes: true });
            check();
        });
    }

    /**
     * Make a button with an icon, which a title and a screen reader name.
     * @param {Scope} scope
     * @param {string} name what it is called in the page's code
     * @param {string} path of its icon
     * @param {string} title in the page's language
     * @param {() => void} act called when it is pressed
     * @returns {HTMLButtonElement}
     */
    function tool(scope, name, path, title, act) {
        const attributes = { "aria-label": title, "data-tool": name };
        const button = make("button", { type: "button", className: "ic-light-tool", title, attributes }, icon(path));
        scope.on(button, "click", act);
        return button;
    }

    /**
     * The way through the history that a key asks for.
     * @param {KeyboardEvent} event
     * @returns {number} -1 for undo, 1 for redo, 0 for another key
     */
    function wayInHistory({ altKey, ctrlKey, key, metaKey, shiftKey }) {
        if (!(ctrlKey || metaKey) || altKey) return 0;
        const name = key.toLowerCase();
        if (name === "z" && !shiftKey) return -1;
        return name === "z" || name === "y" ? 1 : 0;
    }

    /**
     * Undo or redo if a key asks for it.
     * @param {KeyboardEvent} event
     * @param {(way: number) => void} go takes the way, as {@link wayInHistory} returns it
     */
    function goByKey(event, go) {
        const way = wayInHistory(event);
        if (way === 0) return;
        go(way);
        event.preventDefault();
        event.stopPropagation();
    }

    return { Scope, appearing, find, findAll, goByKey, icon, make, showFill, tool, type };
})();
