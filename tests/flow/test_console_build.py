"""The console in the build: with its libraries, and on a machine that has no npm."""
import os
import re
import subprocess

import pytest
from harness.people import Browser
from harness.server import ROOT, Server

UI = ROOT / "src/ui"


def embed(lib, folder):
    guides = folder / "guides.js"
    guides.write_text("export const guides = {};\n")
    return subprocess.run(["sh", UI / "embed.sh", UI, lib, guides], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def lib(tmp_path):
    """Libraries as vendor.sh makes them from a folder of modules."""
    modules = tmp_path / "modules"
    for path, text in {"preact/dist/preact.mjs": "export const h = 1;\n//# sourceMappingURL=x.map\n",
                       "preact/hooks/dist/hooks.mjs": 'import{options as n}from"preact";',
                       "@preact/signals/dist/signals.mjs":
                           'import{a}from "preact";import{b}from"preact/hooks";export{c}from"@preact/signals-core";',
                       "@preact/signals-core/dist/signals-core.mjs": "export const c = 1;",
                       "htm/dist/htm.mjs": "export default 1;"}.items():
        (modules / path).parent.mkdir(parents=True, exist_ok=True)
        (modules / path).write_text(text)
    subprocess.run(["sh", UI / "vendor.sh", tmp_path / "ui/lib", modules], check=True)
    return tmp_path / "ui/lib"


def test_libraries_name_each_other_by_path(lib):
    text = "".join(f.read_text() for f in lib.glob("*.js"))
    assert set(re.findall(r'from"([^"]+)"', text)) == {"./preact.js", "./hooks.js", "./signals-core.js"}
    assert "sourceMappingURL" not in text


def test_the_digest_is_that_of_the_files(lib, tmp_path):
    first, again = embed(lib, tmp_path), embed(lib, tmp_path)
    assert first == again and "@DIGEST@" not in first
    (lib / "htm.js").write_text("export default 2;")
    digests = [re.search(r'ui_digest\[\] = "(\w{16})"', text)[1] for text in (first, embed(lib, tmp_path))]
    assert digests[0] != digests[1]


def test_without_npm_the_server_is_built_without_its_console(tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in ("sh", "rm", "mkdir", "cp", "dirname"):
        os.symlink(subprocess.check_output(["which", tool], text=True).strip(), bare / tool)
    done = subprocess.run([bare / "sh", UI / "vendor.sh", tmp_path / "ui/lib"], env={"PATH": str(bare)},
                          capture_output=True, text=True)
    assert done.returncode == 0 and "make console" in done.stderr
    assert "ui_file_count = 0" in embed(tmp_path / "ui/lib", tmp_path)


def test_the_page_is_there_for_everybody_and_holds_nothing():
    server = Server()
    try:
        browser = Browser(server.base)
        page = browser.get("/console/people/x")
        if page.status == 404:  # a build without npm
            assert "make console" in page.text and page.title == "No console here"
            return
        assert page.status == 200 and page.headers["Cache-Control"] == "no-cache"
        assert "'unsafe" not in page.headers["Content-Security-Policy"]
        script = re.search(r'src="([^"]+)"', page.text)[1]
        assert "immutable" in browser.get(script).headers["Cache-Control"]
        for wrong in (script.replace("app.js", "../app.js"), script + "/x", re.sub(r"\w{16}", "0" * 16, script),
                      script.replace("app.js", "app%2ejs%00"), script.replace("app.js", "style")):
            assert browser.get(wrong).status in (400, 404), wrong
        assert browser.request("POST", "/console/", form={}).status == 405
    finally:
        server.close()
