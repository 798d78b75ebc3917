"""What pages import because of the interface is light; what it needs itself comes with its first request."""

import subprocess
import sys

HEAVY = {"pydantic", "ruamel", "yaml", "phonenumbers", "stdnum", "babel", "jwt", "http.server", "regex"}


def test_the_routes_and_what_a_change_writes_down_import_nothing_heavy():
    code = (
        "import sys; import functions.api.api, functions.api.console, functions.cases.changes;"
        "import functions.api.webhooks, functions.api.dispatch, functions.api.console_views;"
        "print(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not HEAVY & loaded
    assert not {"functions.api.schemas", "functions.api.openapi"} & loaded
