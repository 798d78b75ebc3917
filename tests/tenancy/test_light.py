"""What every request imports is light: cold-start time is import time."""

import subprocess
import sys

HEAVY = {"pydantic", "ruamel", "yaml", "holidays", "phonenumbers", "stdnum", "boto3", "babel", "cryptography"}


def test_the_registry_and_the_calendar_import_nothing_heavy():
    code = (
        "import sys; import functions.tenancy.registry, functions.tenancy.calendar;"
        "print(' '.join({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_onboarding_and_plan_need_no_models():
    code = (
        "import sys; import functions.tenancy.admin, functions.tenancy.provisioner;"
        "print(' '.join({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pydantic", "ruamel", "yaml", "holidays"} & set(done.stdout.split())
