/*
 * Re-shoot: a film's frames as real relights. The script that shoots light sets, with this film and all with which the set
 * was shot, is put into txt2img or img2img by the web UI's own paste; what is left to do is to generate.
 */
var icLight = window.icLight || {};

icLight.studioReshoot = (() => {
    "use strict";

    const TABS = [
        { tab: "txt2img", label: "Re-shoot in txt2img" },
        { tab: "img2img", label: "Re-shoot in img2img" },
    ];
    const SCRIPT = "IC Light: light set";
    const FILM = "IC Light film"; // see lib_iclight/hosts/film_script.py
    const AROUND = "IC Light photograph background"; // see lib_iclight/request.py
    const UNTOLD = "This light set does not say how it was shot, so its film cannot be shot again.";
    const READY = "The film is in the script “IC Light: light set” below: generate, and its %1 frames are relit.";
    const THERE = "The film and the settings of the light set are in %1: generate there.";

    /**
     * The parameters with which a set's frames are shot. A mix of a photograph shows its own background, so they do.
     * @param {StudioSet} set
     * @param {string} infotext with which the set was shot
     * @returns {string}
     */
    function framesAs({ kind }, infotext) {
        if (kind !== "gains") return infotext;
        return `${infotext.replace(new RegExp(`, ${AROUND}: [a-z]+`), "")}, ${AROUND}: relit`;
    }

    /**
     * What asks for a set's photograph. One whose subject was placed holds it as it was placed, so that it would be placed
     * twice.
     * @param {StudioSet} set
     * @returns {Promise<Response>}
     */
    async function photographOf({ name, recipe }) {
        if (typeof recipe.request?.placement === "object") throw new Error("placed");
        return icLight.studioServer.photograph(name);
    }

    /**
     * Put a film into a tab.
     * @param {string} tab
     * @param {StudioSet} set
     * @param {{frames: number}} film as the server reads it
     * @returns {Promise<string>} what was done, in the page's language
     */
    async function begin(tab, set, film) {
        const { infotext } = set.recipe;
        if (typeof infotext !== "string" || infotext === "") throw new Error(icLight.words.say(UNTOLD));
        // Quoted twice, as web UIs write a value that has commas in it.
        const quoted = JSON.stringify(JSON.stringify({ set: set.name, ...film }));
        const text = `${framesAs(set, infotext)}, Script: ${SCRIPT}, ${FILM}: ${quoted}`;
        icLight.send.showTab(tab);
        const said = icLight.words.say(READY, film.frames);
        await icLight.again.from(tab, { job: "", text, photograph: () => photographOf(set) }, said);
        return icLight.words.say(THERE, tab);
    }

    return { TABS, begin };
})();
