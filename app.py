"""Composition root: creates the Chalice app, registers the blueprints, declares the functions that serve
no HTTP."""

import sys
from pathlib import Path
from typing import Any

_packaged = Path(__file__).parent / "chalicelib"
if (_packaged / "functions").is_dir():
    sys.path.insert(0, str(_packaged))

from chalice import Chalice  # noqa: E402

from functions.api import api  # noqa: E402
from functions.api import console as api_console  # noqa: E402
from functions.cases import console as cases_console  # noqa: E402
from functions.cases import pages as cases_pages  # noqa: E402
from functions.certificates import pages as certificates_pages  # noqa: E402
from functions.feedback import pages as feedback_pages  # noqa: E402
from functions.identity import pages as identity_pages  # noqa: E402
from functions.people import console as people_console  # noqa: E402
from functions.people import pages as people_pages  # noqa: E402
from functions.sensing import console as sensing_console  # noqa: E402
from functions.sensing import pages as sensing_pages  # noqa: E402
from functions.sensing.alarms import pages as alarms_pages  # noqa: E402
from functions.sensing.registry import pages as installer_pages  # noqa: E402
from functions.sensing.sources import pages as sources_pages  # noqa: E402
from functions.services import pages as services_pages  # noqa: E402
from functions.tenancy import console as tenancy_console  # noqa: E402
from functions.web import pages as web_pages  # noqa: E402

app = Chalice(app_name="townkit", configure_logs=False)  # functions/core/log.py writes each line, once

for feature in (
    web_pages,
    services_pages,
    cases_pages,
    certificates_pages,
    feedback_pages,
    sensing_pages,
    installer_pages,
    identity_pages,
    people_pages,
    people_console,
    cases_console,
    sensing_console,
    alarms_pages,
    sources_pages,
    tenancy_console,
    api,
    api_console,
):
    app.register_blueprint(feature.bp)


@app.lambda_function()
def provisioner(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Control plane only: tables, device policies, certificates. No data."""
    from functions.tenancy.provisioner import handle_provisioner

    return handle_provisioner(event)


@app.lambda_function()
def admin(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the command line asks for: plans, onboarding steps, exports, devices, audits."""
    from functions.tenancy.admin import handle_admin

    return handle_admin(event)


@app.lambda_function()
def readings(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Batches of device messages."""
    from functions.sensing.worker import handle_readings

    return handle_readings(event, context)


@app.lambda_function()
def tasks(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Batches of pointers to slow work."""
    from functions.notifications.worker import handle_tasks

    return handle_tasks(event, context)


@app.lambda_function()
def nightly(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Once a night: one message a city that has something due."""
    from functions.tenancy.nightly import handle_nightly

    return handle_nightly(event)


@app.lambda_function()
def claims(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """AWS IoT's question before a device gets the certificate that it claims."""
    from functions.sensing.registry.claims import handle_hook

    return handle_hook(event)


@app.lambda_function()
def tick(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Once a minute: one message a city that has something due."""
    from functions.sensing.alarms.tick import handle_tick

    return handle_tick(event, context)
