"""Entra's sign-in, simulated: over TLS, on loopback, with what an app can prove itself by.

It checks secrets, certificates, federated assertions, device codes and refresh tokens the way Entra documents it; the
AADSTS numbers are Microsoft's, the words beside them are shortened.
"""

from bulkpatch.simulator.signin.registration import Registration
from bulkpatch.simulator.signin.server import SignInServer
from bulkpatch.simulator.signin.tls import Authority
from bulkpatch.simulator.signin.tokens import Tokens

__all__ = ["Authority", "Registration", "SignInServer", "Tokens"]
