"""A country database in MaxMind's format (version 2.0) of a few networks, written by hand."""

import ipaddress
import struct


def write(path, countries):
    """`countries` maps networks such as `133.11.0.0/16` to codes such as `JP`."""
    data, root = b"", None
    for network, code in countries.items():
        network = ipaddress.ip_network(network)
        bits = format(int(network.network_address), f"0{network.max_prefixlen}b")[:network.prefixlen]
        bits = "0" * (128 - network.max_prefixlen) + bits
        root = _insert(root, bits, len(data))
        data += _map({"country": _map({"iso_code": _text(code)})})
    nodes = []
    count = _count(root)
    _flatten(root, nodes, count)
    tree = b"".join(struct.pack("!II", left, right)[1:4] + struct.pack("!I", right)[1:] for left, right in nodes)
    metadata = _map({
        "binary_format_major_version": b"\xa1\x02", "binary_format_minor_version": b"\xa0", "build_epoch": b"\x04\x02" + struct.pack("!I", 1_780_000_000),
        "database_type": _text("Test-Country"), "description": b"\xe0", "ip_version": b"\xa1\x06", "languages": b"\x00\x04",
        "node_count": b"\xc4" + struct.pack("!I", count), "record_size": b"\xa1\x18"})
    content = tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata
    # By renaming, as an administrator replaces it.
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    beside.replace(path)


def _insert(tree, bits, offset):
    if not bits:
        return offset
    left, right = tree if isinstance(tree, tuple) else (None, None)
    return (left, _insert(right, bits[1:], offset)) if bits[0] == "1" else (_insert(left, bits[1:], offset), right)


def _count(tree):
    return 1 + _count(tree[0]) + _count(tree[1]) if isinstance(tree, tuple) else 0


def _flatten(tree, nodes, count):
    if tree is None:
        return count
    if not isinstance(tree, tuple):
        return count + 16 + tree
    index = len(nodes)
    nodes.append(None)
    left = _flatten(tree[0], nodes, count)
    nodes[index] = (left, _flatten(tree[1], nodes, count))
    return index


def _text(text):
    return bytes([0x40 | len(text)]) + text.encode()


def _map(entries):
    return bytes([0xE0 | len(entries)]) + b"".join(_text(key) + value for key, value in entries.items())
