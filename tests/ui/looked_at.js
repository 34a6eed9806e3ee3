/* What a person who looks at the accordion would complain about, as lists of elements. */
var lookedAt = (() => {
    "use strict";

    const root = document.querySelector("#txt2img_ic_light_enabled");
    const isShown = (one) =>
        one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getClientRects().length > 0;
    const shown = (selector) => [...root.querySelectorAll(selector)].filter(isShown);
    const called = (one) => `${one.tagName}.${one.className} ${(one.textContent || one.ariaLabel || "").trim().slice(0, 40)}`;
    const isOff = (one) => one.closest(":disabled, [aria-disabled=true]") !== null;

    const parsed = (text) => {
        const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
        return { r, g, b, a };
    };

    /** A colour as it looks on another. */
    function over(top, below, a = top.a) {
        const mixed = (name) => top[name] * a + below[name] * (1 - a);
        return { r: mixed("r"), g: mixed("g"), b: mixed("b"), a: 1 };
    }

    /** The colours that are behind an element's content: of a gradient, each of its steps. */
    function grounds(one) {
        if (!one) return [{ r: 255, g: 255, b: 255, a: 1 }];
        const { backgroundColor, backgroundImage } = getComputedStyle(one);
        const steps = backgroundImage.match(/rgba?\([^)]*\)/g);
        if (steps) return steps.map(parsed);
        const own = parsed(backgroundColor);
        return own.a === 1 ? [own] : grounds(one.parentElement).map((ground) => over(own, ground));
    }

    /** The contrast of two colours, as WCAG defines it. */
    function contrast(one, other) {
        const linear = (value) => (value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
        const luminance = ({ r, g, b }) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    }

    const opacity = (one) => (one ? Number(getComputedStyle(one).opacity) * opacity(one.parentElement) : 1);

    /** The least contrast of an element's colour with what is behind it. */
    function least(colour, one, behind) {
        const { a } = parsed(colour);
        return Math.min(
            ...grounds(behind).map((ground) => contrast(over(parsed(colour), ground, a * opacity(one)), ground)),
        );
    }

    /** Texts with less contrast than is enough. */
    function faintTexts(enough) {
        const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const isFaint = (one) => !isOff(one) && least(getComputedStyle(one).color, one, one) < enough;
        return shown("*").filter((one) => hasText(one) && isFaint(one)).map(called);
    }

    /** Controls whose outline has less contrast than is enough, or that have none. */
    function faintOutlines(controls, enough) {
        const isFaint = (one) => {
            const { borderTopColor, borderTopWidth } = getComputedStyle(one);
            return borderTopWidth === "0px" || least(borderTopColor, one, one.parentElement) < enough;
        };
        return shown(controls).filter((one) => !isOff(one) && isFaint(one)).map(called);
    }

    /** Pairs of elements that lie on each other; what is scrolled out of the room of tabs does not count. */
    function overlaps() {
        const parts = shown("button, input:not([type=radio], [type=file]), canvas, img, label > span, .ic-light-name, p");
        const isScrolledOut = (one, { top, bottom }) => {
            const room = one.closest(".tabitem")?.getBoundingClientRect();
            return room !== undefined && (top < room.top || bottom > room.bottom);
        };
        const boxes = parts
            .map((one) => ({ one, box: one.getBoundingClientRect() }))
            .filter(({ one, box }) => !isScrolledOut(one, box));
        const meet = (a, b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        const isOn = (a, b) => !a.one.contains(b.one) && !b.one.contains(a.one) && meet(a.box, b.box);
        const pairs = boxes.flatMap((a, index) => boxes.slice(index + 1).map((b) => [a, b]));
        return pairs.filter(([a, b]) => isOn(a, b)).map(([a, b]) => `${called(a.one)} | ${called(b.one)}`);
    }

    /** Elements that reach beyond the accordion, or whose text is cut off. */
    function cutOff() {
        const { left, right } = root.getBoundingClientRect();
        const isBeyond = (one) => {
            const box = one.getBoundingClientRect();
            return box.width > 1 && (box.left < left - 1 || box.right > right + 1);
        };
        const isCut = (one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
        const beyond = shown("button, input, canvas, img, label, fieldset, p").filter(isBeyond);
        return [...beyond, ...shown("button, label, label > span, .ic-light-name").filter(isCut)].map(called);
    }

    return { cutOff, faintOutlines, faintTexts, overlaps };
})();
