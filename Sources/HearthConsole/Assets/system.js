import {element, replace, guarded} from "./dom.js";
import {get} from "./api.js";
import {ago, count, plural} from "./words.js";

const health = document.getElementById("health");
const processors = document.getElementById("processors");
const streams = document.getElementById("streams");

async function showHealth() {
    let ready;
    try { ready = await get("/readyz"); } catch (error) { if (error.status !== 503) throw error; ready = {status: "unavailable"}; }
    const checks = Object.entries(ready.checks || {});
    replace(health, element("div", {class: "facts"},
        element("div", {class: "card"}, element("strong", {class: ready.status === "ready" || ready.status === "ok" ? "good" : "bad"}, ready.status), element("span", {class: "meta"}, "Hearth")),
        checks.map(([name, check]) => element("div", {class: "card"}, element("strong", {class: (check.status || check) === "ok" ? "good" : "bad"}, check.status || String(check)), element("span", {class: "meta"}, name)))));
}

async function showProcessors() {
    const answer = await get("/processors");
    if (answer.items.length === 0) {
        replace(processors, element("p", {class: "meta"}, "No background work is set up."));
        return;
    }
    replace(processors, element("div", {class: "scroll"}, element("table", {class: "stacked"},
        element("thead", {}, element("tr", {}, ["Name", "Waiting", "Done", "Failed"].map((name, index) => element("th", {scope: "col", class: index ? "number" : null}, name)), element("th", {scope: "col"}, "State"))),
        element("tbody", {}, answer.items.map((item) => element("tr", {},
            element("td", {}, element("strong", {}, item.name), element("div", {class: "meta"}, item.summary), item.last_error ? element("div", {class: "bad"}, item.last_error.message || item.last_error) : null),
            element("td", {class: "number", "data-label": "Waiting"}, count(item.lag?.readings ?? item.lag ?? 0)), element("td", {class: "number", "data-label": "Done"}, count(item.worked ?? item.processed ?? 0)),
            element("td", {class: "number", "data-label": "Failed"}, element("span", {class: item.dead_letters ? "bad" : ""}, count(item.dead_letters ?? item.failed ?? 0))),
            element("td", {"data-label": "State"}, item.state ?? "")))))));
}

async function showStreams() {
    const answer = await get("/streams");
    const used = answer.items.filter((stream) => stream.count > 0).sort((left, right) => right.count - left.count);
    replace(streams, element("p", {class: "meta"}, `${plural(used.reduce((sum, stream) => sum + stream.count, 0), "reading")} in ${plural(used.length, "stream")}`),
        element("div", {class: "scroll"}, element("table", {class: "stacked"},
            element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "Stream"), element("th", {scope: "col", class: "number"}, "Readings"), element("th", {scope: "col"}, "Latest"))),
            element("tbody", {}, used.map((stream) => element("tr", {}, element("td", {}, stream.title), element("td", {class: "number", "data-label": "Readings"}, count(stream.count)), element("td", {"data-label": "Latest"}, ago(stream.last_received_at))))))));
}

guarded(streams, showStreams);
async function refresh() {
    await Promise.all([guarded(health, showHealth), guarded(processors, showProcessors)]);
}
await refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 5000);
