import {element, replace, empty, guarded} from "./dom.js";
import {get} from "./api.js";
import {ago, count, momentText} from "./words.js";

const place = document.getElementById("devices");

guarded(place, async () => {
    const [devices, activity] = await Promise.all([get("/devices?limit=1000"), get("/devices/activity?limit=1000")]);
    const seen = new Map(activity.items.map((item) => [item.device_id || item.id, item]));
    if (devices.items.length === 0) {
        replace(place, empty("No device sends anything yet.", "Register one from a terminal:", element("code", {}, 'hearth devices add "My phone" --kind phone')));
        return;
    }
    replace(place, devices.items.map((device) => {
        const item = seen.get(device.id);
        const streams = (item?.streams || []).slice().sort((left, right) => right.count - left.count);
        return element("article", {class: "card"}, element("h3", {}, device.name),
            element("div", {class: "meta"}, element("span", {}, device.kind), device.platform ? element("span", {}, device.platform) : null,
                element("span", {title: momentText(item?.last_received_at)}, item?.last_received_at ? `last seen ${ago(item.last_received_at)}` : "never seen")),
            streams.length ? element("div", {class: "scroll"}, element("table", {class: "stacked"},
                element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "Stream"), element("th", {scope: "col", class: "number"}, "Readings"), element("th", {scope: "col"}, "Latest"))),
                element("tbody", {}, streams.map((stream) => element("tr", {}, element("td", {}, stream.stream),
                    element("td", {class: "number", "data-label": "Readings"}, count(stream.count)), element("td", {"data-label": "Latest"}, momentText(stream.last))))))) : null);
    }));
});
