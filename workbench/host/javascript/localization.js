// Translates the page: each piece of text that the selected translation knows is replaced.

function hasLocalization() {
    return window.localization && Object.keys(window.localization).length > 0;
}

function getTranslation(text) {
    return text ? localization[text] : undefined;
}

function processTextNode(node) {
    const text = node.textContent.trim();
    const fixed = ["SCRIPT", "STYLE", "TEXTAREA"].includes(node.parentElement?.nodeName);
    const untouched = /^[.\d]+$/.test(text) || /\p{Extended_Pictographic}/u.test(text);
    const translated = fixed || untouched ? undefined : getTranslation(text);
    if (translated !== undefined) {
        node.textContent = translated;
    }
}

function processNode(node) {
    if (node.nodeType === Node.TEXT_NODE) {
        processTextNode(node);
        return;
    }
    for (const name of ["title", "placeholder"]) {
        const translated = getTranslation(node[name]);
        if (translated !== undefined) {
            node[name] = translated;
        }
    }
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) {
        found.push(walk.currentNode);
    }
    found.forEach(processTextNode);
}

document.addEventListener("DOMContentLoaded", () => {
    if (hasLocalization()) {
        onUiUpdate((mutations) => mutations.forEach((mutation) => mutation.addedNodes.forEach(processNode)));
        processNode(gradioApp());
    }
});
