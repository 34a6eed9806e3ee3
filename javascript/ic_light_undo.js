// Undoes examples: the page keeps what the form held before each click on one, and brings it back step by step.
(() => {
    const ours = (window.icLight ??= {});
    const STEPS = 10;
    const kept = { txt2img: [], img2img: [] };

    // The button is there while there is something to undo.
    function show(tab) {
        document.getElementById(`${tab}_ic_light_undo`).dataset.steps = kept[tab].length;
    }

    function keep(tab, values) {
        kept[tab].push(values);
        kept[tab] = kept[tab].slice(-STEPS);
        show(tab);
        return [];
    }

    // The values from before the last example that is not undone yet; those of now where there is none.
    function take(tab, now) {
        const values = kept[tab].pop() ?? now;
        show(tab);
        return values;
    }

    ours.undo = { keep, take };
})();
