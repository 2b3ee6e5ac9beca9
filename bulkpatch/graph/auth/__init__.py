"""Sign-in: where the token comes from, and the one token that all workers share. It is never written anywhere.

`ways` decides how to sign in, `app`, `user` and `cli` do it (msal, in a thread), `shared` keeps the one token and
renews it ahead of its end, `refusal` says what Entra meant, `claims` reads what a token says of itself.
"""

from bulkpatch.graph.auth.claims import claims_in, home_tenant
from bulkpatch.graph.auth.given import GivenToken, TokenFile
from bulkpatch.graph.auth.shared import SharedToken, TokenSource
from bulkpatch.graph.auth.sources import Signed, sign_in

__all__ = ["GivenToken", "SharedToken", "Signed", "TokenFile", "TokenSource", "claims_in", "home_tenant",
           "sign_in"]  # fmt: skip
