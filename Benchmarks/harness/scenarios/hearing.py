"""Speech: how many words are wrong, whether noise becomes words, and how soon after an upload both results are there."""

import http.client
import json
import time

from .. import speech
from ..bench import Bench
from ..decoder import Decoder
from ..report import Goal, Measure, Report
from ..servers import Hearth, Server
from ..tools import Failure

NAME = "hearing"
#: Seconds of the clips that are uploaded.
CLIP_SECONDS = 10
#: Seconds after which a clip counts as never heard.
PATIENCE = 60
_SEGMENTS, _WORDS = "media_audio_vad_filtered", "media_text_transcribed_words"


def _heard(events: list[dict]) -> list[str]:
    return speech.words(" ".join(event["text"] for event in events if event["kind"] == "transcript"))


def _recognition(bench: Bench, report: Report) -> None:
    prompts = speech.prompts()
    if bench.quick:
        prompts = prompts[::10]
    noises = speech.noises()
    cases = []
    with Decoder(bench.programs / "hearth-decoder") as decoder:
        decoder.hear(speech.g722_wave(prompts[0].path.read_bytes()))
        begin, processor = time.perf_counter(), decoder.processor_seconds()
        for prompt in prompts:
            heard = _heard(decoder.hear(speech.g722_wave(prompt.path.read_bytes())))
            cases.append({"prompt": prompt.name, "wrong": speech.wrong_words(prompt.words, heard), "heard": " ".join(heard)})
        seconds, processor = time.perf_counter() - begin, decoder.processor_seconds() - processor
        listening = decoder.processor_seconds()
        for prompt in prompts:
            decoder.hear(speech.g722_wave(prompt.path.read_bytes()), transcribes=False)
        listening = decoder.processor_seconds() - listening
        invented = {name: _heard(decoder.hear(wave)) for name, wave in noises.items()}
    recorded = sum(prompt.seconds for prompt in prompts)

    def rate(first: int, step: int) -> float:
        said = sum(len(prompt.words) for prompt in prompts[first::step])
        return 100 * sum(case["wrong"] for case in cases[first::step]) / said

    report.measures += [
        Measure(f"word error rate, {len(prompts)} prompts", "%", [rate(0, 1)], Goal("<=", 30)),
        Measure("word error rate, the half that nothing was chosen on", "%", [rate(1, 2)], Goal("<=", 30)),
        Measure("word error rate, the half that settings were chosen on", "%", [rate(0, 2)]),
        Measure("prompts without a word", "", [sum(not case["heard"] for case in cases)]),
        Measure(f"words found in {len(noises)} sounds without speech", "", [sum(map(len, invented.values()))], Goal("<=", 0)),
        Measure("decoding and writing down, processor time per second of recording", "ms", [1e3 * processor / recorded]),
        Measure("decoding and finding speech, processor time per second of recording", "ms", [1e3 * listening / recorded]),
        Measure("decoding and writing down, seconds of recording per second", "×", [recorded / seconds]),
    ]
    report.details["prompts"] = cases
    report.details["invented"] = {name: " ".join(words) for name, words in invented.items() if words}


def _clip(prompts: list[speech.Prompt], first: int) -> bytes:
    """Ten seconds of prompts, one after the other."""
    data = b""
    for offset in range(len(prompts)):
        data += prompts[(first + offset) % len(prompts)].path.read_bytes()
        if len(data) >= CLIP_SECONDS * 8000:
            return speech.g722_wave(data[: CLIP_SECONDS * 8000])
    raise Failure("the prompts are too short for a clip")


class _Listener:
    """Uploads a clip and looks for what becomes of it, on one connection."""

    def __init__(self, server: Server, device: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        self.headers = {"Authorization": f"Bearer {server.token}"}
        self.device = device

    def _ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict:
        self.connection.request(method, path, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise Failure(f"hearth: {method} {path} answered {answer.status}: {content[:500]!r}")
        return json.loads(content)

    def hear(self, clip: bytes) -> tuple[float, float]:
        """Seconds from the first byte sent to the stored segments, and to the stored words."""
        path = f"/audio/upload?device_id={self.device}&timestamp={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
        begin = time.perf_counter()
        blob = self._ask("POST", path, clip, **{"Content-Type": "audio/wav"})["blob"]
        found: dict[str, float] = {}
        while len(found) < 2:
            for stream in (_SEGMENTS, _WORDS):
                if stream not in found:
                    items = self._ask("GET", f"/streams/{stream}?limit=100")["items"]
                    if any(item["source_blob"] == blob for item in items):
                        found[stream] = time.perf_counter() - begin
            if time.perf_counter() - begin > PATIENCE:
                raise Failure(f"hearth: a clip was not written down within {PATIENCE} seconds")
            time.sleep(0.005)
        return found[_SEGMENTS], found[_WORDS]


def _uploads(bench: Bench, report: Report) -> None:
    prompts = [prompt for prompt in speech.prompts() if len(prompt.words) >= 8]
    clips = [_clip(prompts, number * 7) for number in range(2 + 2 * bench.runs)]
    with Hearth(bench.programs / "hearth") as server:
        listener = _Listener(server, server.devices(1)[0])
        cold = listener.hear(clips[0])
        warm = [listener.hear(clip) for clip in clips[1:]]
    segments, words = zip(*warm)
    report.measures += [
        Measure(f"speech found after the upload of {CLIP_SECONDS} s", "s", list(segments), Goal("<=", 0.5)),
        Measure(f"words written down after the upload of {CLIP_SECONDS} s", "s", list(words), Goal("<=", 3)),
        Measure("speech found, first recording after the start", "s", [cold[0]], Goal("<=", 0.5)),
        Measure("words written down, first recording after the start", "s", [cold[1]], Goal("<=", 3)),
    ]


def run(bench: Bench) -> Report:
    if bench.peers_only:
        raise Failure("nothing of this runs without hearth-decoder")
    report = Report(NAME, "Speech: words, noise, and the time after an upload")
    report.notes.append(
        "PocketSphinx on the prompts of Debian's Asterisk package (one speaker, G.722, at least four words each, nothing "
        "spelled). Upload times are wall clock from the first byte sent to the stored result, seen by a client that asks "
        "every few milliseconds."
    )
    if bench.quick:
        report.notes.append("A quick run hears every tenth prompt, so its halves are not the usual ones.")
    _recognition(bench, report)
    _uploads(bench, report)
    return report
