"""The server that Hearth is measured against: what a good Python programmer would write for the same promise.

FastAPI, pydantic and SQLite (WAL, synchronous=FULL). Every answer is sent after its commit, so it is as durable as
Hearth's; the primary key makes the same reading sent twice one reading. It does less than Hearth: no schemas loaded at run
time, no content hash, no retention, no request log.
"""

import asyncio
import hmac
import os
import sqlite3
from datetime import datetime, timezone
from typing import Annotated

import orjson
from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

TOKEN = os.environ["PEER_TOKEN"]
#: Most frames that one transaction of the socket takes.
GROUP = 1000

app = FastAPI()


class Reading(BaseModel):
    timestamp: AwareDatetime


class HeartRate(Reading):
    device_id: str
    bpm: Annotated[float, Field(gt=0, le=350)]
    confidence: Annotated[float | None, Field(ge=0, le=1)] = None


Axis = Annotated[float, Field(ge=-2000, le=2000)]


class Acceleration(Reading):
    x: Axis
    y: Axis
    z: Axis


class Batch(BaseModel):
    device_id: str
    readings: list[Acceleration]


class Frame(Acceleration):
    seq: int
    type: str


frames = TypeAdapter(Frame)


def connect() -> sqlite3.Connection:
    database = sqlite3.connect(os.environ["PEER_DATABASE"], isolation_level=None, check_same_thread=False, timeout=30)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS heartrate (device TEXT, time INTEGER, received INTEGER, bpm REAL, confidence REAL,"
        " PRIMARY KEY (device, time)) WITHOUT ROWID"
    )
    database.execute(
        "CREATE TABLE IF NOT EXISTS accelerometer (device TEXT, time INTEGER, received INTEGER, x REAL, y REAL, z REAL,"
        " PRIMARY KEY (device, time)) WITHOUT ROWID"
    )
    return database


database = connect()


def microseconds(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)


def now() -> int:
    return microseconds(datetime.now(timezone.utc))


async def owner(request: Request) -> None:
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given, f"Bearer {TOKEN}"):
        raise HTTPException(401)


@app.get("/healthz")
@app.get("/readyz")
async def health():
    return {"status": "ok"}


@app.post("/sensor/heartrate", status_code=201, dependencies=[Depends(owner)])
async def heart_rate(reading: HeartRate):
    # Straight on the event loop: handing one insert to a thread costs more than the insert.
    time = microseconds(reading.timestamp)
    received = now()
    database.execute(
        "INSERT OR IGNORE INTO heartrate VALUES (?, ?, ?, ?, ?)",
        (reading.device_id, time, received, reading.bpm, reading.confidence),
    )
    return {"id": f"{reading.device_id}-{time}", "stream": "heartrate", "received_at": received}


def insert(rows: list[tuple]) -> int:
    database.execute("BEGIN IMMEDIATE")
    before = database.total_changes
    database.executemany("INSERT OR IGNORE INTO accelerometer VALUES (?, ?, ?, ?, ?, ?)", rows)
    count = database.total_changes - before
    database.execute("COMMIT")
    return count


@app.post("/sensor/batch", dependencies=[Depends(owner)])
async def batch(batch: Batch):
    received = now()
    rows = [(batch.device_id, microseconds(r.timestamp), received, r.x, r.y, r.z) for r in batch.readings]
    count = insert(rows)
    return {"accepted": count, "duplicates": len(rows) - count, "rejected": []}


@app.websocket("/stream/{device}")
async def stream(socket: WebSocket, device: str):
    if not hmac.compare_digest(socket.headers.get("authorization", ""), f"Bearer {TOKEN}"):
        await socket.close(1008)
        return
    await socket.accept()
    waiting: asyncio.Queue[str | None] = asyncio.Queue(maxsize=10 * GROUP)

    async def receive() -> None:
        try:
            while True:
                await waiting.put(await socket.receive_text())
        except WebSocketDisconnect:
            await waiting.put(None)

    reader = asyncio.create_task(receive())
    try:
        is_open = True
        while is_open:
            # Everything that has come goes into one transaction and gets one acknowledgement.
            texts = [await waiting.get()]
            while len(texts) < GROUP and not waiting.empty():
                texts.append(waiting.get_nowait())
            is_open = None not in texts
            rows, last, received = [], None, now()
            for text in texts:
                if text is None:
                    break
                try:
                    frame = frames.validate_json(text)
                except ValidationError as error:
                    await socket.send_json({"error": error.errors(include_url=False)})
                    continue
                rows.append((device, microseconds(frame.timestamp), received, frame.x, frame.y, frame.z))
                last = frame.seq
            insert(rows)
            if last is not None and is_open:
                await socket.send_json({"ack": last})
            # Lets the reader and the other sockets run.
            await asyncio.sleep(0)
    finally:
        reader.cancel()


@app.get("/streams", dependencies=[Depends(owner)])
async def streams():
    names = ("heartrate", "accelerometer")
    counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    return {"items": [{"stream": name, "count": count} for name, count in counts.items()]}


@app.get("/streams/accelerometer", dependencies=[Depends(owner)])
def readings():
    def lines():
        cursor = connect().execute("SELECT device, time, received, x, y, z FROM accelerometer ORDER BY time DESC")
        while rows := cursor.fetchmany(1000):
            yield b"".join(
                orjson.dumps(
                    {
                        "device_id": device,
                        "timestamp": datetime.fromtimestamp(time / 1e6, timezone.utc),
                        "received_at": datetime.fromtimestamp(received / 1e6, timezone.utc),
                        "x": x,
                        "y": y,
                        "z": z,
                    },
                    option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z,
                )
                for device, time, received, x, y, z in rows
            )

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@app.get("/streams/accelerometer/aggregate", dependencies=[Depends(owner)])
def aggregate(seconds: int = 3600):
    width = seconds * 1_000_000
    rows = connect().execute(
        "SELECT time / ? * ?, count(x), avg(x), min(x), max(x) FROM accelerometer GROUP BY 1 ORDER BY 1", (width, width)
    )
    names = ("bucket", "count", "avg", "min", "max")
    return {"items": [dict(zip(names, row)) for row in rows]}
