// How times, counts and kinds are said.

const day = new Intl.DateTimeFormat(undefined, {weekday: "long", year: "numeric", month: "long", day: "numeric"});
const moment = new Intl.DateTimeFormat(undefined, {dateStyle: "medium", timeStyle: "short"});
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const relative = new Intl.RelativeTimeFormat(undefined, {numeric: "auto"});
const grouped = new Intl.NumberFormat();

export const dayText = (date) => day.format(date);
export const momentText = (text) => (text ? moment.format(new Date(text)) : "never");
export const clockText = (text) => clock.format(new Date(text));
export const count = (number) => grouped.format(number);
export const plural = (number, word) => `${grouped.format(number)} ${word}${number === 1 ? "" : "s"}`;

export function ago(text) {
    if (!text) return "never";
    const seconds = (new Date(text) - Date.now()) / 1000;
    for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]])
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
    return relative.format(Math.round(seconds), "second");
}

const kinds = {note: "Note", mail: "Mail", page: "Page", pdf: "PDF", transcript: "Voice memo", screenshot: "Picture", file: "File"};
export const kindNames = kinds;
export const kindText = (kind) => kinds[kind] || kind;

/** The local day of a date as YYYY-MM-DD, which date inputs take. */
export function dayKey(date) {
    return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, "0"), String(date.getDate()).padStart(2, "0")].join("-");
}

/** Local midnight that begins the day of a YYYY-MM-DD, moved by some days. */
export function midnight(key, days = 0) {
    const [year, month, date] = key.split("-").map(Number);
    return new Date(year, month - 1, date + days);
}

/** The beginning of a text as the server cuts it, at a word and with a sign that more follows. */
export function beginning(text) {
    const longest = 200;
    if (Array.from(text).length < longest) return text;
    const end = text.lastIndexOf(" ");
    return `${end > 0 ? text.slice(0, end) : text}…`;
}
