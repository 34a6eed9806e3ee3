onUiLoaded(() => document.body.classList.add("recorder-was-here"));
