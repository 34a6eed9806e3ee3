/*
 * The subject's cut-out that the page knows of, from the preview or from a run: it stands for the picture that it was made
 * of, as long as that is the subject and would be cut out with the same settings.
 */
var icLight = window.icLight || {};

icLight.cutout = (() => {
    "use strict";

    // As SubjectPanel.PREVIEWED in lib_iclight/ui/subject_panel.py.
    const SETTINGS = [
        ...["remove_background", "matting_model", "alpha_matting"],
        ...["matte_threshold", "matte_shrink", "matte_feather", "decontaminate"],
    ];
    const NOTHING = "There is nothing to cut out yet.";
    /** @type {Record<string, string>} what to do about it, by tab */
    const REMEDIES = {
        txt2img: "Drop a picture of the subject into Foreground.",
        img2img: "Drop a picture into Foreground, or give img2img one.",
    };

    /** A place on the page where the server shows a cut-out, and what the one there was made of. */
    class Place {
        /**
         * @param {() => HTMLElement | null} find
         */
        constructor(find) {
            this.find = find;
            /** @type {string | null} what the cut-out that is being made is made of */
            this.asked = null;
            /** @type {string | null} what the one that is there was made of */
            this.madeOf = null;
            /** @type {Element | null} the answer that is there: a cut-out, or why there is none */
            this.answer = null;
        }

        /**
         * The cut-out there if it was made of this, otherwise null.
         * @param {string} key
         * @returns {string | null}
         */
        made(key) {
            const answer = this.find();
            // gradio keeps an answer's element until the next answer.
            if (answer !== this.answer) Object.assign(this, { answer, madeOf: this.asked ?? key, asked: null });
            const [shown] = icLight.dom.findAll("figure:last-of-type img[src]", answer);
            return shown instanceof HTMLImageElement && this.madeOf === key ? shown.src : null;
        }
    }

    /** Follows the cut-outs in a tab. */
    class Cutout {
        /**
         * @param {Scope} scope
         * @param {Page} page
         */
        constructor(scope, page) {
            this.page = page;
            /** @type {string | null} the picture that would be cut out */
            this.picture = null;
            this.previewed = new Place(() => page.own("cutout", "[data-answer]"));
            this.ofRun = new Place(() => page.own("run_cutout", "[data-answer]"));
            const button = page.own("preview");
            if (button) scope.on(button, "click", () => (this.previewed.asked ??= this.key()), { capture: true });
            const log = icLight.dom.find(`#html_log_${page.tab}`);
            const watcher = scope.holds(new MutationObserver(() => this.askForRuns()));
            if (log) watcher.observe(log, { childList: true, subtree: true });
        }

        /**
         * Everything that shapes a cut-out of the current picture.
         * @returns {string}
         */
        key() {
            return JSON.stringify([
                icLight.pictures.brief(this.picture),
                ...SETTINGS.map((name) => this.page.values(name)),
            ]);
        }

        /**
         * The cut-out of a picture, null if none is known.
         * @param {string | null} picture
         * @returns {string | null}
         */
        of(picture) {
            this.picture = picture;
            const key = this.key();
            const made = [this.previewed, this.ofRun].map((place) => place.made(key));
            return picture === null ? null : (made.find(Boolean) ?? null);
        }

        /** After a run, ask for the cut-out that it has made, unless one is known. */
        askForRuns() {
            if (this.picture === null || this.of(this.picture) !== null) return;
            this.ofRun.asked = this.key();
            this.page.own("show_run_cutout")?.click();
        }

        /** Say of the preview's button why it has nothing to show. */
        explain() {
            const button = this.page.own("preview");
            const isKnown = this.picture !== null || icLight.initPicture.isAny(this.page.field("init")?.value ?? "");
            const [what, remedy] = [NOTHING, REMEDIES[this.page.tab]].map((text) => icLight.words.say(text));
            if (button) icLight.reasons.explain(button, isKnown ? "" : what, isKnown ? "" : remedy);
        }
    }

    return { Cutout };
})();
