"""A Microsoft Graph that runs on loopback and keeps partners in memory: a second opinion on the tool.

It imports nothing of the line, so that it can disagree with it. What Microsoft documents it does; where Microsoft is
silent it is marked as a guess.
"""

from bulkpatch.simulator.behaviour import Behaviour, Exchange, Quota
from bulkpatch.simulator.faults import Fault
from bulkpatch.simulator.server import Simulator
from bulkpatch.simulator.store import Store

__all__ = ["Behaviour", "Exchange", "Fault", "Quota", "Simulator", "Store"]
