"""What responses are known by: random numbers, marks of keys, receipts."""

import hashlib
import secrets
from typing import Final

RECEIPT_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_id() -> int:
    """Give a random positive 53-bit identifier: it tells nothing about order and survives JSON."""
    return secrets.randbits(53) or 1


def key_digest(client_key: str) -> bytes:
    """Hash a browser's key: who reads the database cannot take over an unfinished response."""
    return hashlib.sha256(client_key.encode("utf-8", "surrogatepass")).digest()[:16]


def new_receipt() -> str:
    """Make a receipt code of 16 letters and digits without look-alikes (78 bits)."""
    return "-".join("".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(4)) for _ in range(4))
