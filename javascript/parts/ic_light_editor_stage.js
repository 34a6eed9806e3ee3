/*
 * The geometry of an editor's canvas: converts fractions of the frame to pixels of the canvas and back. Outside the
 * frame, the scale is compressed so that the whole range of positions fits into the margin.
 */
var icLight = window.icLight || {};

icLight.stage = (() => {
    "use strict";

    const MARGIN = 34; // around the frame: room for a selected handle on the ring, and no more
    const RING = 18; // from the frame to the ring of directional lights
    const BEND = 8; // exponent of the ring's superellipse
    const INSET = 14; // from the canvas's border to the outermost positions
    const REACH = 22; // how far from its centre a handle can be grabbed
    const TURN = 15; // degrees between the places on the ring where a new light may go
    const CORNERS = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
    ];

    /**
     * From a fraction of the frame to a pixel.
     * @param {number} fraction
     * @param {number} start of the frame
     * @param {number} length of the frame
     * @param {number} whole length of the canvas
     * @param {Span} limits of fractions
     * @returns {number}
     */
    function outward(fraction, start, length, whole, [low, high]) {
        if (fraction < 0) return start - (fraction / low) * (start - INSET);
        if (fraction > 1) return start + length + ((fraction - 1) / (high - 1)) * (whole - INSET - start - length);
        return start + fraction * length;
    }

    /**
     * From a pixel to a fraction of the frame, within the limits.
     * @param {number} pixel
     * @param {number} start of the frame
     * @param {number} length of the frame
     * @param {number} whole length of the canvas
     * @param {Span} limits of fractions
     * @returns {number}
     */
    function inward(pixel, start, length, whole, [low, high]) {
        const end = start + length;
        if (pixel < start) return Math.max((low * (start - pixel)) / (start - INSET), low);
        if (pixel > end) return Math.min(1 + ((high - 1) * (pixel - end)) / (whole - INSET - end), high);
        return (pixel - start) / length;
    }

    /**
     * Whether a light is inside the frame.
     * @param {Light} light
     * @returns {boolean}
     */
    function isInside({ x, y }) {
        return x >= 0 && x <= 1 && y >= 0 && y <= 1;
    }

    /** The frame and what is in and around it, in pixels of the canvas. */
    class Stage {
        /**
         * @param {HTMLCanvasElement} canvas
         * @param {State} state
         * @param {Page} page
         */
        constructor(canvas, state, page) {
            this.canvas = canvas;
            this.state = state;
            this.page = page;
            this.box = { width: 0, height: 0 };
            /** @type {Rectangle} */
            this.frame = { x: 0, y: 0, w: 1, h: 1 };
            this.pictures = page.pictures.addresses();
            this.strength = 1; // of the light
            this.isFlipped = false; // whether the background is mirrored
            this.layout();
        }

        /**
         * Read the sizes of page and canvas, and the pictures, again. That takes long: a drag lives on what was read when
         * it began.
         */
        layout() {
            const [width, height] = this.page.size();
            const box = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
            const scale = Math.min((box.width - 2 * MARGIN) / width, (box.height - 2 * MARGIN) / height);
            const [w, h] = [Math.max(width * scale, 1), Math.max(height * scale, 1)];
            this.box = box;
            this.frame = { x: (box.width - w) / 2, y: (box.height - h) / 2, w, h };
            this.pictures = this.page.pictures.addresses();
            this.strength = this.page.strength();
            this.isFlipped = this.page.isFlipped();
        }

        /** Whether lights are used: with a background picture, the light comes from the picture. */
        get hasLights() {
            return !(this.state.mode === "fbc" && this.pictures.background);
        }

        /** The frame's middle. */
        get centre() {
            return [this.frame.x + this.frame.w / 2, this.frame.y + this.frame.h / 2];
        }

        /**
         * From fractions of the frame to pixels.
         * @param {number} x
         * @param {number} y
         * @returns {number[]}
         */
        toPixels(x, y) {
            const { frame, box } = this;
            const limits = icLight.limits.read().light;
            return [
                outward(x, frame.x, frame.w, box.width, limits.x),
                outward(y, frame.y, frame.h, box.height, limits.y),
            ];
        }

        /**
         * From pixels to fractions of the frame, within the limits of a light's position.
         * @param {number} px
         * @param {number} py
         * @returns {number[]}
         */
        toFractions(px, py) {
            const { frame, box } = this;
            const limits = icLight.limits.read().light;
            return [
                inward(px, frame.x, frame.w, box.width, limits.x),
                inward(py, frame.y, frame.h, box.height, limits.y),
            ];
        }

        /**
         * The point of the ring that a directional light shines from.
         * @param {number} angle in degrees
         * @returns {number[]}
         */
        ringPoint(angle) {
            const radians = icLight.numbers.radians(angle);
            const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
            const across = Math.abs(cosine) / (this.frame.w / 2 + RING);
            const down = Math.abs(sine) / (this.frame.h / 2 + RING);
            const distance = (across ** BEND + down ** BEND) ** (-1 / BEND);
            return [this.centre[0] + distance * cosine, this.centre[1] - distance * sine];
        }

        /**
         * The angle of a point as seen from the frame's centre.
         * @param {number} px
         * @param {number} py
         * @returns {number} in degrees
         */
        angleAt(px, py) {
            return icLight.numbers.degrees(Math.atan2(this.centre[1] - py, px - this.centre[0]));
        }

        /**
         * The point at which a light truly is.
         * @param {Light} light
         * @returns {number[]}
         */
        lightPoint(light) {
            return light.kind === "directional" ? this.ringPoint(light.angle) : this.toPixels(light.x, light.y);
        }

        /**
         * The positions of the lights' handles: where the lights are, or a little aside where lights lie on one spot. The
         * light that was changed last stays in its place.
         * @returns {number[][]} in the order of the lights
         */
        handles() {
            const { description, latest } = this.state;
            const points = description.lights.map((light) => this.lightPoint(light));
            return icLight.spread.apart(points, latest === null ? -1 : description.lights.indexOf(latest), this.area);
        }

        /** The part of the canvas in which handles are seen whole. */
        get area() {
            return { x: INSET, y: INSET, w: this.box.width - 2 * INSET, h: this.box.height - 2 * INSET };
        }

        /**
         * The free place nearest to a place, for a light to come.
         * @param {{x: number, y: number}} place in fractions of the frame
         * @returns {{x: number, y: number}}
         */
        freePlace(place) {
            const { bounded, rounded } = icLight.numbers;
            const limits = icLight.limits.read().light;
            const point = this.toPixels(bounded(place.x, limits.x), bounded(place.y, limits.y));
            const free = icLight.spread.free(point, this.handles(), this.area);
            if (free === point) return place;
            const [x, y] = this.toFractions(free[0], free[1]);
            return { x: rounded(x, 3), y: rounded(y, 3) };
        }

        /**
         * The free angle nearest to an angle, for a light to come.
         * @param {number} angle in degrees
         * @returns {number}
         */
        freeAngle(angle) {
            const handles = this.handles();
            const turns = Array.from({ length: 360 / TURN }, (_, way) => Math.ceil(way / 2) * (way % 2 ? TURN : -TURN));
            const angles = turns.map((turn) => icLight.numbers.turned(angle + turn));
            return angles.find((one) => icLight.spread.isFree(this.ringPoint(one), handles)) ?? angle;
        }

        /**
         * The subject's rectangle, and its picture or null.
         * @returns {Rectangle & {picture: HTMLImageElement | null}}
         */
        subject() {
            const { frame } = this;
            const { placement, placed } = this.state;
            const picture = this.page.pictures.loaded(this.pictures.subject);
            const [width, height] = picture ? [picture.naturalWidth, picture.naturalHeight] : [frame.w, frame.h];
            const cover = Math.max(frame.w / width, frame.h / height);
            const contain = Math.min(frame.w / width, frame.h / height);
            const scale = { placed: cover * placed.scale, contain }[placement] ?? cover;
            const { x, y } = placement === "placed" ? placed : icLight.placement.centred();
            const [w, h] = [width * scale, height * scale];
            return { picture, w, h, x: frame.x + x * frame.w - w / 2, y: frame.y + y * frame.h - h / 2 };
        }

        /**
         * The position of a corner's handle; for corners outside the canvas, it is at the canvas's border.
         * @param {Rectangle} rectangle
         * @param {number} index
         * @returns {number[]}
         */
        cornerPoint(rectangle, index) {
            const { bounded } = icLight.numbers;
            const [right, down] = CORNERS[index].map((side) => (side + 1) / 2);
            return [
                bounded(rectangle.x + right * rectangle.w, [INSET, this.box.width - INSET]),
                bounded(rectangle.y + down * rectangle.h, [INSET, this.box.height - INSET]),
            ];
        }

        /**
         * The item at a point, or null.
         * @param {number} px
         * @param {number} py
         * @returns {Hit | null}
         */
        hit(px, py) {
            const light = this.hasLights ? this.lightAt(px, py) : null;
            if (light !== null) return { kind: "light", index: light };
            if (this.state.placement !== "placed") return null;
            const rectangle = this.subject();
            const isNear = (/** @type {number[]} */ [x, y]) => Math.hypot(px - x, py - y) <= REACH;
            const corner = CORNERS.findIndex((_, index) => isNear(this.cornerPoint(rectangle, index)));
            if (corner >= 0 && this.state.selected === "subject") return { kind: "corner", index: corner };
            const { x, y, w, h } = rectangle;
            return px >= x && px <= x + w && py >= y && py <= y + h ? { kind: "subject", index: 0 } : null;
        }

        /**
         * The index of the light whose handle is at a point, preferring the selected one; or null.
         * @param {number} px
         * @param {number} py
         * @returns {number | null}
         */
        lightAt(px, py) {
            const distances = this.handles().map(
                (point, index) => icLight.spread.far([px, py], point) - (index === this.state.selected ? 0.01 : 0),
            );
            const closest = Math.min(...distances);
            return closest <= REACH ? distances.indexOf(closest) : null;
        }
    }

    return { CORNERS, Stage, isInside };
})();

/**
 * @typedef {{x: number, y: number, w: number, h: number}} Rectangle
 * @typedef {{kind: "light" | "corner" | "subject", index: number}} Hit
 */
