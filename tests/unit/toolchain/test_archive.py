import hashlib
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.toolchain.archive import Image, ImageFile, write_archive

HELLO = Image(
    reference="registry.lab.example:5000/hello:1.0",
    architecture="amd64",
    user="65532:65532",
    entrypoint=("/hello",),
    environment={"VERSION": "1", "A": "b"},
    ports=(8080,),
    files=(ImageFile("etc/passwd", b"root\n"), ImageFile("hello", b"program", mode=0o755)),
)


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        files = [entry for entry in archive if entry.isfile()]
        return {entry.name: _content(archive, entry) for entry in files}


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(entry)
    assert content
    return content.read()


def blob(files: dict[str, bytes], digest: str) -> bytes:
    content = files[f"blobs/sha256/{digest.removeprefix('sha256:')}"]
    assert hashlib.sha256(content).hexdigest() == digest.removeprefix("sha256:")
    return content


def written(folder: Path, image: Image = HELLO) -> dict[str, bytes]:
    write_archive(image, folder / "hello.tar")
    return members(folder / "hello.tar")


def config_of(files: dict[str, bytes]) -> dict[str, Any]:
    [described] = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(blob(files, described["digest"]))
    config: dict[str, Any] = json.loads(blob(files, manifest["config"]["digest"]))
    return config


def test_same_image_is_the_same_bytes(tmp_path: Path) -> None:
    archives = [tmp_path / "first.tar", tmp_path / "second.tar"]
    for path in archives:
        write_archive(HELLO, path)
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_index_names_the_image_and_every_digest_is_true(tmp_path: Path) -> None:
    files = written(tmp_path)
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    [described] = json.loads(files["index.json"])["manifests"]
    assert described["annotations"]["io.containerd.image.name"] == HELLO.reference
    assert described["annotations"]["org.opencontainers.image.ref.name"] == "1.0"
    manifest = json.loads(blob(files, described["digest"]))
    [layer] = manifest["layers"]
    assert len(blob(files, layer["digest"])) == layer["size"]
    assert config_of(files)["rootfs"]["diff_ids"] == [layer["digest"]]


def test_docker_finds_its_own_document(tmp_path: Path) -> None:
    files = written(tmp_path)
    [docker] = json.loads(files["manifest.json"])
    assert docker["RepoTags"] == [HELLO.reference]
    assert json.loads(files[docker["Config"]]) == config_of(files)
    assert all(layer in files for layer in docker["Layers"])


def test_configuration_has_what_the_recipe_says(tmp_path: Path) -> None:
    assert config_of(written(tmp_path))["config"] == {
        "User": "65532:65532",
        "Env": ["A=b", "VERSION=1"],
        "Entrypoint": ["/hello"],
        "WorkingDir": "/",
        "ExposedPorts": {"8080/tcp": {}},
    }


def test_layer_has_the_program_folders_and_a_place_for_temporary_files(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"from a file")
    files = (ImageFile("bin/deep/program", program, mode=0o755),)
    archived = written(tmp_path, replace(HELLO, files=files))
    [docker] = json.loads(archived["manifest.json"])
    layer_file = tmp_path / "layer.tar"
    layer_file.write_bytes(archived[docker["Layers"][0]])
    with tarfile.open(layer_file) as layer:
        modes = {entry.name: entry.mode for entry in layer}
        assert {(entry.uid, entry.gid, entry.mtime) for entry in layer} == {(0, 0, 0)}
    assert modes == {"bin": 0o755, "bin/deep": 0o755, "tmp": 0o1777, "bin/deep/program": 0o755}
    assert members(layer_file) == {"bin/deep/program": b"from a file"}


def test_link_leads_where_it_says(tmp_path: Path) -> None:
    files = written(tmp_path, replace(HELLO, files=(ImageFile("bin", b"", link="usr/bin"),)))
    [layer] = [content for name, content in files.items() if is_layer(files, name)]
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        assert [(entry.name, entry.linkname) for entry in tar if entry.issym()] == [
            ("bin", "usr/bin")
        ]


def test_command_is_there_only_where_one_is_given(tmp_path: Path) -> None:
    waiting = replace(HELLO, entrypoint=(), command=("sleep", "infinity"))
    config = config_of(written(tmp_path, waiting))["config"]
    assert config["Cmd"] == ["sleep", "infinity"]
    assert "Entrypoint" not in config
    assert "Cmd" not in config_of(written(tmp_path))["config"]


def is_layer(files: dict[str, bytes], name: str) -> bool:
    [docker] = json.loads(files["manifest.json"])
    return name in docker["Layers"]
