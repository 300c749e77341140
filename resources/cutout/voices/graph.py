"""Two small edits of an ONNX model, done on its bytes: show an inner tensor, and take the dice away.

A voice model knows how long every phoneme lasts (a mouth's best source) but does not tell, and piper's models draw
their noise inside the graph, so the same line never sounds twice the same. Both are mended here without the ``onnx``
package, with the protobuf wire format alone (https://protobuf.dev/programming-guides/encoding/):

* an embedded message that appears twice is merged, so an output is added by *appending* a second ``graph``;
* ``RandomNormalLike(x)`` becomes ``Slice(noise, zeros, Shape(x))`` with ``noise`` and ``zeros`` as new inputs, so the
  caller brings the noise, drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Iterator

# Field numbers of onnx.proto: ModelProto.graph; GraphProto.node, .input, .output; NodeProto.input, .output, .op_type
_GRAPH, _NODE, _INPUT, _OUTPUT = 7, 1, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP = 1, 2, 4
_FLOAT, _INT64 = 1, 7

ZEROS = "sparkle_zeros"
"""Name of the added input int64 (3,): where every slice of noise begins."""


def add_outputs(model: bytes, names: list[str]) -> bytes:
    """The model with inner tensors ``names`` as further outputs (appended in this order)."""
    infos = b"".join(_field(_OUTPUT, _field(1, name.encode())) for name in names)
    return model + _field(_GRAPH, infos)


def feed_noise(model: bytes) -> tuple[bytes, list[str]]:
    """The model with every ``RandomNormalLike`` replaced by an input, and the names of those inputs in graph order.

    Each new input is float32 (1, channels, n) with n at least as long as the tensor it stands for; see ``ZEROS``.
    """
    parts: list[bytes] = []
    names: list[str] = []
    for number, start, body, stop in _fields(model, 0, len(model)):
        if number != _GRAPH:
            parts.append(model[start:stop])
            continue
        graph: list[bytes] = []
        for inner, first, content, end in _fields(model, body, stop):
            if inner == _NODE:
                replaced = _without_dice(model, content, end, names)
                if replaced is not None:
                    graph.append(replaced)
                    continue
            graph.append(model[first:end])
        if names:
            graph += [_field(_INPUT, _value_info(name, _FLOAT, 3)) for name in names]
            graph.append(_field(_INPUT, _value_info(ZEROS, _INT64, 1)))
        parts.append(_field(_GRAPH, b"".join(graph)))
    return b"".join(parts), names


def tensor_of(model: bytes, op: str) -> str:
    """Name of the output of the only node of kind ``op``; raises ``LookupError`` if there is none or several."""
    found = []
    for number, _, body, stop in _fields(model, 0, len(model)):
        if number == _GRAPH:
            for inner, _, content, end in _fields(model, body, stop):
                if inner == _NODE:
                    node = _node(model, content, end)
                    if node[_NODE_OP] == [op.encode()]:
                        found.append(node[_NODE_OUTPUT][0].decode())
    if len(found) != 1:
        raise LookupError(f"the model has {len(found)} nodes of kind {op}, not one")
    return found[0]


def _without_dice(model: bytes, body: int, stop: int, names: list[str]) -> bytes | None:
    if model.find(b"RandomNormalLike", body, stop) < 0:
        return None
    node = _node(model, body, stop)
    if node[_NODE_OP] != [b"RandomNormalLike"]:
        return None
    noise, shape = f"sparkle_noise_{len(names)}", f"sparkle_shape_{len(names)}"
    names.append(noise)
    return _field(_NODE, _make_node("Shape", [node[_NODE_INPUT][0]], shape.encode())) + _field(
        _NODE, _make_node("Slice", [noise.encode(), ZEROS.encode(), shape.encode()], node[_NODE_OUTPUT][0])
    )


def _node(model: bytes, body: int, stop: int) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {_NODE_INPUT: [], _NODE_OUTPUT: [], _NODE_OP: []}
    for number, _, content, end in _fields(model, body, stop):
        if number in found:
            found[number].append(model[content:end])
    return found


def _make_node(op: str, inputs: list[bytes], output: bytes) -> bytes:
    return (
        b"".join(_field(_NODE_INPUT, name) for name in inputs)
        + _field(_NODE_OUTPUT, output)
        + _field(_NODE_OP, op.encode())
    )


def _value_info(name: str, kind: int, rank: int) -> bytes:
    """ValueInfoProto: a tensor of ``rank`` dimensions whose sizes have names instead of numbers."""
    dims = b"".join(_field(1, _field(2, f"{name}_{axis}".encode())) for axis in range(rank))
    tensor = b"\x08" + _varint(kind) + _field(2, dims)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """(field number, where the field starts, where its content starts, where it ends) of one message."""
    while at < stop:
        start = at
        tag, at = _read_varint(data, at)
        body = at
        match tag & 7:
            case 0:
                _, at = _read_varint(data, at)
            case 1:
                at += 8
            case 2:
                size, body = _read_varint(data, at)
                at = body + size
            case 5:
                at += 4
            case kind:
                raise ValueError(f"not a protobuf message: wire type {kind} at byte {start}")
        yield tag >> 3, start, body, at
