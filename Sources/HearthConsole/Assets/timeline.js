import {element, replace, empty, guarded} from "./dom.js";
import {get, query} from "./api.js";
import {beginning, clockText, count, dayKey, dayText, kindNames, kindText, midnight} from "./words.js";

const place = document.getElementById("day");
const form = document.getElementById("filters");
const heading = document.getElementById("heading");

for (const [kind, name] of Object.entries(kindNames)) form.elements.kind.append(element("option", {value: kind}, name));
const search = new URLSearchParams(location.search);
form.elements.day.value = search.get("day") || dayKey(new Date());
form.elements.kind.value = search.get("kind") || "";

function entry(head) {
    return element("div", {class: "day"}, element("time", {datetime: head.timestamp}, clockText(head.timestamp)),
        element("article", {class: "card"}, element("h3", {}, element("a", {href: `/ui/documents/${head.id}`}, head.title || "Untitled")),
            element("div", {class: "meta"}, element("span", {}, kindText(head.kind)), element("span", {}, head.source.name)),
            element("div", {}, beginning(head.summary))));
}

async function load() {
    const key = form.elements.day.value || dayKey(new Date());
    const kind = form.elements.kind.value;
    history.replaceState(null, "", query(location.pathname, {day: key, kind}));
    heading.textContent = dayText(midnight(key));
    const answer = await get(query("/timeline", {from: midnight(key).toISOString(), to: midnight(key, 1).toISOString(), kind}));
    const streams = answer.streams.map((stream) => element("div", {class: "card"}, element("strong", {}, stream.title), element("span", {class: "meta"}, `${count(stream.count)} ${stream.count === 1 ? "reading" : "readings"}`)));
    replace(place,
        streams.length && !kind ? element("div", {class: "facts", "aria-label": "Readings of the day"}, streams) : null,
        answer.documents.length ? answer.documents.map(entry) : empty("Nothing was written, said or seen that day.",
            answer.nearest ? element("a", {href: query(location.pathname, {day: dayKey(new Date(answer.nearest))})}, "Go to the nearest day with something") : null));
}

function move(days) {
    form.elements.day.value = dayKey(midnight(form.elements.day.value || dayKey(new Date()), days));
    guarded(place, load);
}

form.addEventListener("change", () => guarded(place, load));
form.addEventListener("submit", (event) => { event.preventDefault(); guarded(place, load); });
document.getElementById("earlier").addEventListener("click", () => move(-1));
document.getElementById("later").addEventListener("click", () => move(1));
guarded(place, load);
