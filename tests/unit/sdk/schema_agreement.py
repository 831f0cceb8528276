#!/usr/bin/env python3
"""Asks the jsonschema package about the values our evaluator of JSON Schema judged: both say the same.

Usage: schema_agreement.py UNIT_SDK

Numbers are read as Decimal, because the package computes multipleOf with what it is given, and doubles would make 19.99 no
multiple of 0.01.
"""
import decimal
import json
import os
import subprocess
import sys
import tempfile

import jsonschema


def is_integer(_, value):
    if isinstance(value, bool):
        return False
    if isinstance(value, decimal.Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int)


def load(text):
    return json.loads(text, parse_float=decimal.Decimal)


def verdicts(unit_sdk):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "verdicts")
        subprocess.run([unit_sdk, "[.verdicts]"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "MORTISE_VERDICTS": path})
        with open(path, encoding="utf-8") as lines:
            return lines.read().split("\n")[:-1]


def main():
    # 1e400 is a number; as an integer it must not stop at the precision of the context.
    decimal.setcontext(decimal.Context(prec=1000, Emax=999999, Emin=-999999))
    base = jsonschema.Draft202012Validator
    checker = base.TYPE_CHECKER.redefine("integer", is_integer)
    make = jsonschema.validators.extend(base, type_checker=checker)
    asked = different = 0
    for line in verdicts(sys.argv[1]):
        if line[0] == "{":
            schema = load(line)
            validator = make(schema)
            continue
        asked += 1
        if validator.is_valid(load(line[2:])) != (line[0] == "+"):
            different += 1
            print("schema:", json.dumps(schema, default=str), "ours:", line[0], "value:", line[2:], sep="\n")
    print(f"{asked} values, {different} different verdicts")
    return 0 if asked > 1000 and different == 0 else 1


sys.exit(main())
