"""Recordings with known words: Debian's prompts for telephones, what is said in them, and how words are counted."""

import gzip
import math
import random
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from .tools import Failure

SOUNDS = Path("/usr/share/asterisk/sounds/en")
TRANSCRIPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
RATE = 16_000
#: Shorter prompts are fragments of sentences, which nobody says alone.
LEAST_WORDS = 4

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()
_UNITS += ["eighteen", "nineteen"]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@dataclass(frozen=True)
class Prompt:
    name: str
    path: Path
    words: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """G.722 has 64 kbit/s."""
        return self.path.stat().st_size / 8000


def _number(value: int) -> list[str]:
    if value < 20:
        return [_UNITS[value]]
    if value < 100:
        return [_TENS[value // 10]] + ([_UNITS[value % 10]] if value % 10 else [])
    return _number(value // 100) + ["hundred"] + (_number(value % 100) if value % 100 else [])


def words(text: str) -> list[str]:
    """Small letters, apostrophes kept, hyphens as spaces, numbers below a thousand in words."""
    found: list[str] = []
    for token in re.findall(r"[a-z]+(?:'[a-z]+)*|\d+", text.lower().replace("’", "'")):
        found += _number(int(token)) if token.isdigit() else [token]
    return found


def _is_said(text: str) -> bool:
    """Whether the line is what one hears: no description of a sound, no letters that are spelled, no address."""
    if re.search(r"[\[\]<>()*@]|www|\d[A-Z]", text):
        return False
    return not any(token not in ("I", "A") for token in re.findall(r"\b[A-Z]+\b", text))


def prompts() -> list[Prompt]:
    """The default choice: every prompt of the package's first folder with at least four words. In the order of the names."""
    if not TRANSCRIPTS.exists() or not SOUNDS.exists():
        raise Failure(
            "the prompts or their words are not there: apt-get install asterisk-core-sounds-en-g722 asterisk-core-sounds-en "
            f"(a dpkg that leaves out documentation leaves out {TRANSCRIPTS})"
        )
    found = []
    for line in gzip.decompress(TRANSCRIPTS.read_bytes()).decode().splitlines():
        name, separator, text = line.partition(":")
        path = SOUNDS / f"{name}.g722"
        said = tuple(words(text))
        if separator and "/" not in name and len(said) >= LEAST_WORDS and _is_said(text) and path.exists():
            found.append(Prompt(name, path, said))
    if len(found) < 100:
        raise Failure(f"{TRANSCRIPTS} holds {len(found)} usable prompts; it is not the list that is known")
    return sorted(found, key=lambda prompt: prompt.name)


def wrong_words(reference: list[str] | tuple[str, ...], heard: list[str]) -> int:
    """Words that must be put in, taken out or changed to get from one to the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(reference, 1):
        before, row[0] = row[0], number
        for column, other in enumerate(heard, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


def _wave(data: bytes, tag: int, bytes_per_second: int, block: int, bits: int) -> bytes:
    head = struct.pack("<HHIIHH", tag, 1, RATE, bytes_per_second, block, bits)
    return b"".join(
        [b"RIFF", struct.pack("<I", 36 + len(data)), b"WAVEfmt ", struct.pack("<I", 16), head]
        + [b"data", struct.pack("<I", len(data)), data]
    )


def g722_wave(data: bytes) -> bytes:
    """G.722 in the clothes of a WAV."""
    return _wave(data, 0x028F, 8000, 1, 4)


def pcm_wave(samples: list[float]) -> bytes:
    """16-bit samples from numbers between -1 and 1."""
    integers = [max(-32768, min(32767, round(sample * 32767))) for sample in samples]
    return _wave(struct.pack(f"<{len(integers)}h", *integers), 1, 2 * RATE, 2, 16)


def noises(seconds: float = 8) -> dict[str, bytes]:
    """Sounds in which nobody speaks, made with a fixed seed, as WAV."""
    chance = random.Random(20)
    times = [index / RATE for index in range(int(seconds * RATE))]
    sounds: dict[str, list[float]] = {"silence": [0.0] * len(times)}
    for name, level in (("quiet white noise", 0.01), ("white noise", 0.1), ("loud white noise", 0.5)):
        sounds[name] = [chance.uniform(-level, level) for _ in times]
    sounds["pink noise"] = _pink(chance, len(times))
    sounds["brown noise"] = _brown(chance, len(times))
    for hertz in (50, 60):
        harmonics = [(1, 0.2), (2, 0.1), (3, 0.08), (5, 0.04)]
        sounds[f"hum of {hertz} Hz"] = [
            sum(level * math.sin(2 * math.pi * hertz * number * time) for number, level in harmonics)
            + chance.uniform(-0.005, 0.005)
            for time in times
        ]
    sounds["dial tone"] = [0.15 * (math.sin(2 * math.pi * 350 * time) + math.sin(2 * math.pi * 440 * time)) for time in times]
    sounds["chords"] = _chords(times)
    sounds["melody"] = _melody(chance, times)
    sounds["clicks"] = [chance.uniform(-0.8, 0.8) if index % 12_000 < 60 else 0.0 for index in range(len(times))]
    return {name: pcm_wave(samples) for name, samples in sounds.items()}


def _pink(chance: random.Random, count: int) -> list[float]:
    """Paul Kellet's filter: a sum of six first-order ones over white noise, within 0.05 dB of 1/f above 9 Hz."""
    poles = [(0.99886, 0.0555179), (0.99332, 0.0750759), (0.96900, 0.1538520), (0.86650, 0.3104856), (0.55000, 0.5329522)]
    poles.append((-0.7616, -0.0168980))
    state, late = [0.0] * 6, 0.0
    samples = []
    for _ in range(count):
        white = chance.uniform(-1, 1)
        state = [pole * value + gain * white for (pole, gain), value in zip(poles, state)]
        samples.append(0.03 * (sum(state) + late + white * 0.5362))
        late = white * 0.115926
    return samples


def _brown(chance: random.Random, count: int) -> list[float]:
    value, samples = 0.0, []
    for _ in range(count):
        value = 0.998 * value + chance.uniform(-0.02, 0.02)
        samples.append(value)
    return samples


def _chords(times: list[float]) -> list[float]:
    """Four triads of an organ, two seconds each."""
    chords = [(261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7)]
    return [
        sum(
            0.06 / number * math.sin(2 * math.pi * pitch * number * time)
            for pitch in chords[int(time / 2) % 4]
            for number in (1, 2, 3, 4)
        )
        for time in times
    ]


def _melody(chance: random.Random, times: list[float]) -> list[float]:
    """Plucked notes of a pentatonic scale, four a second, each dying away."""
    scale = [220.0, 246.9, 277.2, 329.6, 370.0, 440.0]
    notes = [chance.choice(scale) for _ in range(int(times[-1] * 4) + 1)]
    return [
        math.exp(-6 * (time * 4 % 1) / 4)
        * sum(0.2 / number**2 * math.sin(2 * math.pi * notes[int(time * 4)] * number * time) for number in (1, 2, 3, 4, 5))
        for time in times
    ]
