"""The table of what is real names what the emulator offers today."""

from tools.cloud_operations import PAGE, page


def test_page_of_operations_is_as_the_tool_writes_it() -> None:
    assert PAGE.read_text() == page(), "run `python -m tools.cloud_operations`"
