"""schemas/openapi.json, which the program serves, is schemas/openapi.yaml, which people write.

Run as a program, it writes the one from the other: `python3 openapi_json.py ROOT`."""

import datetime
import json
import sys

import yaml

SOURCE, MADE = "schemas/openapi.yaml", "schemas/openapi.json"


def made(text):
    """The JSON of the YAML `text`."""
    return json.dumps(yaml.safe_load(text), indent=1, default=_plain, ensure_ascii=False) + "\n"


def _plain(value):
    # YAML takes an unquoted date for one.
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    raise TypeError(f"{SOURCE}: {value!r} is nothing that JSON has")


def main(root):
    with open(f"{root}/{SOURCE}", encoding="utf-8") as file:
        text = made(file.read())
    with open(f"{root}/{MADE}", "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(sys.argv[1])
