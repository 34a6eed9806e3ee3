// Shows the progress of a generation above its results: there are no previews, and a small machine is slow.

function showProgress(tab, task) {
    const gallery = gradioApp().getElementById(`${tab}_gallery_container`);
    const line = document.createElement("div");
    line.className = "generation-progress";
    gallery.parentElement.insertBefore(line, gallery);
    const look = async () => {
        if (!line.isConnected) {
            return;
        }
        const body = JSON.stringify({ id_task: task });
        const headers = { "Content-Type": "application/json" };
        try {
            const answer = await fetch("./internal/progress", { method: "POST", headers, body });
            const { progress, textinfo } = await answer.json();
            const share = progress ? `${Math.round(100 * progress)} %` : "";
            line.textContent = [share, textinfo].filter(Boolean).join(" · ");
        } catch (error) {
            line.textContent = ""; // the server is not to be reached just now
        }
        setTimeout(look, 500);
    };
    look();
}

function hideProgress(tab) {
    gradioApp()
        .querySelectorAll(`#${tab}_results .generation-progress`)
        .forEach((line) => line.remove());
}
