import pytest

from labkit.cloud.auth.rules import AccessRule, Method, grants, may_everything

METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "DELETE")


@pytest.mark.parametrize(
    ("rule", "path", "covered"),
    [
        ("/me", "/me", True),
        ("/me", "/me/api", False),
        ("/x/*", "/x/y", True),
        ("/x/*", "/x/y/z", True),
        ("/x/*", "/x/", True),
        ("/x/*", "/x", False),
        ("/*", "/anything/at/all", True),
        ("*", "/me", True),
        ("/a/*/c", "/a/b/c", True),
        ("/a/*/c", "/a/b/b/c", True),
        ("/a/*/c", "/a/c", False),
        ("/a*a", "/a", False),
        ("/a**b", "/ab", True),
        ("/x.y", "/xzy", False),
        ("/x/*", "/x/two\nlines", True),
        ("", "/", False),
    ],
)
def test_a_star_stands_for_any_run_of_characters(rule: str, path: str, *, covered: bool) -> None:
    assert grants([AccessRule(method="GET", path=rule)], "GET", path) == covered


def test_a_rule_is_for_one_method() -> None:
    rules = [AccessRule(method="GET", path="/*")]
    assert [method for method in METHODS if grants(rules, method, "/me")] == ["GET"]


def test_many_stars_are_no_work() -> None:
    """As a regular expression this rule would take longer than anybody waits."""
    rules = [AccessRule(method="GET", path="/" + "*a" * 200 + "b")]
    assert not grants(rules, "GET", "/" + "a" * 5000)


def test_everything_is_each_method_on_all_paths() -> None:
    rules = [AccessRule(method=method, path="/*") for method in METHODS]
    assert may_everything(rules)
    assert not may_everything(rules[1:])
