"""Templates compiled to Python at packaging, so that no function spends 130-200 ms on its first page.

Not imported by the deployed functions.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from functions.web.rendering import environment, source_loader


def compile_templates(target_dir: Path) -> int:
    """Compile every template into `target_dir` (emptied first), which is `templates/compiled` of the package.

    Returns how many there are; one that does not compile raises its TemplateError.
    """
    shutil.rmtree(target_dir, ignore_errors=True)
    target_dir.mkdir(parents=True)
    env = environment().overlay(loader=source_loader())
    env.compile_templates(target_dir, zip=None, ignore_errors=False, filter_func=is_template)
    return len(list(target_dir.glob("tmpl_*.py")))


def is_template(name: str) -> bool:
    """What pages and messages are made of; the macros' own page layout is not used."""
    return name.endswith((".html", ".txt")) and name != "govuk_frontend_jinja/template.html"
