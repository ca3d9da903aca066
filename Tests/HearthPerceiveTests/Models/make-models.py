"""Makes the speech models of these tests: `pip install onnx`, then `python3 make-models.py`.

They hear tones. The 80 features of a frame, from low to high, are taken ten by ten; the band with the loudest feature names the
token, and where none is loud there is none. So their words are known, and they have a few kilobytes.
"""

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
PIECES = ["▁hear", "th", "▁is", "▁a", "▁ho", "me", "'", "s"]
# Natural logarithm of the energy of a feature above which it is loud.
LOUD = -4.0


def save(nodes, inputs, outputs, constants, facts, path):
    graph = helper.make_graph(
        nodes, "tones",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {key: str(value) for key, value in facts.items()})
    onnx.checker.check_model(model)
    path.parent.mkdir(exist_ok=True)
    onnx.save(model, path)


def every_fourth(name, result):
    return helper.make_node("Slice", [name, "zero", "end", "one", "four"], [result])


def bands(name, result):
    """The loudest of ten features."""
    return [
        helper.make_node("Reshape", [name, "tens"], ["split"]),
        helper.make_node("ReduceMax", ["split"], [result], axes=[-1], keepdims=0),
    ]


CONSTANTS = {
    "zero": numpy.array([0]), "end": numpy.array([2**31]), "one": numpy.array([1]), "four": numpy.array([4]),
    "tens": numpy.array([0, 0, len(PIECES), 10]),
}


def tokens(folder, blank_first):
    pieces = ["<blk>"] + PIECES if blank_first else PIECES + ["<blk>"]
    (FOLDER / folder / "tokens.txt").write_text("".join(f"{piece} {index}\n" for index, piece in enumerate(pieces)))


def ctc():
    nodes = [helper.make_node("Transpose", ["audio_signal"], ["frames"], perm=[0, 2, 1]), every_fourth("frames", "some")]
    nodes += bands("some", "loudness")
    nodes += [
        helper.make_node("Slice", ["loudness", "zero", "one", "two"], ["first"]),
        helper.make_node("Mul", ["first", "nothing"], ["silence"]),
        helper.make_node("Add", ["silence", "loud"], ["blank"]),
        helper.make_node("Concat", ["loudness", "blank"], ["all"], axis=-1),
        helper.make_node("LogSoftmax", ["all"], ["logprobs"], axis=-1),
    ]
    constants = CONSTANTS | {
        "two": numpy.array([2]), "nothing": numpy.float32(0), "loud": numpy.float32(LOUD)}
    save(
        nodes, [("audio_signal", TensorProto.FLOAT, ["N", 80, "T"]), ("length", TensorProto.INT64, ["N"])],
        [("logprobs", TensorProto.FLOAT, ["N", "T4", len(PIECES) + 1])], constants,
        {"model_type": "EncDecCTCModelBPE", "vocab_size": len(PIECES), "subsampling_factor": 4, "normalize_type": "",
         "is_giga_am": 0},
        FOLDER / "tones-ctc" / "model.onnx")
    tokens("tones-ctc", blank_first=False)


def transducer():
    """In three parts. The decoder knows the last token, so that a long tone is one token."""
    size = len(PIECES) + 1
    folder = FOLDER / "tones-transducer"
    nodes = [every_fourth("x", "some")] + bands("some", "heard") + [
        # Neighbours of the loudest band fall far behind it, so that they are not said after it.
        helper.make_node("ReduceMax", ["heard"], ["loudest"], axes=[-1], keepdims=1),
        helper.make_node("Sub", ["heard", "loudest"], ["behind"]), helper.make_node("Mul", ["behind", "twenty"], ["far"]),
        helper.make_node("Add", ["heard", "far"], ["loudness"]),
        helper.make_node("Slice", ["loudness", "zero", "one", "two"], ["first"]),
        helper.make_node("Mul", ["first", "nothing"], ["silence"]),
        helper.make_node("Add", ["silence", "loud"], ["blank"]),
        helper.make_node("Concat", ["blank", "loudness"], ["encoder_out"], axis=-1),
        helper.make_node("Add", ["x_lens", "three"], ["more"]),
        helper.make_node("Div", ["more", "four"], ["encoder_out_lens"]),
    ]
    constants = CONSTANTS | {
        "two": numpy.array([2]), "three": numpy.array([3]), "nothing": numpy.float32(0),
        "twenty": numpy.float32(20), "loud": numpy.float32(LOUD)}
    save(
        nodes, [("x", TensorProto.FLOAT, ["N", "T", 80]), ("x_lens", TensorProto.INT64, ["N"])],
        [("encoder_out", TensorProto.FLOAT, ["N", "T4", size]), ("encoder_out_lens", TensorProto.INT64, ["N"])], constants,
        {"model_type": "zipformer2", "version": 1, "model_author": "k2-fsa", "comment": "non-streaming zipformer2"},
        folder / "encoder.onnx")
    # A token that was just said is not said again; silence may be.
    said = -100 * numpy.eye(size, dtype=numpy.float32)
    said[0, 0] = 0
    save(
        [helper.make_node("Gather", ["y", "last"], ["token"], axis=1), helper.make_node("Gather", ["said", "token"], ["rows"]),
         helper.make_node("Squeeze", ["rows", "axis"], ["decoder_out"])],
        [("y", TensorProto.INT64, ["N", 2])], [("decoder_out", TensorProto.FLOAT, ["N", size])],
        {"last": numpy.array([1]), "said": said, "axis": numpy.array([1])},
        {"context_size": 2, "vocab_size": size}, folder / "decoder.onnx")
    save(
        [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        [("encoder_out", TensorProto.FLOAT, ["N", size]), ("decoder_out", TensorProto.FLOAT, ["N", size])],
        [("logit", TensorProto.FLOAT, ["N", size])], {}, {"joiner_dim": size}, folder / "joiner.onnx")
    tokens("tones-transducer", blank_first=True)


ctc()
transducer()
