"""Holds records of OCSF against the schema as it is published, and against what its own server
demands beyond a JSON Schema (ocsf-server, validator2.ex): numbers that follow from others, captions
that belong to a number, times in milliseconds, nothing deprecated.

Usage: ocsf_check.py VERSION FILE...      a record a line
Prints what is wrong, and ends with 1 then. PYTHONPATH names where ocsf-json-schema is."""

import functools
import json
import sys

from jsonschema_rs import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

# Of milliseconds since 1970 that a mail relay may tell: from 2001 to 2286.
_MILLISECONDS = (1e12, 1e13)
_OTHER = 99


class Checker:
    def __init__(self, version):
        self.version = version
        self.schema = get_ocsf_schema(version=version)
        self.maker = OcsfJsonSchemaEmbedded(self.schema)

    @functools.lru_cache(maxsize=None)
    def validator(self, name, profiles):
        return Draft202012Validator(self.maker.get_class_schema(name, list(profiles)))

    def complaints(self, record):
        profiles = tuple(sorted(record.get("metadata", {}).get("profiles", [])))
        unknown = [one for one in profiles if one not in self.schema["profiles"]]
        if unknown:
            return [f"metadata.profiles: no profile {unknown}"]
        try:
            name = self.maker.lookup_class_name_from_uid(record.get("class_uid"))
        except ValueError as error:
            return [f"class_uid: {error}"]
        found = self.validator(name, profiles).iter_errors(record)
        out = ["/".join(map(str, one.instance_path)) + f": {one.message[:140]}" for one in found]
        own = self.schema["classes"][name]
        return out + list(self.numbers(record, own)) + list(self.members(record, own, ""))

    def numbers(self, record, own):
        kind = record.get("class_uid", 0) * 100 + record.get("activity_id", 0)
        if record.get("type_uid") != kind:
            yield "type_uid: is not class_uid * 100 + activity_id"
        if record.get("category_uid") != own["category_uid"]:
            yield "category_uid: is not that of the class"
        if record.get("metadata", {}).get("version") != self.version:
            yield f"metadata.version: is not {self.version}"
        time = record.get("time")
        if isinstance(time, int) and not _MILLISECONDS[0] < time < _MILLISECONDS[1]:
            yield "time: is not in milliseconds"

    def members(self, value, own, place):
        """Of an object of the schema, and all that is in it."""
        for name, described in own["attributes"].items():
            if name not in value:
                continue
            here = place + name
            if described.get("@deprecated"):
                yield f"{here}: is deprecated"
            yield from self.caption(value, name, described, here)
            inner = self.schema["objects"].get(described.get("object_type"))
            for one in value[name] if isinstance(value[name], list) else [value[name]]:
                if inner and isinstance(one, dict):
                    yield from self.members(one, inner, here + ".")

    @staticmethod
    def caption(value, name, described, here):
        """Of a number, the text beside it is the caption; of Other it says what the other is."""
        beside = described.get("sibling")
        if not described.get("enum") or not beside:
            return
        if value[name] == _OTHER:
            if beside not in value:
                yield f"{here}: is Other, and {beside} does not say which"
        elif beside in value:
            caption = described["enum"].get(str(value[name]), {}).get("caption")
            if value[beside] != caption:
                yield f"{beside}: {value[beside]!r} is not the caption of {here} {value[name]}"


def main():
    checker = Checker(sys.argv[1])
    wrong = False
    for file in sys.argv[2:]:
        with open(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                for complaint in checker.complaints(json.loads(line)):
                    wrong = True
                    print(f"{number}: {complaint}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
