"""A browser that signs a person in without asking: follows the address, then posts the form that it is given."""

from __future__ import annotations

import html
import os
import re
import ssl
import sys
import urllib.parse
import urllib.request

context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
with urllib.request.urlopen(sys.argv[1], context=context) as answer:
    page = answer.read().decode()
action = re.search(r'action="([^"]*)"', page)
fields = re.findall(r'name="([^"]*)" value="([^"]*)"', page)
assert action is not None
form = urllib.parse.urlencode({name: html.unescape(value) for name, value in fields}).encode()
urllib.request.urlopen(html.unescape(action.group(1)), data=form).read()
