import {element, replace, failure} from "./dom.js";
import {get, events} from "./api.js";
import {kindText, momentText} from "./words.js";

const conversation = document.getElementById("conversation");
const form = document.getElementById("ask");
const input = document.getElementById("question");
const button = form.querySelector("button");
const status = document.getElementById("status");
const examples = [
    "When is my new appointment at the dentist?", "Which platform does the train to Basel leave from?",
    "Where is the red car key?", "How much is the excess for the windscreen?",
];
let session = new URLSearchParams(location.search).get("session");

/** Where a citation opens: its document, at the passage, with the quoted range marked. */
export function citationAddress(citation) {
    const search = new URLSearchParams({passage: citation.passage_id, start: citation.start, end: citation.end});
    return `/ui/documents/${citation.document_id}?${search}`;
}

function source(citation, number) {
    return element("li", {}, element("a", {href: citationAddress(citation), id: `source-${citation.passage_id}-${number}`},
        element("span", {class: "tag"}, String(number)), " ", element("strong", {}, citation.title || "Untitled"), element("br"),
        element("q", {}, citation.quote)));
}

function nearest(citation) {
    return element("li", {}, element("a", {href: citationAddress(citation)},
        element("strong", {}, citation.title || "Untitled"), element("br"), element("q", {}, citation.quote)));
}

function showAnswer(place, answer) {
    const sure = answer.confidence >= 0.75 ? "quite sure" : answer.confidence >= 0.5 ? "fairly sure" : "not sure";
    const parts = [element("p", {}, answer.answer)];
    if (answer.notice) parts.push(element("p", {class: "meta warn"}, answer.notice));
    if (answer.citations?.length) parts.push(element("ol", {class: "sources"}, answer.citations.map((citation, index) => source(citation, index + 1))));
    if (!answer.answered && answer.nearest?.length)
        parts.push(element("p", {class: "meta"}, "The nearest that is stored:"), element("ul", {class: "sources"}, answer.nearest.map(nearest)));
    if (answer.answered) parts.push(element("p", {class: "meta"}, element("span", {}, sure), element("span", {}, `${Math.round(answer.confidence * 100)} %`)));
    replace(place, parts);
    place.removeAttribute("aria-busy");
}

function place(turn) {
    const answer = element("article", {class: "answer", "aria-label": "Answer", "aria-busy": "true"}, element("p", {class: "thinking"}, "Looking"));
    conversation.querySelector(".welcome")?.remove();
    conversation.append(element("div", {class: "question"}, turn), answer);
    return answer;
}

async function ask(text) {
    const answer = place(text);
    answer.scrollIntoView({block: "end"});
    button.disabled = true;
    status.textContent = "Looking for an answer";
    try {
        let written = "";
        let isDone = false;
        for await (const {event, data} of events("/chat", {query: text, session: session || undefined, stream: true})) {
            if (event === "text") {
                written += data.text;
                replace(answer, element("p", {class: "thinking"}, written));
            } else if (event === "done") {
                isDone = true;
                session = data.session;
                history.replaceState(null, "", `/?session=${session}`);
                showAnswer(answer, data);
                status.textContent = data.answer;
            } else if (event === "error") {
                throw Object.assign(new Error(data.detail || data.message), {hint: data.hint});
            }
        }
        if (!isDone) throw new Error("The answer broke off. Ask again.");
    } catch (error) {
        replace(answer, failure(error));
        answer.removeAttribute("aria-busy");
        status.textContent = error.message;
    } finally {
        button.disabled = false;
        answer.scrollIntoView({block: "end"});
    }
}

async function welcome() {
    const answer = await get("/documents?limit=5");
    const recent = answer.items;
    const box = element("div", {class: "welcome"});
    if (recent.length === 0) {
        box.append(element("div", {class: "empty"}, element("strong", {}, "There is nothing to ask about yet."),
            element("div", {}, "Add a folder of notes, mails, voice memos or screenshots:"), element("code", {}, "hearth add ~/Notes")));
    } else {
        box.append(element("p", {}, "Ask about anything that is stored here. Every answer names the passage it comes from."));
        const isDemo = document.body.dataset.demo === "true";
        if (isDemo) box.append(element("div", {class: "examples"}, examples.map((text) =>
            element("button", {class: "quiet", type: "button", onclick: () => ask(text)}, text))));
        box.append(element("h2", {}, "Latest"), ...recent.map((head) => element("div", {class: "card"},
            element("h3", {}, element("a", {href: `/ui/documents/${head.id}`}, head.title || "Untitled")),
            element("div", {class: "meta"}, element("span", {}, kindText(head.kind)), element("span", {}, momentText(head.timestamp))))));
    }
    conversation.append(box);
}

async function restore() {
    const old = await get(`/chat/sessions/${session}`);
    for (const turn of old.turns) showAnswer(place(turn.query), turn);
}

form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || button.disabled) return;
    input.value = "";
    ask(text);
});

try {
    if (session) await restore(); else await welcome();
} catch (error) {
    if (session) { session = null; history.replaceState(null, "", "/"); }
    conversation.append(failure(error));
}
input.focus();
