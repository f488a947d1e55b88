"""Sentences for readers go through the catalogue; what programs read does not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.repository import name, tracked

SENTENCES_FROM = {"SettingInvalid": 2, "FileProblem": 1}
"""Behind which place an error takes sentences; before it are names and values."""
KEYWORDS = {"expected", "problem", "next_step"}
LISTS = (ast.List, ast.ListComp, ast.Tuple)


def called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def literals(node: ast.AST) -> Iterator[ast.AST]:
    """Words in an expression that do not pass through `say`."""
    if isinstance(node, ast.Call) and called(node) == "say":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def bare_sentences(source: str) -> list[str]:
    found = []
    for call in calls(source):
        first = 1 if called(call).endswith("Unusable") else SENTENCES_FROM.get(called(call))
        if first is None:
            continue
        given = [*call.args[first:], *(k.value for k in call.keywords if k.arg in KEYWORDS)]
        found += [ast.unparse(one) for one in given if any(literals(one))]
    return found


def told_to_programs(source: str) -> list[str]:
    """What `print_json` is given that is no object, or that a language changes."""
    return [
        ast.unparse(call)
        for call in calls(source)
        if called(call) == "print_json"
        and (
            isinstance(call.args[0], LISTS)
            or any(isinstance(n, ast.Call) and called(n) == "say" for n in ast.walk(call.args[0]))
        )
    ]


def modules(*words: str) -> list[tuple[Path, str]]:
    read = ((path, path.read_text()) for path in tracked("labkit/**/*.py"))
    return [(path, text) for path, text in read if any(word in text for word in words)]


def test_errors_are_given_no_sentence_that_passes_the_catalogue_by() -> None:
    found = [
        (name(path), bare_sentences(text)) for path, text in modules(*SENTENCES_FROM, "Unusable(")
    ]
    assert [entry for entry in found if entry[1]] == []


def test_programs_are_told_one_object_in_words_of_no_language() -> None:
    found = [(name(path), told_to_programs(text)) for path, text in modules("print_json(")]
    assert [entry for entry in found if entry[1]] == []


@pytest.mark.parametrize(
    "source",
    [
        'FileProblem(path, "is full", say("Free space."))',
        'FileProblem(path, say("is full"), f"Free {path}.")',
        'SettingInvalid("--nodes", 0, " or ".join(known))',
        'CloudKeysUnusable(place, problem or "no key")',
        'CloudKeysUnusable(place, problem=say("no key"), next_step="Get one.")',
    ],
)
def test_bare_sentence_is_found(source: str) -> None:
    assert len(bare_sentences(source)) == 1


def test_names_and_values_are_no_sentences() -> None:
    source = 'SettingInvalid("--nodes", f"{a}-{b}", say("one of {all}", all=", ".join(known)))'
    assert bare_sentences(source) == []


@pytest.mark.parametrize("given", ["[one]", "[x for x in y]", '{"state": say("stopped")}'])
def test_list_or_sentence_for_programs_is_found(given: str) -> None:
    assert told_to_programs(f"print_json({given})") != []
