/*
 * Where the handles of an editor's lights are drawn: apart, even if lights lie on one spot. Their values stay what they
 * are; only handles move aside. Does not access the page.
 */
var icLight = window.icLight || {};

icLight.spread = (() => {
    "use strict";

    const GAP = 26; // between the middles of two handles, in pixels: none covers the ring around a selected one
    const ASIDE = GAP + 0.5;
    const WAYS = 24; // to go aside, around a handle that is in the way
    const UP = -Math.PI / 2;

    /**
     * Points that are apart: each stays where it is if there is room, or goes the least way aside.
     * @param {number[][]} points
     * @param {number} first the index of the point that stays in any case; -1 for none
     * @param {Rectangle} area in which they stay
     * @returns {number[][]} in the order of the points
     */
    function apart(points, first, area) {
        const order = [...points.keys()].sort((one, other) => Number(other === first) - Number(one === first));
        /** @type {number[][]} */
        const found = [];
        for (const index of order) found[index] = free(points[index], Object.values(found), area);
        return found;
    }

    /**
     * The free point nearest to a point.
     * @param {number[]} point
     * @param {number[][]} taken
     * @param {Rectangle} area
     * @returns {number[]}
     */
    function free(point, taken, area) {
        if (isFree(point, taken)) return point;
        const places = taken
            .flatMap((one) => aside(point, one))
            .filter((place) => isInside(place, area) && isFree(place, taken));
        // The first of equals, since the ways are in order. Eight handles always find room on a canvas that is shown.
        const nearest = Math.min(...places.map((place) => far(place, point)));
        return places.find((place) => far(place, point) < nearest + 0.01) ?? point;
    }

    /**
     * Points beside a handle that is in the way, the straight way aside first.
     * @param {number[]} point
     * @param {number[]} handle
     * @returns {number[][]}
     */
    function aside([x, y], [handleX, handleY]) {
        const straight = x === handleX && y === handleY ? UP : Math.atan2(y - handleY, x - handleX);
        return Array.from({ length: WAYS }, (_, way) => {
            const turn = Math.ceil(way / 2) * (way % 2 === 0 ? 1 : -1) * ((2 * Math.PI) / WAYS);
            return [handleX + ASIDE * Math.cos(straight + turn), handleY + ASIDE * Math.sin(straight + turn)];
        });
    }

    /**
     * Whether a point has room for a handle.
     * @param {number[]} point
     * @param {number[][]} taken
     * @returns {boolean}
     */
    function isFree(point, taken) {
        return taken.every((one) => far(point, one) >= GAP);
    }

    /**
     * @param {number[]} place
     * @param {Rectangle} area
     * @returns {boolean}
     */
    function isInside([x, y], area) {
        return x >= area.x && x <= area.x + area.w && y >= area.y && y <= area.y + area.h;
    }

    /**
     * The distance of two points.
     * @param {number[]} one
     * @param {number[]} other
     * @returns {number}
     */
    function far([x, y], [otherX, otherY]) {
        return Math.hypot(x - otherX, y - otherY);
    }

    return { apart, far, free, isFree };
})();
