import {element, replace, guarded, failure, outside} from "./dom.js";
import {get, query, send} from "./api.js";
import {kindText, momentText, plural} from "./words.js";

const place = document.getElementById("document");
const id = location.pathname.split("/").pop();
const search = new URLSearchParams(location.search);

/** The passage's text with the cited range marked. Ranges count code points, as the server's do. */
function passageNodes(text, start, end) {
    if (start === null || end === null) return [text];
    const points = Array.from(text);
    return [points.slice(0, start).join(""), element("mark", {}, points.slice(start, end).join("")), points.slice(end).join("")];
}

function original(shown) {
    const blob = shown.source.blob;
    if (!blob) return null;
    const address = `/blobs/${blob}`;
    if (shown.kind === "transcript") return element("div", {class: "original"}, element("audio", {controls: true, preload: "none", src: address}));
    if (shown.kind === "screenshot") return element("div", {class: "original"}, element("img", {src: address, alt: "The original picture", loading: "lazy"}));
    return element("p", {}, element("a", {href: address, download: true}, "The original file"));
}

async function remove(shown) {
    if (!confirm(`Forget “${shown.title || "this document"}” everywhere? This cannot be undone.`)) return;
    try {
        await send("DELETE", `/documents/${id}`);
        location.assign("/ui/documents");
    } catch (error) {
        place.prepend(failure(error));
    }
}

/** The version that holds the cited passage, else the one asked for, else the current one. */
async function load() {
    const [passage, version] = [search.get("passage"), search.get("version")];
    try {
        return await get(query(`/documents/${id}`, passage ? {passage} : {version}));
    } catch (error) {
        // The passage may be gone, with a document that was forgotten and came again.
        if (!passage || error.status !== 404) throw error;
        return get(`/documents/${id}`);
    }
}

/** Says that the text shown is not the current one, and where that is. */
function older(shown) {
    if (shown.version >= shown.current_version) return null;
    return element("p", {class: "meta warn", id: "older"}, element("span", {}, `This is version ${shown.version} of ${shown.current_version}.`),
        element("a", {href: `/ui/documents/${id}`}, "Open the newest version"));
}

guarded(place, async () => {
    const shown = await load();
    document.title = `${shown.title || "Untitled"} · Hearth`;
    const start = search.has("start") ? Number(search.get("start")) : null;
    const end = search.has("end") ? Number(search.get("end")) : null;
    const passages = shown.passages.map((passage) => {
        const isCited = passage.id === search.get("passage");
        return element("p", {class: isCited ? "passage cited" : "passage", id: isCited ? "cited" : null, tabindex: isCited ? "-1" : null},
            isCited ? passageNodes(passage.text, start, end) : passage.text);
    });
    const people = shown.metadata?.from ? element("span", {}, `from ${[shown.metadata.from].flat().map((one) => one.name || one.address || one).join(", ")}`) : null;
    replace(place,
        element("header", {}, element("h1", {}, shown.title || "Untitled"), element("button", {class: "quiet", type: "button", onclick: () => remove(shown)}, "Forget")),
        element("p", {class: "meta"}, element("span", {}, kindText(shown.kind)), element("span", {}, shown.source.name),
            element("time", {datetime: shown.timestamp}, momentText(shown.timestamp)), people,
            shown.language ? element("span", {}, shown.language) : null, element("span", {}, plural(shown.passages.length, "passage")),
            shown.version > 1 ? element("span", {}, `version ${shown.version}`) : null),
        older(shown), shown.source.url ? element("p", {}, outside(shown.source.url)) : null, original(shown), passages);
    const cited = document.getElementById("cited");
    if (cited) {
        (cited.querySelector("mark") || cited).scrollIntoView({block: "center"});
        cited.focus({preventScroll: true});
    }
});
