// The functions that the page's components call.

// Tell gradio that a script has changed the value of an input.
function updateInput(target) {
    const event = new Event("input", { bubbles: true });
    Object.defineProperty(event, "target", { value: target });
    target.dispatchEvent(event);
}

function selected_gallery_index() {
    const tab = get_uiCurrentTabContent();
    const thumbnails = Array.from(tab?.querySelectorAll(".gradio-gallery .thumbnail-item.thumbnail-small") ?? []);
    return thumbnails.findIndex((thumbnail) => thumbnail.classList.contains("selected"));
}

function extract_image_from_gallery(gallery) {
    if (!gallery || gallery.length === 0) {
        return [null];
    }
    const index = selected_gallery_index();
    return [[gallery[index >= 0 && index < gallery.length ? index : 0]]];
}

function clickTab(container, name) {
    const buttons = Array.from(gradioApp().querySelectorAll(`#${container} > .tab-nav > button`));
    buttons.find((button) => button.textContent.trim() === name)?.click();
}

function switch_to_txt2img() {
    clickTab("tabs", "Txt2img");
    return Array.from(arguments);
}

function switch_to_img2img() {
    clickTab("tabs", "Img2img");
    clickTab("mode_img2img", "img2img");
    return Array.from(arguments);
}

function switch_to_inpaint() {
    clickTab("tabs", "Img2img");
    clickTab("mode_img2img", "Inpaint upload");
    return Array.from(arguments);
}

function showGenerating(tab, generating) {
    gradioApp().getElementById(`${tab}_interrupt`).style.display = generating ? "block" : "none";
    hideProgress(tab);
    return [];
}

// gradio passes the values of inputs and outputs; the first input is the task's name, the outputs are dropped.
function submitArguments(tab, values) {
    showGenerating(tab, true);
    const inputs = Array.from(values).slice(0, -4);
    inputs[0] = `task(${Math.random().toString(36).slice(2, 12)})`;
    showProgress(tab, inputs[0]);
    return inputs;
}

function submit_txt2img() {
    return submitArguments("txt2img", arguments);
}

function submit_img2img() {
    return submitArguments("img2img", arguments);
}

// The server stops for a moment; look again until it is back.
function restart_reload() {
    const look = () =>
        fetch("./internal/ping").then(
            () => location.reload(),
            () => setTimeout(look, 500)
        );
    setTimeout(look, 2000);
    return [];
}

// Ctrl+Enter generates, Esc interrupts.
document.addEventListener("keydown", (event) => {
    const tab = get_uiCurrentTabContent();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        tab?.querySelector("button[id$=_generate]")?.click();
        event.preventDefault();
    } else if (event.key === "Escape") {
        const interrupt = tab?.querySelector("button[id$=_interrupt]");
        if (interrupt?.style.display === "block") {
            interrupt.click();
        }
    }
});

onUiLoaded(() => {
    for (const { props } of window.gradio_config.components) {
        const element = props.webui_tooltip && gradioApp().getElementById(props.elem_id);
        if (element) {
            element.title = props.webui_tooltip;
        }
    }
});
