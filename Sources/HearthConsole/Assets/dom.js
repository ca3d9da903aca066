// Builds elements. Text is only ever set as text: nothing that Hearth stores can become markup.

/** element("a", {href: "/", class: "item"}, "text", child, [children]) */
export function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
        else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

/** A link to a place outside of Hearth. What is no address of the web is shown, and leads nowhere. */
export function outside(address) {
    let scheme = "";
    try {
        scheme = new URL(address).protocol;
    } catch { /* no absolute address */ }
    return scheme === "http:" || scheme === "https:" ? element("a", {href: address, rel: "noreferrer noopener"}, address) : address;
}

export function replace(parent, ...children) {
    parent.replaceChildren(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
}

export function empty(title, ...hints) {
    return element("div", {class: "empty"}, element("strong", {}, title), hints.map((hint) => element("div", {}, hint)));
}

export function failure(error) {
    return element("div", {class: "error", role: "alert"}, error.message, error.hint ? element("div", {}, error.hint) : null);
}

/** Runs a loader and shows what it threw in the place where its result would stand. */
export async function guarded(place, loader) {
    place.setAttribute("aria-busy", "true");
    try {
        await loader();
    } catch (error) {
        replace(place, failure(error));
    } finally {
        place.removeAttribute("aria-busy");
    }
}
