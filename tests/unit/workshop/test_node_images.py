"""Which images an exercise needs beside those of every node."""

from pathlib import Path

from labkit.workshop.node_images import images_named


def test_images_of_ours_are_found_by_their_full_names_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "setup").mkdir()
    (tmp_path / "setup" / "till.yaml").write_text("image: registry.lab.example:5000/till:1.0\n")
    (tmp_path / "exercise.toml").write_text('task = "`registry.lab.example:5000/hello:1.0`"\n')
    (tmp_path / "other.yaml").write_text(
        "image: docker.io/till:1.0\nimage: registry.lab.example:5000/nobodys:1.0\n"
    )
    assert images_named(tmp_path) == {"till", "hello"}
