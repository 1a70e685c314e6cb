"""Samples read from a body, and the sentences about bodies without any."""

import json
import string
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.errors import BadInput, PanelError, TooLarge
from minipanel.models.faults import fault_in
from minipanel.models.sample import MAX_BODY_BYTES, Sample, parse_samples
from minipanel.translations.catalogue import in_chinese

NOW = 1_700_000_002.5
SLOT = 1_700_000_000
FIELDS = ("node_id", "timestamp", "cpu_percent", "memory_total", "memory_used", "cpu_temp")


def sample(**changes: Any) -> dict[str, Any]:
    """One valid sample; a value of `...` removes the field."""
    whole = {
        "node_id": "node001",
        "timestamp": SLOT,
        "cpu_percent": 45.2,
        "memory_total": 16777216000,
        "memory_used": 8388608000,
        "cpu_temp": 65.5,
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def refusal(body: bytes | object) -> str:
    """The sentence with which a body is refused."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(BadInput) as caught:
        parse_samples(raw, NOW)
    assert caught.value.status == 400
    assert caught.value.sentence.endswith(".")
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 400
    return caught.value.sentence


def test_one_object_is_one_sample():
    (read,) = parse_samples(json.dumps(sample()).encode(), NOW)
    assert read == Sample("node001", SLOT, 45.2, 16777216000, 8388608000, 65.5)


def test_an_array_keeps_its_order():
    body = [sample(timestamp=SLOT - 5 * index) for index in (0, 2, 1)]
    assert [read.timestamp for read in parse_samples(json.dumps(body).encode(), NOW)] == [SLOT, SLOT - 10, SLOT - 5]


def test_a_thousand_samples_are_taken():
    body = [sample(timestamp=SLOT - 5 * index) for index in range(1000)]
    assert len(parse_samples(json.dumps(body).encode(), NOW)) == 1000


def test_a_node_without_a_sensor_sends_null():
    assert parse_samples(json.dumps(sample(cpu_temp=None)).encode(), NOW)[0].cpu_temp is None


def test_whole_numbers_do_for_percent_and_temperature():
    (read,) = parse_samples(json.dumps(sample(cpu_percent=100, cpu_temp=-20)).encode(), NOW)
    assert (read.cpu_percent, read.cpu_temp) == (100.0, -20.0)


def test_fields_of_a_newer_agent_are_passed_over():
    body = json.dumps(sample(gpu_percent=[1, {"a": None}], note="x")).encode()
    assert parse_samples(body, NOW)[0].node_id == "node001"


def test_a_sample_a_minute_ahead_is_taken():
    assert parse_samples(json.dumps(sample(timestamp=SLOT + 60)).encode(), NOW)[0].timestamp == SLOT + 60


@pytest.mark.parametrize("node_id", ["n", "node_1", "node001.cluster.example", "10-0-0-2", "a" * 253])
def test_hostnames_are_taken(node_id: str):
    assert parse_samples(json.dumps(sample(node_id=node_id)).encode(), NOW)[0].node_id == node_id


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The body is not JSON: Expecting value"),
        (b"{", "The body is not JSON"),
        (b"node001 45.2", "The body is not JSON"),
        (b'{"node_id": "node001",}', "The body is not JSON"),
        (b"{} {}", "The body is not JSON: Extra data"),
        (b"\xef\xbb\xbf{}", "The body is not JSON: Unexpected UTF-8 BOM"),
        (b'{"node_id": "node\xff"}', "The body is not UTF-8 text: byte 17 can't be read."),
        ("{}".encode("utf-16"), "The body is not UTF-8 text: byte 0"),
        (b"null", "The body is null; it must be one sample (an object) or an array of samples."),
        (b"45.2", "The body is 45.2; it must be one sample"),
        (b'"node001\\n"', 'The body is "node001\\n"; it must be one sample'),
        (b"[]", "The array is empty; it must hold 1 to 1000 samples."),
        (b"[[]]", "[0] is an array; it must be a sample (an object)."),
        (b"[null]", "[0] is null; it must be a sample (an object)."),
        (b"[" * 100_000, "The body is nested too deeply"),
        (b'{"a":' * 100_000, "The body is nested too deeply"),
    ],
)
def test_a_body_without_samples_is_described(body: bytes, words: str):
    assert words in refusal(body)


def test_nesting_inside_an_unknown_field_is_not_accepted():
    body = json.dumps(sample()).encode()[:-1] + b', "deep": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    assert "nested too deeply" in refusal(body)


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named_with_what_it_must_be(field: str):
    assert refusal(sample(**{field: ...})).startswith(f"{field} is missing; it must be ")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("node_id", 7, "7"),
        ("node_id", None, "null"),
        ("node_id", "", '""'),
        ("node_id", "node 1", '"node 1"'),
        ("node_id", "node001\n", '"node001\\n"'),
        ("node_id", "-node", '"-node"'),
        ("node_id", "node\x00\x1b[31m\u202e", '"node\\x00\\x1b[31m\\u202e"'),
        ("node_id", "a" * 10_000, '"' + "a" * 60 + '…"'),
        ("node_id", {"a": 1}, "an object"),
        ("timestamp", SLOT + 1, str(SLOT + 1)),
        ("timestamp", -5, "-5"),
        ("timestamp", float(SLOT), "1700000000.0"),
        ("timestamp", str(SLOT), '"1700000000"'),
        ("timestamp", True, "true"),
        ("cpu_percent", True, "true"),
        ("cpu_percent", "45", '"45"'),
        ("cpu_percent", -0.1, "-0.1"),
        ("cpu_percent", 100.1, "100.1"),
        ("cpu_percent", None, "null"),
        ("cpu_percent", float("nan"), "NaN"),
        ("cpu_percent", float("inf"), "Infinity"),
        ("cpu_percent", float("-inf"), "-Infinity"),
        ("memory_total", 0, "0"),
        ("memory_total", 1.5e10, "15000000000.0"),
        ("memory_total", 2**53 + 1, "9007199254740993"),
        ("memory_total", 2**64, "18446744073709551616"),
        ("memory_used", -1, "-1"),
        ("memory_used", [], "an array"),
        ("cpu_temp", "65", '"65"'),
        ("cpu_temp", False, "false"),
        ("cpu_temp", -20.5, "-20.5"),
        ("cpu_temp", 151, "151"),
    ],
)
def test_an_unacceptable_value_is_named_with_what_is_allowed(field: str, value: object, shown: str):
    assert refusal(sample(**{field: value})).startswith(f"{field} is {shown}; it must be ")
    assert refusal([sample(), sample(**{field: value})]).startswith(f"[1].{field} is {shown}; it must be ")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "9" * 400])
def test_numbers_beyond_all_measure_are_refused(number: str):
    for field in FIELDS[1:]:
        assert f"{field} is " in refusal(json.dumps(sample(**{field: 0})).replace(": 0", f": {number}").encode())


def test_more_memory_used_than_there_is_is_refused_with_both_numbers():
    sentence = refusal([sample(), sample(memory_total=10, memory_used=20)])
    assert sentence == "[1].memory_used is 20; it must be at most memory_total, which is 10."


def test_a_sample_from_the_future_is_refused_with_how_far_ahead_it_is():
    sentence = refusal(sample(timestamp=SLOT + 65))
    assert sentence.startswith(
        "timestamp is 1700000065, 63 seconds ahead of the panel's clock; at most 60 are allowed."
    )


def test_two_nodes_in_one_array_are_refused():
    sentence = refusal([sample(), sample(), sample(node_id="node002")])
    assert sentence == '[2].node_id is "node002", but [0].node_id is "node001"; an array holds one node\'s samples.'


def test_a_name_given_twice_with_one_bad_value_is_refused():
    body = json.dumps(sample()).encode()[:-1] + b', "cpu_percent": 1}'
    assert parse_samples(body, NOW)[0].cpu_percent == 1
    assert "cpu_percent" in refusal(body.replace(b"45.2", b"-45.2"))


def test_a_lone_surrogate_never_reaches_the_sentence():
    assert refusal(b'{"node_id": "a\\ud800"}') == (
        "node_id is \"a\\ud800\"; it must be the node's hostname: 1 to 253 letters, digits, '.', '-' and '_'."
    )


def test_more_than_a_thousand_samples_are_too_large():
    with pytest.raises(TooLarge, match="holds 1001 samples; at most 1000"):
        parse_samples(json.dumps([sample()] * 1001).encode(), NOW)


def test_more_than_a_megabyte_is_too_large():
    with pytest.raises(TooLarge, match="1000001 bytes; at most 1000000"):
        parse_samples(b" " * (MAX_BODY_BYTES + 1), NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text(string.printable),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=7),
    max_leaves=30,
)
good_samples = st.fixed_dictionaries(
    {
        "node_id": st.sampled_from(["node001", "node002"]),
        "timestamp": st.integers(0, SLOT // 5 + 20).map(lambda slots: slots * 5),
        "cpu_percent": st.floats(0, 100) | st.integers(0, 100),
        "memory_total": st.integers(2**40, 2**53),
        "memory_used": st.integers(0, 2**40 + 1),
        "cpu_temp": st.none() | st.floats(-20, 150) | st.integers(-20, 150),
    }
)
spoiled_samples = st.builds(
    lambda good, changes: good | changes,
    good_samples,
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=2),
)
bodies = st.one_of(
    json_values, spoiled_samples, st.lists(good_samples, min_size=1, max_size=3), st.lists(spoiled_samples, max_size=3)
)


def outcome(body: bytes) -> list[Sample] | PanelError:
    try:
        return parse_samples(body, NOW)
    except PanelError as error:
        return error


@settings(deadline=None, max_examples=400)
@given(bodies)
def test_any_json_gives_samples_or_a_sentence_and_both_ways_of_reading_agree(value: object):
    body = json.dumps(value).encode()
    fault, result = fault_in(body, NOW), outcome(body)
    if isinstance(result, PanelError):
        assert result.sentence.isprintable()
        # If the slow way finds nothing wrong, only the decoder rejects it, and only in skipped fields.
        assert fault is not None or b"NaN" in body or b"Infinity" in body or b"\\ud" in body
    else:
        assert fault is None
        expected = value if isinstance(value, list) else [value]
        assert msgspec.to_builtins(result) == [{name: item[name] for name in FIELDS} for item in expected]


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=200) | bodies.map(lambda value: json.dumps(value).encode()[:-1]))
def test_any_bytes_give_samples_or_an_error_with_a_status(body: bytes):
    result = outcome(body)
    assert result.status in (400, 413) if isinstance(result, PanelError) else len(result) > 0


@pytest.mark.parametrize(
    ("body", "chinese"),
    [
        (b"\xff", "请求体不是 UTF-8 文本：第 0 个字节无法读取。"),
        (b'{"a": }', "请求体不是 JSON：缺少值（第 1 行第 7 列，第 6 个字符）。"),
        (b"[[3]]", "[0] 不是样本：数组。须为对象。"),
        (b"3", "请求体不是样本：3。须为一个样本（对象）或样本数组。"),
        (b"[]", "数组为空；须有 1 到 1000 个样本。"),
        (sample(timestamp=None), "timestamp 的值 null 无效；须为 Unix 时间的整秒数，且为 5 的倍数。"),
        (sample(node_id=""), 'node_id 的值 "" 无效；须为节点的主机名：由 1 到 253 个字母、数字、“.”、“-”、“_”组成。'),
        (sample(cpu_percent=101), "cpu_percent 的值 101 无效；须为 0 到 100 的数。"),
        (sample(cpu_temp=200), "cpu_temp 的值 200 无效；须为 -20 到 150 的数，或 null（没有传感器时）。"),
        (sample(memory_used=-1), "memory_used 的值 -1 无效；须为 0 到 memory_total 的整数（单位：bytes）。"),
        (
            sample(timestamp=SLOT + 500),
            "timestamp 为 1700000500，比面板时钟快 498 秒；最多允许快 60 秒。请检查两边的时钟。",
        ),
    ],
)
def test_a_fault_has_its_chinese(body: bytes | object, chinese: str):
    with pytest.raises(BadInput) as refused:
        parse_samples(body if isinstance(body, bytes) else json.dumps(body).encode(), NOW)
    assert in_chinese(refused.value.words) == in_chinese(str(refused.value)) == chinese
