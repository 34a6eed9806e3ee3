// Send to IC Light: below the results and in PNG Info, a button with a menu that says where the picture goes.
(() => {
    const ours = (window.icLight ??= {});
    const PLACES = [
        ["Foreground in txt2img", "txt2img", "foreground"],
        ["Background in txt2img", "txt2img", "background"],
        ["Foreground in img2img", "img2img", "foreground"],
        ["Background in img2img", "img2img", "background"],
    ];
    const LABEL = "Send to IC Light";
    const NOTHING = "There is no picture yet.";

    // The picture that is looked at, else the first: its full size, not its thumbnail, and no preview of a running job.
    function shownIn(container) {
        const ways = [
            "[data-testid='detailed-image']",
            ".preview > img",
            ".thumbnail-item.selected img",
            ".thumbnail-item img",
            "img",
        ];
        for (const way of ways) {
            const found = Array.from(container?.querySelectorAll(way) ?? []).find((img) => !img.closest(".livePreview"));
            if (found?.src) {
                return found.src;
            }
        }
        return null;
    }

    function showTab(tab) {
        const button = document.getElementById(`tab_${tab}-button`);
        if (button) {
            button.click();
        } else {
            window[`switch_to_${tab}`]?.();
        }
    }

    // Opens the accordion and sees to it that it is on.
    function open(tab) {
        const accordion = document.getElementById(`${tab}_ic_light_enabled`);
        const label = accordion.querySelector(".label-wrap");
        if (!label.classList.contains("open")) {
            label.click();
        }
        return ours.slots
            .appearing(() => label.classList.contains("open"))
            .then(() => {
                const box = document.getElementById(`${tab}_ic_light_enabled-visible-checkbox`);
                // Opening switches it on, unless the box was used before.
                if (box && !box.checked) {
                    box.click();
                }
                return accordion;
            });
    }

    // The slot, shown: only one mode has a background.
    function slotOf(tab, name) {
        const look = () => document.querySelector(`#${tab}_ic_light_${name}.ic-light-slot`);
        if (name === "background" && !look()?.offsetParent) {
            document.querySelector(`#${tab}_ic_light_mode input[value='fbc']`)?.click();
        }
        return ours.slots.appearing(() => (look()?.offsetParent ? look() : null));
    }

    async function send(address, tab, name) {
        const picture = ours.slots.download(address);
        showTab(tab);
        const accordion = await open(tab);
        const slot = await slotOf(tab, name);
        accordion.scrollIntoView({ block: "start", behavior: "smooth" });
        try {
            await ours.slots.put(slot, await picture);
        } catch (error) {
            console.error("IC Light:", error);
            ours.slots.say(slot, "The picture could not be fetched.");
        }
    }

    function items(menu) {
        return Array.from(menu.querySelectorAll("[role=menuitem]"));
    }

    function toggle(button, menu, show, hasPicture = true) {
        menu.hidden = !show;
        button.setAttribute("aria-expanded", String(show));
        if (!show) {
            return;
        }
        menu.querySelector("p").hidden = hasPicture;
        items(menu).forEach((item) => (item.hidden = !hasPicture));
        menu.classList.remove("ic-light-leftwards");
        menu.classList.toggle("ic-light-leftwards", menu.getBoundingClientRect().right > window.innerWidth);
        if (hasPicture) {
            items(menu)[0].focus();
        }
    }

    function onKey(event, button, menu) {
        const all = items(menu);
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (event.key === "Escape") {
            toggle(button, menu, false);
            button.focus();
        } else if (step) {
            all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }

    function makeMenu(find, close) {
        const menu = document.createElement("div");
        menu.className = "ic-light-menu";
        menu.setAttribute("role", "menu");
        menu.hidden = true;
        const nothing = document.createElement("p");
        nothing.textContent = ours.translate(NOTHING);
        menu.append(nothing);
        for (const [label, tab, name] of PLACES) {
            if (!document.getElementById(`${tab}_ic_light_enabled`)) {
                continue;
            }
            const item = document.createElement("button");
            item.type = "button";
            item.setAttribute("role", "menuitem");
            item.tabIndex = -1;
            item.dataset.place = `${tab}_${name}`;
            item.textContent = ours.translate(label);
            item.addEventListener("click", () => {
                close();
                const address = find();
                if (address) {
                    send(address, tab, name);
                }
            });
            menu.append(item);
        }
        return menu;
    }

    // Adds the button to a row of the host's, looking like its neighbour there.
    function addTo(row, id, text, find) {
        if (!row || document.getElementById(id)) {
            return;
        }
        const holder = document.createElement("div");
        holder.className = "ic-light-send";
        const button = document.createElement("button");
        button.type = "button";
        button.id = id;
        button.className = row.querySelector("button")?.className ?? "";
        button.textContent = text;
        button.title = ours.translate(LABEL);
        button.setAttribute("aria-label", button.title);
        button.setAttribute("aria-haspopup", "menu");
        button.setAttribute("aria-expanded", "false");
        const menu = makeMenu(find, () => toggle(button, menu, false));
        if (!items(menu).length) {
            return;
        }
        button.addEventListener("click", () => toggle(button, menu, menu.hidden, Boolean(find())));
        holder.addEventListener("keydown", (event) => menu.hidden || onKey(event, button, menu));
        holder.addEventListener("focusout", (event) => holder.contains(event.relatedTarget) || toggle(button, menu, false));
        holder.append(button, menu);
        row.append(holder);
    }

    function build() {
        for (const tab of ["txt2img", "img2img"]) {
            const gallery = () => shownIn(document.getElementById(`${tab}_gallery`));
            addTo(document.getElementById(`image_buttons_${tab}`), `${tab}_send_to_ic_light`, "\u{1F4A1}", gallery);
        }
        const row = document.querySelector("#tab_pnginfo #txt2img_tab")?.parentElement;
        const picture = () => shownIn(document.getElementById("pnginfo_image"));
        addTo(row, "pnginfo_send_to_ic_light", ours.translate(LABEL), picture);
    }

    onUiLoaded(build);
    onAfterUiUpdate(build);
})();
