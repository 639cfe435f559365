"""Canonical JSON (RFC 8785) and its hash: what is hashed is stored as this text and never made anew."""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> str:
    """Write a value of dicts, lists, strings, numbers, booleans and None as canonical JSON text."""
    return rfc8785.dumps(value).decode()


def sha256(text: str) -> str:
    """Hash a text's UTF-8 bytes; 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
