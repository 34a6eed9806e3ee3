// An InputAccordion is an accordion with a checkbox in its header, and a hidden checkbox that gradio knows.

function inputAccordionChecked(id, checked) {
    const accordion = gradioApp().getElementById(id);
    accordion.visibleCheckbox.checked = checked;
    accordion.onVisibleCheckboxChange();
}

function setupAccordion(accordion) {
    const labelWrap = accordion.querySelector(".label-wrap");
    const hidden = gradioApp().querySelector(`#${accordion.id}-checkbox input`);
    const extra = gradioApp().querySelector(`#${accordion.id}-extra`);
    const isOpen = () => labelWrap.classList.contains("open");
    let linked = true; // until the check box is clicked, opening is enabling

    const visible = document.createElement("input");
    visible.type = "checkbox";
    visible.checked = isOpen();
    visible.id = `${accordion.id}-visible-checkbox`;
    visible.className = `${hidden.className} input-accordion-checkbox`;

    new MutationObserver(() => {
        accordion.classList.toggle("input-accordion-open", isOpen());
        if (linked) {
            visible.checked = isOpen();
            accordion.onVisibleCheckboxChange();
        }
    }).observe(labelWrap, { attributes: true, attributeFilter: ["class"] });

    accordion.visibleCheckbox = visible;
    accordion.onChecked = (checked) => {
        if (isOpen() !== checked) {
            labelWrap.click();
        }
    };
    accordion.onVisibleCheckboxChange = () => {
        if (linked && isOpen() !== visible.checked) {
            labelWrap.click();
        }
        hidden.checked = visible.checked;
        updateInput(hidden);
    };
    visible.addEventListener("click", (event) => {
        linked = false;
        event.stopPropagation();
    });
    visible.addEventListener("input", accordion.onVisibleCheckboxChange);

    if (extra) {
        labelWrap.insertBefore(extra, labelWrap.lastElementChild);
    }
    const span = labelWrap.querySelector("span");
    span.insertBefore(visible, span.firstChild);
}

onUiLoaded(() => gradioApp().querySelectorAll(".input-accordion").forEach(setupAccordion));
