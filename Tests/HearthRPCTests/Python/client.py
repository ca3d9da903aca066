"""Calls Hearth as any Python program would: grpcio and the files in protos/. Prints one line of JSON, which the tests judge."""

import json
import os
import sys
import threading

import grpc
from google.protobuf import struct_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status
from google.rpc import error_details_pb2
from ingestion.v1 import ingestion_pb2 as ingestion
from ingestion.v1 import ingestion_pb2_grpc as ingestion_grpc
from router.v1 import router_pb2 as router
from router.v1 import router_pb2_grpc as router_grpc

START = int(os.environ["HEARTH_TEST_START"])
METADATA = [("authorization", "Bearer " + os.environ["HEARTH_TOKEN"])]


def opening(token=""):
    return ingestion.IngestRequest(opening=ingestion.Opening(stream="accelerometer", resume_token=token))


def frame(sequence, first, count):
    rows = range(first, first + count)
    columns = ingestion.Columns(times=[START + row * 1000 for row in rows])
    for axis, name in enumerate("xyz"):
        values = ingestion.Doubles(values=[row % 100 + axis / 10 for row in rows])
        columns.columns.append(ingestion.Column(field=name, doubles=values))
    return ingestion.IngestRequest(frame=ingestion.Frame(sequence=sequence, columns=columns))


def stream(channel):
    stub = ingestion_grpc.IngestionServiceStub(channel)
    requests = [opening()] + [frame(n + 1, n * 500, 500) for n in range(20)]
    answers = list(stub.StreamReadings(iter(requests), metadata=METADATA))
    return {
        "sequences": [a.result.sequence for a in answers[1:]],
        "accepted": sum(a.result.accepted for a in answers[1:]),
        "resumed": answers[0].opened.resumed,
    }


def send(channel):
    stub = ingestion_grpc.IngestionServiceStub(channel)
    reading = struct_pb2.Struct()
    reading.update({"timestamp": (START + 1) / 1e6, "x": 1, "y": 2, "z": 9.81})
    objects = ingestion.IngestRequest(
        frame=ingestion.Frame(sequence=2, objects=ingestion.Objects(readings=[reading])))
    wrong = ingestion.IngestRequest(frame=ingestion.Frame(sequence=3, json=b'{"x": "left"}'))
    summary = stub.SendReadings(
        iter([opening("py"), frame(1, 0, 100), objects, wrong]), metadata=METADATA, compression=grpc.Compression.Gzip)
    return {
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "acknowledged": summary.acknowledged,
        "pointers": sorted(field.pointer for r in summary.rejections for field in r.error.fields),
    }


def health(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    return {
        "server": stub.Check(health_pb2.HealthCheckRequest()).status,
        "ingestion": stub.Check(health_pb2.HealthCheckRequest(service="ingestion.v1.IngestionService")).status,
        "watched": next(iter(stub.Watch(health_pb2.HealthCheckRequest()))).status,
    }


class WithToken(grpc.StreamStreamClientInterceptor):
    """What grpcurl does with -H: reflection is for whoever has a token."""

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(details._replace(metadata=METADATA), requests)


def reflection(channel):
    database = ProtoReflectionDescriptorDatabase(grpc.intercept_channel(channel, WithToken()))
    found = database.FindFileContainingSymbol("ingestion.v1.Frame")
    return {"services": sorted(database.get_services()), "file": found.name}


def errors(channel):
    stub = ingestion_grpc.IngestionServiceStub(channel)
    result = {}
    for name, metadata in [("none", []), ("wrong", [("authorization", "Bearer " + "x" * 40)]), ("good", METADATA)]:
        try:
            list(stub.StreamReadings(
                iter([ingestion.IngestRequest(opening=ingestion.Opening(stream="no-such-stream"))]), metadata=metadata))
        except grpc.RpcError as error:
            info = error_details_pb2.ErrorInfo()
            rpc_status.from_call(error).details[0].Unpack(info)
            result[name] = [error.code().name, dict(error.trailing_metadata())["hearth-code"], info.reason]
    return result


def deadline(channel):
    stub = ingestion_grpc.IngestionServiceStub(channel)
    over = threading.Event()

    def requests():
        yield opening("late")
        yield frame(1, 0, 10)
        over.wait()

    try:
        stub.SendReadings(requests(), metadata=METADATA, timeout=0.5)
        return {"code": "OK"}
    except grpc.RpcError as error:
        return {"code": error.code().name}
    finally:
        over.set()


def endless(channel):
    """Sends until it is killed, and says what was acknowledged."""
    stub = ingestion_grpc.IngestionServiceStub(channel)

    def requests():
        yield opening("endless")
        number = 0
        while True:
            number += 1
            yield frame(number, (number - 1) * 10, 10)

    for answer in stub.StreamReadings(requests(), metadata=METADATA):
        if answer.HasField("result"):
            print(answer.result.sequence, flush=True)


def go_on(channel):
    stub = ingestion_grpc.IngestionServiceStub(channel)
    point = stub.GetResumePoint(ingestion.GetResumePointRequest(resume_token="endless"), metadata=METADATA)
    return {"known": point.known, "acknowledged": point.acknowledged}


def serve(channel):
    """Is a service of the router, and asks itself."""
    stub = router_grpc.RouterServiceStub(channel)
    answers = []
    waiting = threading.Condition()

    def requests():
        yield router.ServeRequest(registration=router.Registration(service="py", kinds=["py.double"], cache_seconds=60))
        while True:
            with waiting:
                waiting.wait_for(lambda: answers)
                answer = answers.pop(0)
            if answer is None:
                return
            yield answer

    def reply(answer):
        with waiting:
            answers.append(answer)
            waiting.notify()

    registered = threading.Event()

    def work():
        for message in stub.Serve(requests(), metadata=METADATA):
            if message.HasField("registered"):
                registered.set()
                continue
            payload = struct_pb2.Struct()
            payload.update({"doubled": message.call.payload["number"] * 2})
            reply(router.ServeRequest(answer=router.Answer(call=message.call.call, payload=payload)))

    worker = threading.Thread(target=work)
    worker.start()
    registered.wait()
    question = struct_pb2.Struct()
    question.update({"number": 21})
    request = router.RouteRequest(kind="py.double", payload=question)
    first = stub.Route(request, metadata=METADATA)
    second = stub.Route(request, metadata=METADATA)
    reply(None)
    worker.join()
    return {"doubled": first.payload["doubled"], "service": first.service, "cached": [first.cached, second.cached]}


if __name__ == "__main__":
    with grpc.insecure_channel("127.0.0.1:" + os.environ["HEARTH_GRPC_PORT"]) as channel:
        result = globals()[sys.argv[1]](channel)
        print(json.dumps(result))
