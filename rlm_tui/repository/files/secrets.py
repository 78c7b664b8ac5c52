"""Tells which files hold secrets by their names: such files are listed, but never read, searched, indexed or shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

_SECRET = re.compile(
    r"""(?:
        \.env(?:[._-][\w.-]+)? | [\w.-]+\.env | \.envrc(?:\.[\w.-]+)? |
        .*\.(?:pem|key|crt|cer|der|p7b|p8|p12|pfx|jks|keystore|ppk|kdbx|ovpn|gpg|tfstate(?:\.backup)?|tfvars) |
        .*(?:private|secret)[\w-]*\.asc |
        (?:.*_)?id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)? |
        \.netrc | _netrc | \.npmrc | \.yarnrc\.yml | \.pypirc | \.pgpass | \.my\.cnf | \.htpasswd | \.git-credentials |
        \.dockercfg | \.\w+_history | \.s3cfg | \.boto | \.vault-token |
        kubeconfig | credentials | (?:client_)?secrets?\.(?:ya?ml|json|toml|ini|env|txt) |
        service[_-]account(?:[_-]?key)?\.json
    )\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:\A|/)(?:\.ssh|\.aws|\.gnupg|\.docker|\.kube|\.azure)/", re.IGNORECASE)
"""Folders of a home directory in which all is secret, whatever it is called."""
_COPY = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|swp|copy|\d{1,8}))+\Z", re.IGNORECASE)
"""What editors and people put behind the name of a file that they keep a copy of."""
_HARMLESS = re.compile(r".*[._-](?:example|sample|template|dist|defaults?)(?:\.[\w-]+)?\Z", re.IGNORECASE)

REFUSAL = "{path} is not readable here: files such as .env, keys and certificates may hold secrets"
"""The message for a file that is refused."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Which files are kept closed. `allowed` are globs of paths, or of the names alone, that the user has opened."""

    allowed: tuple[str, ...] = ()

    def closed(self, path: str) -> bool:
        """Tell whether the file at `path` is kept closed."""
        if not is_secret(path):
            return False
        name = path.rpartition("/")[2]
        return not any(fnmatchcase(path, glob) or fnmatchcase(name, glob) for glob in self.allowed)

    @property
    def notice(self) -> str:
        """What people should be told of it, "" where all are closed."""
        return f"secrets are readable: {', '.join(self.allowed)} (allow_secrets)" if self.allowed else ""


CLOSED = Secrets()
"""All of them are."""


def is_secret(path: str) -> bool:
    """Tell whether the file at `path` is kept closed for its name; examples and templates are not."""
    name = path.rpartition("/")[2]
    original = _COPY.sub("", name)
    named = any(map(_SECRET.match, {name, original, original.removeprefix(".")}))
    return (named and not _HARMLESS.match(name)) or bool(_FOLDER.search(path))
