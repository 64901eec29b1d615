"""Fills one of the kept databases: ``python -m bench.scale CONFIG DATABASE plain|module [--quick]``."""

import argparse
import json

from bench.database import open_database
from bench.made import FACTS
from bench.scale.company import FULL, QUICK


def main():
    """Fills the database that is named, and notes in it what was timed meanwhile."""
    parser = argparse.ArgumentParser(prog="bench.scale")
    for name in ("config", "database"):
        parser.add_argument(name)
    parser.add_argument("part", choices=("plain", "module"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--facts", type=json.loads, default={}, help="what was timed before, as JSON")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    with open_database(arguments.config, arguments.database) as env:
        if arguments.part == "plain":
            from bench.scale.plain import make_plain

            make_plain(env, size)
        else:
            from bench.scale.module import make_module

            facts = arguments.facts | make_module(env, size)
            env["ir.config_parameter"].set_param(FACTS, json.dumps(facts))
        env.cr.commit()


main()
