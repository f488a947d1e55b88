import pytest

from labkit.grading.criteria.reasons import names_missing_image


@pytest.mark.parametrize(
    "text",
    [
        "ErrImagePull",
        "imagepullbackoff",
        "Image pull back-off",
        "ErrImagePull / ImagePullBackOff",
        "image not found",
        "Error: ErrImagePull",
        'Back-off pulling image "registry.lab.example:5000/hello:1.0-today"',
        "back-7c9d5 0/1 ImagePullBackOff 0 3m",
        'Failed to pull image "registry.lab.example:5000/hello:1.0-today": not found',
    ],
)
def test_words_for_a_missing_image_are_right(text: str) -> None:
    assert names_missing_image(text)


@pytest.mark.parametrize(
    "text", ["", "CrashLoopBackOff", "ErrImagePull or CrashLoopBackOff", "image", "Error", "pull"]
)
def test_other_reasons_and_hedges_are_not(text: str) -> None:
    assert not names_missing_image(text)
