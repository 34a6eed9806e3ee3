/*
 * The browser's part of lib_iclight/ui/first_opening.py: a layout of gradio 4 that makes its content when it is first
 * shown.
 *
 * gradio loads this file as it loads every layout that is not its own: a compiled Svelte component, to which it hands
 * Svelte's library. In Svelte's language it is
 *     <div id={elem_id} class={elem_classes.join(" ")} bind:this={place}>{#if isShown}<slot />{/if}</div>
 */
const {
    SvelteComponent,
    attr,
    binding_callbacks,
    create_slot,
    detach,
    element,
    get_all_dirty_from_scope,
    get_slot_changes,
    init,
    insert,
    onMount,
    safe_not_equal,
    tick,
    transition_in,
    transition_out,
    update_slot_base,
} = window.__gradio__svelte__internal;

/** Where the component's values stand in what Svelte calls its context. */
const [ID, CLASSES, GRADIO, IS_SHOWN, SCOPE, SLOTS, BIND] = [0, 1, 2, 3, 4, 5, 6];

/**
 * Let gradio read the values of controls that are not made yet. It first asks what it has made of a control, without
 * looking whether it has made anything.
 * @returns {boolean} whether there are such controls
 */
function standIn(block) {
    const inside = block?.children ?? [];
    for (const child of inside) {
        child.instance ??= {};
        standIn(child);
    }
    return inside.length > 0;
}

/** Whether the content of the element with this id can wait. If gradio keeps it elsewhere than it did, it cannot. */
function canWait(id) {
    const blocks = window.gradio_config?.components ?? [];
    return id !== "" && standIn(blocks.find(({ props }) => props?.elem_id === id));
}

/** The content, once it is shown. */
function createContent(context) {
    const template = context[SLOTS].default;
    const slot = create_slot(template, context, context[SCOPE], null);
    let isCurrent = false;
    return {
        c: () => slot?.c(),
        m: (target) => slot?.m(target, null),
        p(now, dirty) {
            if (!slot?.p || (isCurrent && !(dirty & (1 << SCOPE)))) return;
            const scope = now[SCOPE];
            const changes = isCurrent
                ? get_slot_changes(template, scope, dirty, null)
                : get_all_dirty_from_scope(scope);
            update_slot_base(slot, template, now, scope, changes, null);
        },
        i() {
            if (!isCurrent) transition_in(slot);
            isCurrent = true;
        },
        o() {
            transition_out(slot);
            isCurrent = false;
        },
        d: (isDetaching) => slot?.d(isDetaching),
    };
}

/** The element around the content. */
function createFragment(context) {
    let place;
    let content = context[IS_SHOWN] ? createContent(context) : null;
    return {
        c() {
            place = element("div");
            attr(place, "id", context[ID]);
            attr(place, "class", context[CLASSES].join(" "));
            content?.c();
        },
        m(target, anchor) {
            insert(target, place, anchor);
            content?.m(place);
            context[BIND](place);
        },
        p(now, [dirty]) {
            if (content) {
                content.p(now, dirty);
            } else if (now[IS_SHOWN]) {
                content = createContent(now);
                content.c();
                content.i();
                content.m(place);
            }
        },
        i: () => content?.i(),
        o: () => content?.o(),
        d(isDetaching) {
            if (isDetaching) detach(place);
            content?.d();
            context[BIND](null);
        },
    };
}

/** The component's values, and what happens when it is first shown. */
function instance(component, given, invalidate) {
    const { elem_id: id = "", elem_classes: classes = [], $$slots: slots = {} } = given;
    let gradio = given.gradio;
    let place = null;

    async function show() {
        invalidate(IS_SHOWN, true);
        await tick();
        place?.dispatchEvent(new CustomEvent("ic-light-opened", { bubbles: true }));
        gradio.dispatch("opened");
    }

    onMount(() => {
        const watcher = new ResizeObserver(() => {
            if (place === null || place.offsetParent === null) return;
            watcher.disconnect();
            show();
        });
        watcher.observe(place);
        return () => watcher.disconnect();
    });

    component.$$set = (props) => {
        if ("gradio" in props) {
            gradio = props.gradio;
            invalidate(GRADIO, gradio);
        }
        if ("$$scope" in props) invalidate(SCOPE, props.$$scope);
    };

    function bind(bound) {
        binding_callbacks[bound ? "unshift" : "push"](() => {
            place = bound;
        });
    }

    return [id, classes, gradio, !canWait(id), given.$$scope, slots, bind];
}

export default class FirstOpening extends SvelteComponent {
    constructor(options) {
        super();
        init(this, options, instance, createFragment, safe_not_equal, {
            elem_id: ID,
            elem_classes: CLASSES,
            gradio: GRADIO,
        });
    }
}
