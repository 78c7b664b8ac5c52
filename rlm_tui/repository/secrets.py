"""Tells which files hold secrets by their names: such files are listed, but never read, searched, indexed or shown."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""(?:
        \.env(?:\.[\w.-]+)? | [\w.-]+\.env | \.envrc |
        .*\.(?:pem|key|crt|cer|der|p7b|p8|p12|pfx|jks|keystore|ppk|kdbx|ovpn|tfstate|tfvars) |
        (?:.*_)?id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)? |
        \.netrc | _netrc | \.npmrc | \.pypirc | \.pgpass | \.my\.cnf | \.htpasswd | \.git-credentials | \.dockercfg |
        kubeconfig | credentials | (?:client_)?secrets?\.(?:ya?ml|json|toml|ini|env|txt)
    )\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = re.compile(r".*[._-](?:example|sample|template|dist|defaults?)(?:\.[\w-]+)?\Z", re.IGNORECASE)

REFUSAL = "{path} is not readable here: files such as .env, keys and certificates may hold secrets"
"""The message for a file that is refused."""


def is_secret(path: str) -> bool:
    """Tell whether the file at `path` is kept closed for its name; examples and templates are not."""
    name = path.rpartition("/")[2]
    return bool(_SECRET.match(name)) and not _HARMLESS.match(name)
