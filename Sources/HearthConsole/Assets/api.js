// Speaks to the server. Failures carry its own words: what is wrong, and what to do.

export class Failure extends Error {
    constructor(message, hint, status) {
        super(message);
        this.hint = hint;
        this.status = status;
    }
}

async function check(response) {
    if (response.ok) return response;
    let problem = {};
    try { problem = await response.json(); } catch { /* not every failure has words */ }
    if (response.status === 401) throw new Failure("This browser is not signed in.", "Open the address that Hearth printed when it started.", 401);
    throw new Failure(problem.detail || `The server answered ${response.status}.`, problem.hint, response.status);
}

async function call(path, options) {
    let response;
    try {
        response = await fetch(path, options);
    } catch {
        throw new Failure("Hearth does not answer.", "Is it running? Try again in a moment.", 0);
    }
    return check(response);
}

export function query(path, values) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) if (value !== "" && value !== null && value !== undefined) search.set(name, value);
    const text = search.toString();
    return text ? `${path}?${text}` : path;
}

export async function get(path) {
    return (await call(path, {headers: {accept: "application/json"}})).json();
}

export async function send(method, path, body) {
    const options = {method, headers: {accept: "application/json"}};
    if (body !== undefined) {
        options.headers["content-type"] = "application/json";
        options.body = JSON.stringify(body);
    }
    const response = await call(path, options);
    return response.status === 204 ? null : response.json();
}

/** POSTs and yields the server's events, as {event, data}, while they come. */
export async function* events(path, body) {
    const response = await call(path, {
        method: "POST", headers: {"accept": "text/event-stream", "content-type": "application/json"}, body: JSON.stringify(body),
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    while (true) {
        const {value, done} = await reader.read();
        if (done) return;
        rest += value;
        let end;
        while ((end = rest.indexOf("\n\n")) >= 0) {
            const block = rest.slice(0, end);
            rest = rest.slice(end + 2);
            let event = "message";
            const data = [];
            for (const line of block.split("\n")) {
                if (line.startsWith("event:")) event = line.slice(6).trim();
                else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
            }
            if (data.length) yield {event, data: JSON.parse(data.join("\n"))};
        }
    }
}
