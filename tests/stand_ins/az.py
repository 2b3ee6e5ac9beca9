"""A stand-in for the Azure CLI: what `az account get-access-token` prints, out of AZ_STAND_IN (a JSON file)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

told = json.loads(Path(os.environ["AZ_STAND_IN"]).read_text(encoding="utf-8"))
Path(told["log"]).write_text(json.dumps(sys.argv[1:]), encoding="utf-8")
sys.stdout.write(told.get("out", ""))
sys.stderr.write(told.get("err", ""))
sys.exit(told.get("code", 0))
