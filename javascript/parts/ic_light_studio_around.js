/*
 * A light from an angle at which none was shot, made of those that were, as lib_iclight/studio/around.py makes it. Does
 * not access the page.
 */
var icLight = window.icLight || {};

icLight.studioAround = (() => {
    "use strict";

    // The constants of lib_iclight/studio/around.py.
    const SAME = 1e-6;
    const [OWN, REACH] = [0.2, 0.5];
    const FARTHEST = 1;
    const { abs, cos, exp, max, min, PI, sin } = Math;

    /**
     * The degrees between two angles, 0 to 180.
     * @param {number} one
     * @param {number} other
     * @returns {number}
     */
    function apart(one, other) {
        return abs(icLight.numbers.turned(one - other + 180) - 180);
    }

    /**
     * What two lights share, by the degrees between them.
     * @param {number} degrees
     * @returns {number}
     */
    function shared(degrees) {
        const angle = icLight.numbers.radians(degrees);
        return (sin(angle) + (PI - angle) * cos(angle)) / PI + OWN * exp((cos(angle) - 1) / REACH);
    }

    /**
     * Solve a system of linear equations, by elimination with pivots.
     * @param {number[][]} matrix square
     * @param {number[]} right
     * @returns {number[]}
     */
    function solved(matrix, right) {
        const rows = matrix.map((row, index) => [...row, right[index]]);
        for (let column = 0; column < rows.length; column++) {
            let best = column;
            for (let row = column; row < rows.length; row++)
                if (abs(rows[row][column]) > abs(rows[best][column])) best = row;
            [rows[column], rows[best]] = [rows[best], rows[column]];
            for (let row = 0; row < rows.length; row++) {
                if (row === column) continue;
                const share = rows[row][column] / rows[column][column];
                rows[row] = rows[row].map((value, place) => value - share * rows[column][place]);
            }
        }
        return rows.map((row, index) => row[rows.length] / row[index]);
    }

    /**
     * The weights of the two nearest lights, one on each side, by how near they are; none is below 0.
     * @param {number[]} ring
     * @param {number} angle
     * @returns {number[]}
     */
    function between(ring, angle) {
        const ahead = ring.map((each) => icLight.numbers.turned(each - angle));
        const [after, before] = [ahead.indexOf(min(...ahead)), ahead.indexOf(max(...ahead))];
        const weights = ring.map(() => 0);
        const gap = ahead[after] + 360 - ahead[before];
        weights[after] += (360 - ahead[before]) / gap;
        weights[before] += ahead[after] / gap;
        return weights;
    }

    /**
     * The weights of lights shot from the angles of a ring for a light from another angle. They add up to 1; at a shot
     * light it is exactly 1 for that and 0 for the others.
     * @param {number[]} ring two or more different angles, in degrees
     * @param {number} angle
     * @returns {number[]}
     */
    function around(ring, angle) {
        const away = ring.map((each) => apart(each, angle));
        const nearest = min(...away);
        if (nearest <= SAME) return away.map((each) => Number(each === nearest));
        const matrix = ring.map((one) => [...ring.map((other) => shared(apart(one, other))), 1]);
        matrix.push([...ring.map(() => 1), 0]);
        const best = solved(matrix, [...away.map(shared), 1]);
        const near = between(ring, angle);
        const found = near.map((each, index) => best[index] - each);
        const far = found.reduce((sum, each) => sum + abs(each), 0);
        return near.map((each, index) => each + found[index] * (FARTHEST / max(far, FARTHEST)));
    }

    /**
     * The lights that were shot from a side: their angles by their index. Of several from one angle, the first counts.
     * @param {StudioLight[]} lights
     * @returns {Map<number, number>}
     */
    function ringOf(lights) {
        /** @type {Map<number, number>} */
        const found = new Map();
        for (const [index, { angle }] of lights.entries()) {
            if (angle === null || angle === undefined) continue;
            const at = icLight.numbers.turned(angle);
            if ([...found.values()].every((other) => apart(at, other) > SAME)) found.set(index, at);
        }
        return found;
    }

    return { apart, around, between, ringOf };
})();

/** @typedef {{name: string, angle: number | null}} StudioLight one of a set's lights, as the server lists it */
