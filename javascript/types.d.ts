// What the web UI gives to the scripts of extensions, and our classes. Only the type checker reads this file.

declare function gradioApp(): Document | ShadowRoot;
declare function onUiLoaded(callback: () => void): void;
declare function onAfterUiUpdate(callback: () => void): void;
declare function getTranslation(text: string): string | undefined;

interface Window {
    icLight: typeof icLight;
    /** English texts and their translations; empty where the page is in English. */
    localization?: Record<string, string>;
    switch_to_txt2img?: () => unknown;
    switch_to_img2img?: () => unknown;
}

type Form = InstanceType<typeof icLight.form.Form>;
type Handles = InstanceType<typeof icLight.handles.Handles>;
type Page = InstanceType<typeof icLight.page.Page>;
type Pointer = InstanceType<typeof icLight.pointer.Pointer>;
type Rows = InstanceType<typeof icLight.rows.Rows>;
type Scene = InstanceType<typeof icLight.scene.Scene>;
type Scope = InstanceType<typeof icLight.dom.Scope>;
type Stage = InstanceType<typeof icLight.stage.Stage>;
type State = InstanceType<typeof icLight.state.State>;
type Status = InstanceType<typeof icLight.status.Status>;
type Toolbar = InstanceType<typeof icLight.toolbar.Toolbar>;
type View = InstanceType<typeof icLight.view.View>;
