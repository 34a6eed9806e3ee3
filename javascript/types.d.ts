// What the web UI gives to the scripts of extensions, and those of our classes that others name. Only the type checker reads this file.

declare function gradioApp(): Document | ShadowRoot;
declare function onUiLoaded(callback: () => void): void;
declare function onAfterUiUpdate(callback: () => void): void;
declare function getTranslation(text: string): string | undefined;

interface Window {
    icLight: typeof icLight;
    /** English texts and their translations; empty where the page is in English. */
    localization?: Record<string, string>;
    /** gradio's description of the page, from which it makes it. */
    gradio_config?: { components?: { props?: { elem_id?: string; webui_tooltip?: string } }[] };
    switch_to_txt2img?: () => unknown;
    switch_to_img2img?: () => unknown;
}

type Backdrop = InstanceType<typeof icLight.backdrop.Backdrop>;
type Page = InstanceType<typeof icLight.page.Page>;
type Rows = InstanceType<typeof icLight.rows.Rows>;
type Scope = InstanceType<typeof icLight.dom.Scope>;
type Stage = InstanceType<typeof icLight.stage.Stage>;
type StudioMade = InstanceType<typeof icLight.studioMade.Made>;
type StudioStage = InstanceType<typeof icLight.studioStage.Stage>;
type StudioTimeline = InstanceType<typeof icLight.studioTimeline.Timeline>;
type StudioState = InstanceType<typeof icLight.studioState.State>;
type State = InstanceType<typeof icLight.state.State>;
