"""The token of an existing `az login`: the Azure CLI is asked as a process."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bulkpatch.errors import SignInFailed
from bulkpatch.graph.auth.shared import Issued
from bulkpatch.model import Json

SECONDS = 60
_LOGIN = "Run az login, then try again."


def azure_cli() -> str:
    """Where `az` is; empty when it is not installed."""
    return shutil.which("az") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureCliSignIn:
    """Asks `az account get-access-token`; the CLI renews what it holds."""

    graph_root: str
    tenant: str

    def __call__(self, *, claims: str | None, fresh: bool) -> Issued:
        """A token of whoever is signed in to the Azure CLI."""
        del fresh
        if claims is not None:
            step = "Use --auth interactive or --auth device-code."
            raise SignInFailed("Graph demands another sign-in step, which az cannot give here.", next_step=step)
        answer = self._asked()
        token = answer.get("accessToken")
        if not isinstance(token, str) or not token:
            raise SignInFailed("az gave an answer without a token.", next_step="Update the Azure CLI.")
        return Issued(token=token, expires_in=max(0.0, _ends(answer) - time.time()))

    def _asked(self) -> Mapping[str, Json]:
        program = azure_cli()
        if not program:
            raise SignInFailed("The Azure CLI (az) is not installed.", next_step="Install it, or use another --auth.")
        words = [program, "account", "get-access-token", "--resource", self.graph_root, "--output", "json"]
        try:
            done = subprocess.run(  # noqa: S603 - fixed words, and a tenant id as one argument
                [*words, *(["--tenant", self.tenant] if self.tenant else [])],
                capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise SignInFailed(f"az did not answer ({type(exc).__name__}).", next_step=_LOGIN) from None
        if done.returncode:
            raise SignInFailed(f"az refused: {_last_words(done.stderr)}", next_step=_LOGIN)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        return answer if isinstance(answer, Mapping) else {}


def _ends(answer: Mapping[str, Json]) -> float:
    """When the token ends, as Unix time; newer versions say `expires_on`, older ones only local `expiresOn`."""
    try:
        if answer.get("expires_on"):
            return float(answer["expires_on"])
        return datetime.fromisoformat(str(answer["expiresOn"])).timestamp()
    except (KeyError, ValueError, TypeError):
        return time.time() + 300


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if line.upper().startswith("ERROR")), lines[0] if lines else "no reason given")
    said = said.removeprefix("ERROR:").strip()
    return said if len(said) <= 240 else said[:239] + "…"
