"""`bulkpatch doctor` and `bulkpatch logout`: what a run needs, looked at one by one; and the kept sign-in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.screen import print_json, results, set_verbosity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulkpatch.cli.session import Desk
    from bulkpatch.config import Options
    from bulkpatch.doctor import Finding


@takes("reach", "sign-in", "output")
def doctor(*, given: Given) -> None:
    """Check everything a run needs before row 1: sign-in, tenant, permission, role, a read, the clock, the network.

    Sends no write. Each line is fine, or says how to mend it.

    Example: [bold]bulkpatch doctor --cloud usgov[/bold]
    """
    import asyncio
    from dataclasses import asdict

    from bulkpatch.cli.session import Desk
    from bulkpatch.line import check_options

    set_verbosity(given.values["verbose"])
    check_options(given.options)
    desk = Desk(environ=os.environ, sign_in=given.sign_in, quiet=True)
    found = asyncio.run(_examined(given.options, desk))
    if given.values["json_output"]:
        print_json({"findings": [{**asdict(one), "exit_code": int(one.exit_code)} for one in found]})
    else:
        _show(found)
    worst = max((one.exit_code for one in found), default=0)
    if worst:
        raise typer.Exit(int(worst))


async def _examined(options: Options, desk: Desk) -> list[Finding]:
    from bulkpatch import doctor as looks
    from bulkpatch.cli.session import signed_in
    from bulkpatch.errors import BulkpatchError
    from bulkpatch.graph.clouds import cloud_of
    from bulkpatch.graph.halt import Halt
    from bulkpatch.line import endpoint_of

    endpoint, cloud = endpoint_of(options), cloud_of(options.cloud, options.graph_url)
    found = list(looks.machine(endpoint.root, desk.environ))
    found.append(looks.Finding(subject="cloud", state=looks.State.OK, what=f"{cloud.name}, {endpoint.root}"))
    try:
        async with signed_in(options, desk, halt=Halt(), strict=False) as (way, line):
            host = desk.sign_in.authority_host or cloud.authority_host
            at = "" if way in {"token", "managed-identity", "azure-cli"} else f" at {host}"
            found.append(looks.Finding(subject="sign-in", state=looks.State.OK, what=f"{way}{at}"))
            told = desk.sign_in.tenant_id
            found += looks.identity(line.who, tenant_id=told, cloud=cloud, now=line.today())
            found += await looks.graph(line)
    except BulkpatchError as exc:
        found.append(looks.failed("sign-in", exc))
    return found


def _show(found: Sequence[Finding]) -> None:
    from bulkpatch.doctor import State
    from bulkpatch.report.layout import flow, styled
    from bulkpatch.report.wording import visible

    styles = {State.OK: "green", State.NOTE: "yellow", State.FAIL: "bold red"}
    console, width = results(), max(len(one.subject) for one in found)
    for one in found:
        line = styled((f"{one.state:<4}", styles[one.state]), f"  {one.subject:<{width}}  {visible(one.what)}")
        flow(console, line, hang=8 + width)
        if one.fix:
            flow(console, styled((visible(one.fix), "dim" if one.state is State.NOTE else "")), indent=8 + width)


def logout() -> None:
    """Forget the sign-in that --auth interactive or device-code keeps between commands.

    Example: [bold]bulkpatch logout[/bold]
    """
    from bulkpatch.graph.auth.cache import folder, forget

    if forget(os.environ):
        results().print("Signed out: the kept sign-in is removed.")
    else:
        results().print(f"Nobody was signed in: {folder(os.environ)} keeps nothing.")
