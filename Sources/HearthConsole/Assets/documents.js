import {element, replace, empty, guarded} from "./dom.js";
import {get, query} from "./api.js";
import {beginning, kindNames, kindText, momentText, plural} from "./words.js";

const list = document.getElementById("list");
const form = document.getElementById("filters");
const more = document.getElementById("more");
const total = document.getElementById("total");
let cursor = null;

for (const [kind, name] of Object.entries(kindNames)) form.elements.kind.append(element("option", {value: kind}, name));
for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;

function card(head, text) {
    const address = head.passage_id ? `/ui/documents/${head.document_id}?passage=${head.passage_id}` : `/ui/documents/${head.id}`;
    return element("article", {class: "card"}, element("h3", {}, element("a", {href: address}, head.title || "Untitled")),
        element("div", {class: "meta"}, element("span", {}, kindText(head.kind)), element("span", {}, head.source.name ?? head.source),
            element("time", {datetime: head.timestamp}, momentText(head.timestamp)),
            head.version > 1 ? element("span", {}, `version ${head.version}`) : null),
        element("div", {}, text));
}

async function load(isFirst) {
    const values = Object.fromEntries(new FormData(form));
    if (values.q) {
        const answer = await get(query("/search", {q: values.q, kind: values.kind, k: 30}));
        total.textContent = `${plural(answer.hits.length, "passage")} in ${answer.took_ms} ms`;
        replace(list, answer.hits.length ? answer.hits.map((hit) => card(hit, hit.text)) : empty("Nothing is found.", "Try other words."));
        more.classList.add("hidden");
        return;
    }
    const answer = await get(query("/documents", {kind: values.kind, cursor: isFirst ? null : cursor, limit: 50}));
    cursor = answer.next_cursor;
    total.textContent = answer.total === undefined ? "" : plural(answer.total, "document");
    const cards = answer.items.map((head) => card(head, beginning(head.summary)));
    if (isFirst) replace(list, cards.length ? cards : empty("No documents yet.", "Add some from a terminal:", element("code", {}, "hearth add ~/Notes")));
    else list.append(...cards);
    more.classList.toggle("hidden", !cursor);
}

form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", query(location.pathname, Object.fromEntries(new FormData(form))));
    guarded(list, () => load(true));
});
form.elements.kind.addEventListener("change", () => form.requestSubmit());
more.addEventListener("click", () => guarded(document.getElementById("trouble"), () => load(false)));
guarded(list, () => load(true));
