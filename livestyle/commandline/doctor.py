"""The command `doctor`: what of this machine works, and how to mend the rest."""

from __future__ import annotations

import json
from typing import Any

from livestyle.flags import add_options
from livestyle.settings import Settings


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "doctor",
        help="say what of this machine works, and how to mend the rest",
        description="Tries everything that livestyle needs: packages, execution "
        "providers, a window, encoders, cameras, models, disks. Cameras and a window "
        "are opened for a moment. Exit status 1 if something that is needed does not "
        "work.",
    )
    parser.add_argument(
        "--json", action="store_true", help="for programs, and to paste into an issue"
    )
    add_options(parser, "folder")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Examines the machine and reports each finding as it comes."""
    from livestyle.doctor.examine import checks, examine
    from livestyle.doctor.report import as_json, lines, summary, worst

    findings = []
    for finding in examine(checks(options.get("folder", Settings.folder))):
        findings.append(finding)
        if not options["json"]:
            print("\n".join(lines(finding)), flush=True)
    if options["json"]:
        print(json.dumps(as_json(findings), indent=2, ensure_ascii=False))
    else:
        print(summary(findings))
    return int(worst(findings) == "error")
