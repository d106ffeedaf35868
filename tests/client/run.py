"""Generates a client from the service's OpenAPI document and uses it.

Validates the document as OpenAPI 3.1, signs in with `login`, lists what is overdue with
`list_measures`, and prints how many there are. Any failure, and an empty list, ends with status 1.
"""

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from openapi_spec_validator import OpenAPIV31SpecValidator

PACKAGE = "zinne_client"


class Failed(Exception):
    pass


def fetch_document(base_url):
    answer = httpx.get(f"{base_url}/api/openapi.json", timeout=30)
    answer.raise_for_status()
    return answer.json()


def validate(document):
    version = document.get("openapi", "")
    if not version.startswith("3.1."):
        raise Failed(f"the document says OpenAPI {version!r}, not 3.1")
    faults = [
        f"  /{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
        for fault in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    if faults:
        raise Failed("the document is not valid OpenAPI 3.1:\n" + "\n".join(faults))


def generate(document, directory):
    source = directory / "openapi.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    settings = directory / "generator.json"
    settings.write_text(
        json.dumps({"package_name_override": PACKAGE, "post_hooks": []}), encoding="utf-8"
    )
    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    command += ["--path", str(source), "--config", str(settings), "--meta", "none"]
    command += ["--output-path", str(directory / PACKAGE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failed(f"the generator failed:\n{result.stdout}{result.stderr}")
    sys.stderr.write(result.stdout)


def operation(name):
    """The generated module of an operation; its package is named after the operation's tag."""
    api = importlib.import_module(f"{PACKAGE}.api")
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if not module.ispkg and module.name.rpartition(".")[2] == name:
            return importlib.import_module(module.name)
    raise Failed(f"the generated client has no operation {name!r}")


def succeed(what, answer):
    if answer.status_code != 200 or answer.parsed is None:
        raise Failed(f"{what}: {int(answer.status_code)} {answer.content.decode(errors='replace')}")
    return answer.parsed


def overdue_measures(arguments):
    client = importlib.import_module(PACKAGE)
    models = importlib.import_module(f"{PACKAGE}.models")
    login, list_measures = operation("login"), operation("list_measures")

    with client.Client(base_url=arguments.base_url) as anonymous:
        credentials = models.LoginRequest(email=arguments.email, password=arguments.password)
        signed_in = succeed("login", login.sync_detailed(client=anonymous, body=credentials))

    measures = []
    with client.AuthenticatedClient(
        base_url=arguments.base_url, token=signed_in.access_token
    ) as session:
        cursor = client.types.UNSET
        while True:
            answer = list_measures.sync_detailed(
                arguments.institution, client=session, overdue=True, cursor=cursor
            )
            page = succeed("list_measures", answer)
            measures += page.items
            if not page.next_cursor:
                return measures
            cursor = page.next_cursor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("base-url", "email", "password", "institution"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    arguments.base_url = arguments.base_url.rstrip("/")

    with tempfile.TemporaryDirectory(prefix="zinne-client-") as directory:
        try:
            document = fetch_document(arguments.base_url)
            validate(document)
            generate(document, Path(directory))
            sys.path.insert(0, directory)
            measures = overdue_measures(arguments)
        except (Failed, httpx.HTTPError) as error:
            sys.exit(f"client: {error}")
    print(f"client: {len(measures)} overdue measures")
    if not measures:
        sys.exit(1)


if __name__ == "__main__":
    main()
