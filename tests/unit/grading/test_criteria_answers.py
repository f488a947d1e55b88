import pytest

from labkit.grading.criteria.answers import (
    is_address,
    is_cpu,
    is_minor,
    minor_of,
    number_in,
    quoted,
    same_words,
)


@pytest.mark.parametrize("text", ["2", " 2 ", "= 2", "2 nodes", "2.", '"2"', ": 2", "02"])
def test_number_is_found(text: str) -> None:
    assert number_in(text) == 2


@pytest.mark.parametrize(
    "text", ["", "two", "2 of 3", "2-3", "-2", "1.5", "2,5", "TODO", "not 2", "n2"]
)
def test_what_is_not_one_whole_number_is_none(text: str) -> None:
    assert number_in(text) is None


@pytest.mark.parametrize(
    "text", ["34", "1.34", "v1.34", "v1.34.4", "1.34.4+k3s1", "34+", " V1.34 ", '"34"']
)
def test_minor_in_any_spelling(text: str) -> None:
    assert is_minor(text, 34)


@pytest.mark.parametrize("text", ["", "33", "1.33", "134", "2.34", "34.1.2.3", "1.3", "minor", "4"])
def test_another_minor(text: str) -> None:
    assert not is_minor(text, 34)


def test_minor_30_survives_being_a_python_number() -> None:
    assert is_minor(str(1.30), 30)
    assert not is_minor("3", 30)


@pytest.mark.parametrize("version", ["v1.34.4", "v1.34+", "v1.34.1-eks-abc", "1.34.0"])
def test_minor_of_a_server(version: str) -> None:
    assert minor_of(version) == 34


CPU_1900 = ["1900m", "1900M", "1900", "1.9", "1,9", ".19e1"]
CPU_1900 += ["1900 m", "1900 millicores", "1900 milli", "1.9 cores", "1.90 CPU", "1.9 vCPUs"]


@pytest.mark.parametrize("text", CPU_1900)
def test_cpu_in_any_spelling(text: str) -> None:
    assert is_cpu(text, "1900m")


@pytest.mark.parametrize(
    "text", ["", "2", "2000m", "19", "1.9m", "1900000m", "1900 cores", "1.9 millicores", "much"]
)
def test_another_cpu(text: str) -> None:
    assert not is_cpu(text, "1900m")


def test_whole_cores_are_whole_cores() -> None:
    assert is_cpu("2", "2")
    assert is_cpu("2000", "2")
    assert not is_cpu("2 cores", "2m")


@pytest.mark.parametrize(
    "text",
    ["10.3.0.10", " 10.3.0.10 ", "10.3.0.10:53", "http://10.3.0.10/", '"10.3.0.10"', "10.3.0.10."],
)
def test_address_in_any_spelling(text: str) -> None:
    assert is_address(text, "None", "10.3.0.10")


def test_addresses_of_the_newer_kind_are_compared_by_meaning() -> None:
    assert is_address("FD00:0::0a", "fd00::a")


@pytest.mark.parametrize("text", ["", "10.3.0.1", "kube-dns", "None", "10.3.0", "10.3.0.10.1"])
def test_another_address(text: str) -> None:
    assert not is_address(text, "None", "10.3.0.10")


def test_words_are_the_same_whatever_their_dress() -> None:
    assert same_words(" “Milano”. ", "milano")
    assert same_words("San  Marino", "san marino")
    assert not same_words("Milan", "Milano")


def test_a_long_answer_leaves_room_for_our_words() -> None:
    assert quoted("a" * 300) == "a" * 39 + "…"
    assert quoted("a\n b") == "a b"
