/*
 * The canvas of an editor: where things lie on it, and how they are drawn. Fractions of the frame become pixels of the
 * canvas; beyond the frame the scale is such that the whole range of positions fits into the margin.
 */
(() => {
    "use strict";

    const MARGIN = 44;
    const RING = 20; // from the frame to the ring of directional lights
    const INSET = 14; // from the canvas's rim to what lies furthest out
    const RADIUS = 9;
    const REACH = 22; // how far from a handle's middle it can still be taken
    const CORNER = 5;
    const MAP_SIDE = 144;
    const FLOOR = 0.3; // what is left of the subject's brightness where the map is black
    const BEND = 8; // exponent of the ring's superellipse
    const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]];

    const bounded = (value, low, high) => Math.min(Math.max(value, low), high);

    class View {
        constructor(canvas, state, page) {
            this.canvas = canvas;
            this.context = canvas.getContext("2d");
            this.state = state;
            this.page = page;
            this.blend = 0.7;
            this.buffer = document.createElement("canvas");
            this.mapCanvas = document.createElement("canvas");
            this.mapKey = null;
            this.pending = false;
        }

        // Where things lie

        layout() {
            const [width, height] = this.page.size();
            const box = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
            const scale = Math.min((box.width - 2 * MARGIN) / width, (box.height - 2 * MARGIN) / height);
            const [w, h] = [Math.max(width * scale, 1), Math.max(height * scale, 1)];
            this.box = box;
            this.frame = { x: (box.width - w) / 2, y: (box.height - h) / 2, w, h };
            this.pictures = this.page.addresses();
        }

        /** From fractions of the frame to pixels. */
        toPixels(x, y) {
            const { frame, box } = this;
            return [outward(x, frame.x, frame.w, box.width), outward(y, frame.y, frame.h, box.height)];
        }

        /** From pixels to fractions of the frame, within the range that a light may have. */
        toFractions(px, py) {
            const { frame, box } = this;
            return [inward(px, frame.x, frame.w, box.width), inward(py, frame.y, frame.h, box.height)];
        }

        get centre() {
            return [this.frame.x + this.frame.w / 2, this.frame.y + this.frame.h / 2];
        }

        /** The point of the ring that a directional light shines from. */
        ringPoint(angle) {
            const radians = (angle * Math.PI) / 180;
            const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
            const across = Math.abs(cosine) / (this.frame.w / 2 + RING);
            const down = Math.abs(sine) / (this.frame.h / 2 + RING);
            const distance = (across ** BEND + down ** BEND) ** (-1 / BEND);
            return [this.centre[0] + distance * cosine, this.centre[1] - distance * sine];
        }

        /** The angle, in degrees, at which a point lies seen from the frame's middle. */
        angleAt(px, py) {
            return (Math.atan2(this.centre[1] - py, px - this.centre[0]) * 180) / Math.PI;
        }

        lightPoint(light) {
            return light.kind === "directional" ? this.ringPoint(light.angle) : this.toPixels(light.x, light.y);
        }

        /** Whether lights play a part: a background picture brings its own. */
        get hasLights() {
            return !(this.state.mode === "fbc" && this.pictures.background);
        }

        /** The subject's rectangle {x, y, w, h} in pixels, and its picture or null. */
        subject() {
            const picture = this.page.picture(this.pictures.subject);
            const [width, height] = picture ? [picture.naturalWidth, picture.naturalHeight] : [this.frame.w, this.frame.h];
            const cover = Math.max(this.frame.w / width, this.frame.h / height);
            const contain = Math.min(this.frame.w / width, this.frame.h / height);
            const { placement, placed } = this.state;
            const scale = placement === "placed" ? cover * placed.scale : placement === "contain" ? contain : cover;
            const [x, y] = placement === "placed" ? [placed.x, placed.y] : [0.5, 0.5];
            const [w, h] = [width * scale, height * scale];
            return { picture, w, h, x: this.frame.x + x * this.frame.w - w / 2, y: this.frame.y + y * this.frame.h - h / 2 };
        }

        /** A corner's handle; corners that lie outside of the canvas are drawn at its rim. */
        cornerPoint(rectangle, index) {
            const [right, down] = CORNERS[index].map((side) => (side + 1) / 2);
            return [
                bounded(rectangle.x + right * rectangle.w, INSET, this.box.width - INSET),
                bounded(rectangle.y + down * rectangle.h, INSET, this.box.height - INSET),
            ];
        }

        /** What lies at a point: {light: index}, {corner: index}, {subject: true} or null. */
        hit(px, py) {
            const near = ([x, y]) => Math.hypot(px - x, py - y);
            const { lights } = this.state.description;
            if (this.hasLights) {
                const order = lights.map((light, index) => {
                    const preference = index === this.state.selected ? 0.01 : 0;
                    return { index, distance: near(this.lightPoint(light)) - preference };
                });
                const closest = order.sort((a, b) => a.distance - b.distance)[0];
                if (closest && closest.distance <= REACH) return { light: closest.index };
            }
            if (this.state.placement !== "placed") return null;
            const rectangle = this.subject();
            const corner = CORNERS.findIndex((_, index) => near(this.cornerPoint(rectangle, index)) <= REACH);
            if (corner >= 0 && this.state.selected === "subject") return { corner };
            const { x, y, w, h } = rectangle;
            return px >= x && px <= x + w && py >= y && py <= y + h ? { subject: true } : null;
        }

        // Drawing

        /** Draw soon, once for all that is asked for until then. */
        draw() {
            if (this.pending) return;
            this.pending = true;
            requestAnimationFrame(() => {
                this.pending = false;
                if (this.canvas.clientWidth > 0) this.drawNow();
            });
        }

        drawNow() {
            this.layout();
            const density = window.devicePixelRatio || 1;
            const [width, height] = [this.box.width, this.box.height].map((side) => Math.round(side * density));
            if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
            const style = getComputedStyle(this.canvas);
            this.colours = {
                accent: style.getPropertyValue("--color-accent").trim() || "#f97316",
                line: style.getPropertyValue("--border-color-primary").trim() || "#888",
            };
            this.context.setTransform(density, 0, 0, density, 0, 0);
            this.context.clearRect(0, 0, this.box.width, this.box.height);
            this.drawScene();
            if (this.hasLights) this.drawLights();
            if (this.state.placement === "placed") this.drawSubjectOutline();
        }

        drawScene() {
            const { context, frame } = this;
            const subject = this.subject();
            if (subject.picture && this.state.placement === "placed") {
                context.globalAlpha = 0.25;
                context.drawImage(subject.picture, subject.x, subject.y, subject.w, subject.h);
                context.globalAlpha = 1;
            }
            context.save();
            context.beginPath();
            context.rect(frame.x, frame.y, frame.w, frame.h);
            context.clip();
            context.fillStyle = "#7f7f7f";
            context.fillRect(frame.x, frame.y, frame.w, frame.h);
            const light = this.drawBackdrop();
            if (subject.picture) this.drawSubject(subject, light);
            context.restore();
            context.strokeStyle = this.colours.line;
            context.strokeRect(frame.x - 0.5, frame.y - 0.5, frame.w + 1, frame.h + 1);
        }

        /** Draw what lies behind the subject; returns the picture that lights it, null where none does. */
        drawBackdrop() {
            const { context, frame, pictures, state } = this;
            const given = { custom: pictures.lightMap ?? pictures.spare, mask: pictures.mask, none: pictures.spare };
            const hasBackground = state.mode === "fbc" && pictures.background;
            if (hasBackground || state.light in given) {
                const isPainted = !hasBackground && state.light === "mask" && pictures.painted !== null;
                const address = isPainted ? pictures.painted : hasBackground ? pictures.background : given[state.light];
                const picture = this.page.picture(address);
                if (picture && isPainted) this.drawPainted(picture);
                else if (picture) this.drawCover(picture, hasBackground && this.page.isFlipped());
                const isLight = !hasBackground && !(state.mode === "fbc" && state.light === "none");
                if (picture && isLight) this.scaleFrame(this.page.strength());
                return null;
            }
            const map = this.map();
            context.drawImage(map, frame.x, frame.y, frame.w, frame.h);
            return map;
        }

        /** Draw what is painted as light: white on black. */
        drawPainted(picture) {
            const { context, frame, buffer } = this;
            Object.assign(buffer, { width: picture.naturalWidth, height: picture.naturalHeight });
            const inner = buffer.getContext("2d");
            inner.drawImage(picture, 0, 0);
            inner.globalCompositeOperation = "source-in";
            inner.fillStyle = "#fff";
            inner.fillRect(0, 0, buffer.width, buffer.height);
            context.fillStyle = "#000";
            context.fillRect(frame.x, frame.y, frame.w, frame.h);
            this.drawCover(buffer, false);
        }

        drawCover(picture, flipped) {
            const { context, frame } = this;
            const [width, height] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
            const scale = Math.max(frame.w / width, frame.h / height);
            const [w, h] = [width * scale, height * scale];
            context.save();
            context.translate(...this.centre);
            if (flipped) context.scale(-1, 1);
            context.drawImage(picture, -w / 2, -h / 2, w, h);
            context.restore();
        }

        /** Scale the picture that is drawn in the frame as the run scales its light. */
        scaleFrame(strength) {
            if (strength === 1) return;
            const { x, y, w, h } = this.frame;
            const density = window.devicePixelRatio || 1;
            const [left, top] = [x, y].map((start) => Math.ceil(start * density));
            const [right, bottom] = [x + w, y + h].map((end) => Math.floor(end * density));
            if (right <= left || bottom <= top) return;
            const image = this.context.getImageData(left, top, right - left, bottom - top);
            window.icLight.lights.withContrast(image.data, strength);
            this.context.putImageData(image, left, top);
        }

        /** The light map at a reduced size, as it will be used. */
        map() {
            const { w, h } = this.frame;
            const scale = MAP_SIDE / Math.max(w, h);
            const [width, height] = [w, h].map((side) => Math.max(Math.round(side * scale), 2));
            const strength = this.page.strength();
            const key = JSON.stringify([this.state.description, width, height, strength]);
            if (key !== this.mapKey) {
                const image = window.icLight.lights.render(this.state.description, width, height);
                window.icLight.lights.withContrast(image.data, strength);
                Object.assign(this.mapCanvas, { width, height });
                this.mapCanvas.getContext("2d").putImageData(image, 0, 0);
                this.mapKey = key;
            }
            return this.mapCanvas;
        }

        /** Draw the subject as the light would fall on it, over the backdrop as far as the blend says. */
        drawSubject(subject, light) {
            const { frame, buffer } = this;
            const density = window.devicePixelRatio || 1;
            Object.assign(buffer, { width: Math.ceil(frame.w * density), height: Math.ceil(frame.h * density) });
            const inner = buffer.getContext("2d");
            const box = [subject.x - frame.x, subject.y - frame.y, subject.w, subject.h];
            inner.setTransform(density, 0, 0, density, 0, 0);
            inner.drawImage(subject.picture, ...box);
            if (light) {
                inner.globalCompositeOperation = "multiply";
                inner.globalAlpha = 1 - FLOOR;
                inner.drawImage(light, 0, 0, frame.w, frame.h);
                inner.globalCompositeOperation = "destination-in";
                inner.globalAlpha = 1;
                inner.drawImage(subject.picture, ...box);
            }
            // Before a picture the subject is wanted whole.
            this.context.globalAlpha = light ? this.blend : Math.min(1.4 * this.blend, 1);
            this.context.drawImage(buffer, frame.x, frame.y, frame.w, frame.h);
            this.context.globalAlpha = 1;
        }

        drawLights() {
            const { context, state } = this;
            context.save();
            context.globalAlpha = state.active ? 1 : 0.4;
            if (state.description.lights.some((light) => light.kind === "directional")) this.drawRing();
            if (state.selectedLight !== null && state.active) this.drawGuide(state.selectedLight);
            state.description.lights.forEach((light, index) => this.drawHandle(light, index));
            context.restore();
        }

        drawRing() {
            const { context } = this;
            context.beginPath();
            for (let angle = 0; angle < 360; angle += 3) context.lineTo(...this.ringPoint(angle));
            context.closePath();
            context.strokeStyle = this.colours.line;
            context.lineWidth = 1;
            context.stroke();
        }

        /** How far the selected light reaches: where it has lost half, or which way it shines. */
        drawGuide(light) {
            const { context, frame } = this;
            const [x, y] = this.lightPoint(light);
            context.save();
            context.beginPath();
            if (light.kind === "directional") {
                context.moveTo(x, y);
                context.lineTo(...this.centre);
            } else if (light.x >= 0 && light.x <= 1 && light.y >= 0 && light.y <= 1) {
                context.arc(x, y, light.softness * Math.max(frame.w, frame.h), 0, 2 * Math.PI);
            }
            for (const [colour, offset] of [["rgba(0, 0, 0, 0.55)", 0], ["rgba(255, 255, 255, 0.8)", 4]]) {
                context.setLineDash([4, 4]);
                context.lineDashOffset = offset;
                context.strokeStyle = colour;
                context.stroke();
            }
            context.restore();
        }

        drawHandle(light, index) {
            const { context, state } = this;
            const [x, y] = this.lightPoint(light);
            const colour = window.icLight.lights.hexColour(light);
            if (state.selected === index) circle(context, x, y, RADIUS + 4, null, this.colours.accent, 3);
            if (light.kind === "directional") this.drawArrow(x, y, colour);
            circle(context, x, y, RADIUS, colour, "rgba(0, 0, 0, 0.75)", 3.5);
            circle(context, x, y, RADIUS, null, "#fff", 1.5);
            if (state.description.lights.length > 1) label(context, String(index + 1), x, y, colour);
        }

        /** A tip that shows where a directional light shines to. */
        drawArrow(x, y, colour) {
            const { context } = this;
            context.save();
            context.translate(x, y);
            context.rotate(Math.atan2(this.centre[1] - y, this.centre[0] - x));
            context.beginPath();
            context.moveTo(RADIUS + 8, 0);
            context.lineTo(RADIUS - 1, -6);
            context.lineTo(RADIUS - 1, 6);
            context.closePath();
            context.fillStyle = colour;
            context.strokeStyle = "rgba(0, 0, 0, 0.75)";
            context.lineWidth = 1.5;
            context.stroke();
            context.fill();
            context.restore();
        }

        drawSubjectOutline() {
            const { context, state } = this;
            const rectangle = this.subject();
            const selected = state.selected === "subject";
            context.save();
            context.strokeStyle = selected ? this.colours.accent : "rgba(255, 255, 255, 0.7)";
            context.lineWidth = selected ? 2 : 1;
            if (!rectangle.picture || !selected) context.setLineDash([6, 4]);
            context.strokeRect(rectangle.x, rectangle.y, rectangle.w, rectangle.h);
            context.setLineDash([]);
            context.lineWidth = 1.5;
            for (let index = 0; selected && index < CORNERS.length; index++) {
                const [x, y] = this.cornerPoint(rectangle, index);
                context.fillStyle = this.colours.accent;
                context.strokeStyle = "#fff";
                context.fillRect(x - CORNER, y - CORNER, 2 * CORNER, 2 * CORNER);
                context.strokeRect(x - CORNER, y - CORNER, 2 * CORNER, 2 * CORNER);
            }
            context.restore();
        }
    }

    function outward(fraction, start, length, whole) {
        if (fraction < 0) return start + fraction * (start - INSET);
        if (fraction > 1) return start + length + (fraction - 1) * (whole - INSET - start - length);
        return start + fraction * length;
    }

    function inward(pixel, start, length, whole) {
        const end = start + length;
        if (pixel < start) return Math.max((pixel - start) / (start - INSET), -1);
        if (pixel > end) return Math.min(1 + (pixel - end) / (whole - INSET - end), 2);
        return (pixel - start) / length;
    }

    function circle(context, x, y, radius, fill, stroke, width) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.lineWidth = width;
        context.strokeStyle = stroke;
        context.stroke();
        if (fill) {
            context.fillStyle = fill;
            context.fill();
        }
    }

    function label(context, text, x, y, background) {
        const [red, green, blue] = [1, 3, 5].map((start) => parseInt(background.slice(start, start + 2), 16));
        context.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue > 128 ? "#000" : "#fff";
        context.font = "bold 11px sans-serif";
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(text, x, y + 0.5);
    }

    window.icLight = window.icLight || {};
    window.icLight.view = { CORNERS, View };
})();
