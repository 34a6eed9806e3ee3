// Translates texts that name files, models or numbers: the web UI itself translates only whole texts, and only when they
// appear, not when they change.
(() => {
    const ours = (window.icLight ??= {});
    const PLACES = ["#txt2img_ic_light_enabled", "#img2img_ic_light_enabled", "#html_log_txt2img", "#html_log_img2img"];
    const HOLE = /%[1-9]/;
    const ERROR = /^\w+Error: /;
    // A template with fewer letters would match too much.
    const LEAST_LETTERS = 4;
    let templates = null;

    const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

    function compiled([text, translation]) {
        const pattern = text.split(HOLE).map(escaped).join("([^]+?)");
        return { letters: text.split(HOLE).join("").length, pattern: new RegExp(`^${pattern}$`), translation };
    }

    // The longest first: a short one may match a text that a longer one fits better.
    function known() {
        const entries = Object.entries(window.localization ?? {}).filter(([text]) => HOLE.test(text));
        const made = entries.map(compiled).filter(({ letters }) => letters >= LEAST_LETTERS);
        return made.sort((one, other) => other.letters - one.letters);
    }

    // The translation of one sentence or phrase, null where there is none. What fills a hole is translated on its own.
    function sentence(text) {
        const whole = window.localization[text];
        if (whole) {
            return whole;
        }
        for (const { pattern, translation } of text.includes(" ") ? (templates ??= known()) : []) {
            const found = pattern.exec(text);
            if (found) {
                return translation.replace(/%([1-9])/g, (_, place) => ours.said(found[place]));
            }
        }
        return null;
    }

    // The parts between what looks like ends of sentences; a file's name may hold such a thing too.
    function pieces(text) {
        return text.split(/([.!?]) (?=[A-Z])/).reduce((found, piece, place) => {
            if (place % 2) {
                found[found.length - 1] += piece;
            } else {
                found.push(piece);
            }
            return found;
        }, []);
    }

    function sentences(text) {
        const parts = pieces(text);
        const done = [];
        for (let start = 0; start < parts.length; ) {
            let [end, found] = [start + 1, null];
            while (end <= parts.length && (found = sentence(parts.slice(start, end).join(" "))) === null) {
                end += 1;
            }
            done.push(found ?? parts[start]);
            start = found === null ? start + 1 : end;
        }
        // Chinese and Japanese have no spaces between sentences.
        return done.reduce((whole, next) => whole + (/[\u3000-\u303f\uff00-\uffef]$/.test(whole) ? "" : " ") + next);
    }

    // The translation of a text of ours, sentence by sentence; what is not known stays as it is.
    ours.said = (text) => {
        if (!window.localization || !text) {
            return text;
        }
        const plain = text.replace(ERROR, "");
        const found = sentences(plain);
        return found === plain ? text : found;
    };

    function translate(node) {
        const text = node.data.trim();
        const found = text && !node.parentElement?.closest("[translate=no], textarea, style") ? ours.said(text) : text;
        if (found !== text) {
            node.data = node.data.replace(text, () => found);
        }
    }

    function translateAll(root) {
        if (root.nodeType === Node.TEXT_NODE) {
            translate(root);
            return;
        }
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            translate(walker.currentNode);
        }
    }

    onUiLoaded(() => {
        if (!Object.keys(window.localization ?? {}).length) {
            return;
        }
        const watcher = new MutationObserver((changes) => {
            for (const { target, type, addedNodes } of changes) {
                (type === "characterData" ? [target] : addedNodes).forEach(translateAll);
            }
        });
        for (const place of PLACES.flatMap((selector) => Array.from(document.querySelectorAll(selector)))) {
            translateAll(place);
            watcher.observe(place, { childList: true, subtree: true, characterData: true });
        }
    });
})();
