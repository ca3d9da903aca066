"""Embeds the texts that hearth-bench embeds: embedding.py onnx|torch MODEL THREADS TEXTS.json. Numbers as JSON; the vectors
of the first set go to TEXTS.json.onnx or .torch."""

import json
import sys
import time
from pathlib import Path

import numpy as np

BATCH = 32


def graph(folder: Path) -> bytes:
    """The encoder as an ONNX model made of the fused operators that ONNX Runtime's own optimizer puts into BERT models. It
    needs no PyTorch; a model that PyTorch exports was measured to be 3 to 20 % faster, so judge small ratios with that."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        own = operator in ("MatMul", "Cast", "ReduceSum", "Div", "Mul", "Unsqueeze", "LpNormalization")
        nodes.append(helper.make_node(operator, inputs, [output], domain="" if own else "com.microsoft", **attributes))
        return output

    def weight(name: str) -> str:
        return constant(name, weights[name])

    def turned(name: str) -> str:
        return constant(name, weights[name].T)

    part = "embeddings."
    nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            ["ids", "", weight(part + "word_embeddings.weight"), weight(part + "position_embeddings.weight")]
            + ["", weight(part + "LayerNorm.weight"), weight(part + "LayerNorm.bias"), "mask"],
            ["x0", "lengths"],
            domain="com.microsoft",
            epsilon=epsilon,
        )
    )
    # Every token is of type 0, so its vector belongs to every position.
    for item in constants:
        if item.name == part + "position_embeddings.weight":
            both = weights[item.name] + weights[part + "token_type_embeddings.weight"][0]
            item.CopyFrom(numpy_helper.from_array(both, item.name))
    x = "x0"
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}."
        parts = [f"{name}attention.self.{which}" for which in ("query", "key", "value")]
        qkv = constant(name + "qkv", np.concatenate([weights[which + ".weight"].T for which in parts], axis=1))
        qkv_bias = constant(name + "qkv.bias", np.concatenate([weights[which + ".bias"] for which in parts]))
        attended = node("Attention", [x, qkv, qkv_bias, "mask"], name + "attended", num_heads=heads)
        dense = name + "attention.output."
        projected = node("MatMul", [attended, turned(dense + "dense.weight")], name + "projected")
        middle = node(
            "SkipLayerNormalization",
            [projected, x, weight(dense + "LayerNorm.weight"), weight(dense + "LayerNorm.bias"), weight(dense + "dense.bias")],
            name + "middle",
            epsilon=epsilon,
        )
        wide = node("MatMul", [middle, turned(name + "intermediate.dense.weight")], name + "wide")
        wide = node("BiasGelu", [wide, weight(name + "intermediate.dense.bias")], name + "gelu")
        out = name + "output."
        narrow = node("MatMul", [wide, turned(out + "dense.weight")], name + "narrow")
        x = node(
            "SkipLayerNormalization",
            [narrow, middle, weight(out + "LayerNorm.weight"), weight(out + "LayerNorm.bias"), weight(out + "dense.bias")],
            name + "out",
            epsilon=epsilon,
        )
    mask = node("Cast", ["mask"], "float_mask", to=TensorProto.FLOAT)
    mask = node("Unsqueeze", [mask, constant("last", np.array([2]))], "column_mask")
    one = constant("one", np.array([1]))
    sums = node("ReduceSum", [node("Mul", [x, mask], "masked"), one], "sums", keepdims=0)
    counts = node("ReduceSum", [mask, one], "counts", keepdims=0)
    node("LpNormalization", [node("Div", [sums, counts], "means")], "vectors", axis=1, p=2)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "tokens"]) for name in ("ids", "mask")]
    output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", config["hidden_size"]])
    model = helper.make_model(
        helper.make_graph(nodes, "encoder", inputs, [output], constants),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
        ir_version=8,
    )
    return model.SerializeToString()


def onnx_embedder(folder: Path, threads: int):
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer.enable_truncation(limit)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph(folder), options, providers=["CPUExecutionProvider"])

    def embed(texts: list[str]) -> np.ndarray:
        # As sentence-transformers does: texts of like length share a batch, so that little is padded.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = None
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            encoded = tokenizer.encode_batch([texts[index] for index in chosen])
            ids = np.array([item.ids for item in encoded], np.int32)
            mask = np.array([item.attention_mask for item in encoded], np.int32)
            found = session.run(None, {"ids": ids, "mask": mask})[0]
            if vectors is None:
                vectors = np.empty((len(texts), found.shape[1]), np.float32)
            vectors[chosen] = found
        return vectors

    return embed


def torch_embedder(folder: Path, threads: int):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(folder), device="cpu")
    return lambda texts: model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)


def main() -> None:
    kind, folder, threads, file = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    embed = {"onnx": onnx_embedder, "torch": torch_embedder}[kind](folder, threads)
    results = []
    for index, case in enumerate(json.loads(file.read_text())):
        vectors = embed(case["texts"])
        if index == 0:
            Path(f"{file}.{kind}").write_bytes(np.ascontiguousarray(vectors, "<f4").tobytes())
        seconds, begin = [], time.perf_counter()
        while len(seconds) < 3 or time.perf_counter() - begin < 2:
            start = time.perf_counter()
            embed(case["texts"])
            seconds.append(time.perf_counter() - start)
        results.append({"name": case["name"], "texts": len(case["texts"]), "seconds": sorted(seconds)[len(seconds) // 2]})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
