import pytest

from labkit.kube.quantities import quantity, same_quantity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500m", "0.5"),
        ("1900m", "1.9"),
        ("1", "1000m"),
        ("1Gi", "1073741824"),
        ("1Gi", "1024Mi"),
        ("1e3", "1k"),
        ("1E3", "1000"),
        ("12E", "12e18"),
        (".5", "500m"),
        ("2.", "2"),
        ("+1", "1"),
        ("100000u", "100m"),
        (" 1 ", "1"),
    ],
)
def test_same_amount_in_two_spellings(one: str, other: str) -> None:
    assert same_quantity(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1G", "1Gi"), ("1", "1m"), ("-1", "1"), ("1M", "1m"), ("0.1", "0.1000001")]
)
def test_another_amount(one: str, other: str) -> None:
    assert not same_quantity(one, other)


@pytest.mark.parametrize(
    "text", ["", "m", "1mm", "1 Gi", "one", "1.2.3", "1ki", "0x10", "nan", "1e999"]
)
def test_what_is_no_quantity_is_refused_and_equals_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity(text)
    assert not same_quantity(text, text)
