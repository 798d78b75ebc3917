"""Templates compiled to Python at packaging, so that no function spends 130-200 ms on compiling its first page.

Not imported by the deployed functions.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
from pathlib import Path

from functions.web.rendering import environment, source_loader


def compile_templates(target_dir: Path) -> int:
    """Compile every template into `target_dir` (emptied first), `templates/compiled` of the package.

    Returns how many there are; one that does not compile raises its TemplateError. Byte code goes beside the sources
    and is not checked against them: a zip archive does not keep their times.
    """
    shutil.rmtree(target_dir, ignore_errors=True)
    target_dir.mkdir(parents=True)
    env = environment().overlay(loader=source_loader())
    env.compile_templates(target_dir, zip=None, ignore_errors=False, filter_func=_is_template)
    compileall.compile_dir(
        target_dir, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, stripdir=str(target_dir)
    )
    return len(list(target_dir.glob("tmpl_*.py")))


def _is_template(name: str) -> bool:
    return name.endswith((".html", ".txt")) and name != "govuk_frontend_jinja/template.html"
