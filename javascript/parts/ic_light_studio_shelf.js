/* The studio's sets: a list to open one from, with renaming and deleting, and a file from another machine. */
var icLight = window.icLight || {};

icLight.studioShelf = (() => {
    "use strict";

    const ICONS = {
        file: "M3 6h6l2 2h10v11H3z",
        rename: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
        delete: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
    };
    const ENDING = ".safetensors";
    const NONE = "No light set yet";
    const SURE = "Delete the light set %1? Its file is deleted too.";

    /** The list, and what can be done with a set. */
    class Shelf {
        /**
         * @param {Scope} scope
         * @param {(name: string) => void} open called with the name of the set that is to be shown, "" for none
         * @param {(error: unknown) => void} fail called when something could not be done
         * @param {(told: {name: string, mix: PlainMix}) => void} recall called with the set and the mix of a picture
         * @param {(name: string) => void} renamed called with the new name of the set that is shown
         */
        constructor(scope, open, fail, recall, renamed) {
            const { make } = icLight.dom;
            const { say } = icLight.words;
            /** @type {(name: keyof typeof ICONS, title: string, act: () => void) => HTMLButtonElement} */
            const tool = (name, title, act) => icLight.dom.tool(scope, name, ICONS[name], title, act);
            this.scope = scope;
            this.open = open;
            this.fail = fail;
            this.recall = recall;
            this.renamed = renamed;
            this.current = "";
            /** @type {Map<string, string>} when the listed sets were written and how large they are, by name */
            this.versions = new Map();
            this.list = make("select", { attributes: { "aria-label": say("Light set"), translate: "no" } });
            this.name = make("input", { type: "text", hidden: true, attributes: { "aria-label": say("New name") } });
            this.file = make("input", { type: "file", accept: `${ENDING},image/png`, hidden: true, tabIndex: -1 });
            this.buttons = [
                tool("file", say("Open a light set's file"), () => this.file.click()),
                tool("rename", say("Rename the light set"), () => this.askName()),
                tool("delete", say("Delete the light set"), () => this.remove()),
            ];
            const parts = [this.list, this.name, this.file, ...this.buttons];
            this.element = make("div", { className: "ic-light-studio-shelf" }, ...parts);
            this.list.disabled = true; // until it is known which there are
            this.mark("");
            this.listen();
        }

        /** Listen for choices, files and names. */
        listen() {
            const { file, list, name, scope } = this;
            scope.on(list, "change", () => this.open(list.value));
            scope.on(file, "change", () => {
                if (file.files?.[0]) this.take(file.files[0]);
                file.value = "";
            });
            scope.on(name, "keydown", (event) => {
                if (event.key === "Enter") this.rename(name.value.trim());
                else if (event.key === "Escape") this.endNaming();
                else return;
                event.preventDefault();
                event.stopPropagation();
            });
            scope.on(name, "blur", () => this.endNaming());
        }

        /**
         * Look for sets again.
         * @param {string} [wanted] the set to show; the one that is shown, or else the newest, if it is not given
         * @returns {Promise<string>} the newest set if it has come since the last look and is not shown, or else ""
         */
        async refresh(wanted = this.current) {
            try {
                const sets = await icLight.studioServer.list();
                if (this.scope.isOver) return "";
                const known = [...this.list.options].map(({ value }) => value);
                const before = this.versions.get(this.current);
                this.show(sets);
                const names = sets.filter(({ problem }) => !problem).map(({ name }) => name);
                const [newest = ""] = names;
                const next = names.includes(wanted) ? wanted : newest;
                // A set that was gone on with has its name, and more lights.
                if (next !== this.current || before !== this.versions.get(next)) this.open(next);
                else this.list.value = next;
                return newest === next || known.includes(newest) ? "" : newest;
            } catch (error) {
                this.fail(error);
                return "";
            }
        }

        /**
         * List sets. One that cannot be used can be chosen too: it then says why, and can be deleted.
         * @param {ListedSet[]} sets
         */
        show(sets) {
            const { make } = icLight.dom;
            const options = sets.map(({ name, problem }) =>
                make("option", { value: name, title: icLight.words.said(problem ?? "") }, name),
            );
            if (options.length === 0) options.push(make("option", { value: "" }, icLight.words.say(NONE)));
            this.list.replaceChildren(...options);
            this.versions = new Map(sets.map(({ name, made, size }) => [name, `${made} ${size}`]));
            this.list.disabled = sets.length === 0;
        }

        /**
         * Note which set is shown.
         * @param {string} name
         */
        mark(name) {
            this.current = name;
            this.list.value = name;
            for (const button of this.buttons.slice(1)) button.disabled = name === "";
        }

        /**
         * Take in a set's file, and show it; or bring back the mix of a picture that the studio has saved.
         * @param {File} file
         */
        async take(file) {
            try {
                if (file.type.startsWith("image/")) this.recall(await icLight.studioTold.read(file));
                else await this.refresh(await icLight.studioServer.take(file));
            } catch (error) {
                this.fail(error);
            }
        }

        /** Let the user type another name in place of the list. */
        askName() {
            this.name.value = this.current;
            this.name.hidden = false;
            this.list.hidden = true;
            this.name.focus();
            this.name.select();
        }

        /** Show the list again. */
        endNaming() {
            this.name.hidden = true;
            this.list.hidden = false;
        }

        /**
         * Give the shown set another name.
         * @param {string} next
         */
        async rename(next) {
            const before = this.current;
            this.endNaming();
            if (next === "" || next === before) return;
            try {
                const name = await icLight.studioServer.rename(before, next);
                if (this.current === before) {
                    this.renamed(name);
                    this.versions.set(name, this.versions.get(before) ?? "");
                    this.current = name;
                }
                await this.refresh();
            } catch (error) {
                this.fail(error);
            }
        }

        /**
         * Delete a set, if the user is sure.
         * @param {string} [name] by default the one that is shown
         */
        async remove(name = this.current) {
            if (!confirm(icLight.words.say(SURE, name))) return;
            try {
                await icLight.studioServer.remove(name);
                await this.refresh(name === this.current ? "" : this.current);
            } catch (error) {
                this.fail(error);
            }
        }
    }

    return { ENDING, Shelf };
})();
