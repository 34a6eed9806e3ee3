/* Draws an editor's handles: the lights with their guides, and the subject's outline. */
var icLight = window.icLight || {};

icLight.handles = (() => {
    "use strict";

    const RADIUS = 9;
    const CORNER = 5;
    // Over a picture of any colour, dark and bright beside each other can be seen.
    const DARK = "rgba(0, 0, 0, 0.75)";
    const DASHES = [
        { colour: "rgba(0, 0, 0, 0.55)", offset: 0 },
        { colour: "rgba(255, 255, 255, 0.8)", offset: 4 },
    ];
    const THREAD = [
        { stroke: DARK, width: 3.5 },
        { stroke: "#fff", width: 1.5 },
    ];

    /**
     * A circle, filled if a colour is given.
     * @param {CanvasRenderingContext2D} context
     * @param {number[]} point
     * @param {number} radius
     * @param {{fill?: string, stroke: string, width: number}} look
     */
    function circle(context, [x, y], radius, { fill, stroke, width }) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.lineWidth = width;
        context.strokeStyle = stroke;
        context.stroke();
        if (!fill) return;
        context.fillStyle = fill;
        context.fill();
    }

    /**
     * A text in the middle of a handle.
     * @param {CanvasRenderingContext2D} context
     * @param {string} text
     * @param {number[]} point
     * @param {string} colour
     * @param {string} font its family
     */
    function label(context, text, [x, y], colour, font) {
        context.fillStyle = icLight.colour.ink(colour);
        context.font = `bold 11px ${font}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(text, x, y + 0.5);
    }

    /** Draws the handles of lights and subject. */
    class Handles {
        /**
         * @param {CanvasRenderingContext2D} context
         * @param {Stage} stage
         */
        constructor(context, stage) {
            this.context = context;
            this.stage = stage;
        }

        /**
         * Draw all handles.
         * @param {Theme} theme
         */
        draw(theme) {
            if (this.stage.hasLights) this.drawLights(theme);
            if (this.stage.state.placement === "placed") this.drawSubject(theme.accent);
        }

        /** @param {Theme} theme */
        drawLights(theme) {
            const { context, stage } = this;
            const { active, description, selectedLight } = stage.state;
            const handles = stage.handles();
            context.save();
            context.globalAlpha = active ? 1 : 0.4;
            if (description.lights.some(({ kind }) => kind === "directional")) this.drawRing(theme.line);
            if (selectedLight !== null && active) this.drawGuide(selectedLight);
            for (const [index, light] of description.lights.entries()) {
                this.drawThread(stage.lightPoint(light), handles[index]);
            }
            for (const [index, light] of description.lights.entries()) {
                this.drawLight(light, index, handles[index], theme);
            }
            context.restore();
        }

        /**
         * A thread from where a light truly is to its handle, if that is drawn aside.
         * @param {number[]} from
         * @param {number[]} to
         */
        drawThread([fromX, fromY], [toX, toY]) {
            if (fromX === toX && fromY === toY) return;
            const { context } = this;
            context.beginPath();
            context.moveTo(fromX, fromY);
            context.lineTo(toX, toY);
            for (const { stroke, width } of THREAD) {
                context.strokeStyle = stroke;
                context.lineWidth = width;
                context.stroke();
            }
            circle(context, [fromX, fromY], 2, { fill: "#fff", stroke: DARK, width: 2 });
        }

        /**
         * The ring on which directional lights lie.
         * @param {string} line its colour
         */
        drawRing(line) {
            const { context, stage } = this;
            context.beginPath();
            for (let angle = 0; angle < 360; angle += 3) {
                const [x, y] = stage.ringPoint(angle);
                context.lineTo(x, y);
            }
            context.closePath();
            context.strokeStyle = line;
            context.lineWidth = 1;
            context.stroke();
        }

        /**
         * The selected light's guide: the direction it shines in, or the radius at which it has lost half its strength.
         * @param {Light} light
         */
        drawGuide(light) {
            const { context, stage } = this;
            const [x, y] = stage.lightPoint(light);
            const [middleX, middleY] = stage.centre;
            context.save();
            context.beginPath();
            if (light.kind === "directional") {
                context.moveTo(x, y);
                context.lineTo(middleX, middleY);
            } else if (icLight.stage.isInside(light)) {
                context.arc(x, y, light.softness * Math.max(stage.frame.w, stage.frame.h), 0, 2 * Math.PI);
            }
            context.setLineDash([4, 4]);
            for (const { colour, offset } of DASHES) {
                context.lineDashOffset = offset;
                context.strokeStyle = colour;
                context.stroke();
            }
            context.restore();
        }

        /**
         * @param {Light} light
         * @param {number} index
         * @param {number[]} point
         * @param {Theme} theme
         */
        drawLight(light, index, point, { accent, font }) {
            const { context, stage } = this;
            const colour = icLight.colour.hex(light);
            if (stage.state.selected === index) circle(context, point, RADIUS + 4, { stroke: accent, width: 3 });
            if (light.kind === "directional") this.drawArrow(point, colour);
            circle(context, point, RADIUS, { fill: colour, stroke: DARK, width: 3.5 });
            circle(context, point, RADIUS, { stroke: "#fff", width: 1.5 });
            if (stage.state.description.lights.length > 1) label(context, String(index + 1), point, colour, font);
        }

        /**
         * An arrow tip that shows the direction in which a directional light shines.
         * @param {number[]} point
         * @param {string} colour
         */
        drawArrow([x, y], colour) {
            const { context, stage } = this;
            const [middleX, middleY] = stage.centre;
            context.save();
            context.translate(x, y);
            context.rotate(Math.atan2(middleY - y, middleX - x));
            context.beginPath();
            context.moveTo(RADIUS + 8, 0);
            context.lineTo(RADIUS - 1, -6);
            context.lineTo(RADIUS - 1, 6);
            context.closePath();
            context.fillStyle = colour;
            context.strokeStyle = DARK;
            context.lineWidth = 1.5;
            context.stroke();
            context.fill();
            context.restore();
        }

        /**
         * The subject's outline, with handles at its corners if it is selected.
         * @param {string} accent
         */
        drawSubject(accent) {
            const { context, stage } = this;
            const rectangle = stage.subject();
            const isSelected = stage.state.selected === "subject";
            context.save();
            context.strokeStyle = isSelected ? accent : "rgba(255, 255, 255, 0.7)";
            context.lineWidth = isSelected ? 2 : 1;
            if (!rectangle.picture || !isSelected) context.setLineDash([6, 4]);
            context.strokeRect(rectangle.x, rectangle.y, rectangle.w, rectangle.h);
            context.setLineDash([]);
            if (isSelected) this.drawCorners(rectangle, accent);
            context.restore();
        }

        /**
         * @param {Rectangle} rectangle
         * @param {string} accent
         */
        drawCorners(rectangle, accent) {
            const { context, stage } = this;
            context.lineWidth = 1.5;
            context.fillStyle = accent;
            context.strokeStyle = "#fff";
            for (const index of icLight.stage.CORNERS.keys()) {
                const [x, y] = stage.cornerPoint(rectangle, index);
                context.fillRect(x - CORNER, y - CORNER, 2 * CORNER, 2 * CORNER);
                context.strokeRect(x - CORNER, y - CORNER, 2 * CORNER, 2 * CORNER);
            }
        }
    }

    return { Handles };
})();

/**
 * @typedef {{accent: string, line: string, font: string}} Theme colours, and the font's family
 */
