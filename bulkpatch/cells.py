"""From the text of a cell to what it asks for, and back. Pure.

Every text gives a wish or a `BadCell`, never an exception and never a guess.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.model import Inherit, Json, TenantId, Value
from bulkpatch.schema import Kind, Node, misfit

TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")
_BOOLEANS = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
INHERIT_WORDS = ("inherit", "#n/a")

_ABROAD = {
    "true": "wahr ja vrai oui verdadero sí si vero sì verdadeiro sim waar sant sand prawda tak tosi kyllä pravda ano "
    "igaz igen doğru evet истина да 真 是 はい",
    "false": "falsch nein faux non falso não nao onwaar nee falskt falsk nej nei fałsz nie epätosi ei nepravda hamis "
    "nem yanlış hayır ложь нет 假 否 いいえ",
    "inherit": "null nil default n/a na none nan #nv #n/d #n/b",
    "allowed": "permit permitted erlaubt zugelassen autorisé permitido",
    "blocked": "deny denied forbid blockiert gesperrt bloqué bloqueado",
}
_ELSEWHERE = {word: ours for ours, words in _ABROAD.items() for word in words.split()}
"""Words people write for ours: answered with the word to write, never taken for it, in whatever language."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = "\"'“”„‘’‚«»`"
_GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[^.]*[a-z])[a-z0-9-]{2,63}")
_SEPARATORS = re.compile(r"[;,\r\n]+")

_WHOLE = {
    Kind.PRINCIPALS: {"allusers": ("AllUsers", "user")},
    Kind.APPLICATIONS: {
        "allapplications": ("AllApplications", "application"),
        "office365": ("Office365", "application"),
    },
}
_PREFIXES = {
    Kind.PRINCIPALS: {"user": "user", "group": "group"},
    Kind.APPLICATIONS: {"app": "application", "application": "application"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """A text that asks for nothing we can send: what is wrong, and what to write instead."""

    what: str
    hint: str


Wishes = Mapping[str, Inherit | Value]
"""What one cell asks for: by path below the cell's own column, "" for the column itself; empty for keep."""


def parse(node: Node, text: str) -> Wishes | BadCell:
    """Read one cell of the column that *node* describes."""
    text = clean(text)
    if not text:
        return {}
    if text.casefold() in INHERIT_WORDS:
        return {"": Inherit()}
    if not isinstance(node, Kind):
        return _parse_object(node, text)
    value = _parse_leaf(node, text)
    return value if isinstance(value, BadCell) else {"": Value(value)}


def clean(text: str) -> str:
    """Take away what nobody sees: surrounding white space of any kind, zero-width characters."""
    return text.translate(_INVISIBLE).strip()


def parse_guid(text: str) -> str | None:
    """Read a GUID in any case, with or without braces, quotes, spaces, `urn:uuid:`, hyphens; None when it is none."""
    bare = "".join(clean(text).split()).strip(_QUOTES).strip("{}()").strip(_QUOTES).lower()
    bare = bare.removeprefix("urn:uuid:").translate(_DASHES)
    if not _GUID.fullmatch(bare):
        return None
    digits = bare.replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def parse_tenant_id(text: str) -> TenantId | BadCell:
    """Read a partner's tenant id and give the normalised one."""
    guid = parse_guid(text)
    if guid is None:
        hint = "Write the partner's tenant id, a GUID such as 90e29127-71ad-49c7-9ce8-db3f41ea06f1, or its domain."
        return BadCell(what=_not_a_tenant_id(clean(text)), hint=hint)
    if set(guid) <= {"0", "-"}:
        return BadCell(what="is the empty GUID.", hint="Write the partner's tenant id.")
    return TenantId(guid)


def parse_domain(text: str) -> str | None:
    """Read a domain name such as contoso.com, in lower case and as DNS writes it; None when it is none."""
    bare = clean(text).strip(_QUOTES).rstrip(".").lower()
    if bare.isascii() and "." not in bare:  # most cells here are GUIDs
        return None
    try:
        bare = bare.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return bare if _DOMAIN.fullmatch(bare) else None


def mixes_scripts(domain: str) -> bool:
    """Whether a part of *domain* has letters of two scripts that look alike, as a counterfeit of another has."""
    return any(len({s for s in map(_script, part) if s}) > 1 for part in clean(domain).split("."))


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
    return name if name in {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"} else ""


def _not_a_tenant_id(text: str) -> str:
    if not text:
        return "is blank, but the row asks for settings."
    if "@" in text or "://" in text:
        return f'"{text}" is neither a tenant id nor a domain name.'
    return f'"{text}" is not a tenant id.'


def _parse_leaf(kind: Kind, text: str) -> Json | BadCell:
    match kind:
        case Kind.BOOLEAN:
            return _parse_word(text, _BOOLEANS, "true, false, inherit or blank")
        case Kind.ACCESS:
            words = {"allowed": "allowed", "allow": "allowed", "blocked": "blocked", "block": "blocked"}
            return _parse_word(text, words, "allowed, blocked, inherit or blank")
        case Kind.GUID:
            return parse_guid(text) or BadCell(what=f'"{text}" is not a GUID.', hint="Write a GUID, inherit or blank.")
        case Kind.TEXT:
            return text
    return _parse_targets(kind, text)


def _parse_word(text: str, words: Mapping[str, Json], allowed: str) -> Json | BadCell:
    word = text.strip(_QUOTES).casefold()
    if word in words:
        return words[word]
    meant = _ELSEWHERE.get(word, "")
    hint = f"Write {meant}." if meant and meant in allowed else f"Write {allowed}."
    return BadCell(what=f'"{text}" is not {allowed}.', hint=hint)


def _parse_targets(kind: Kind, text: str) -> list[dict[str, str]] | BadCell:
    targets: list[dict[str, str]] = []
    for part in filter(None, (clean(part) for part in _SEPARATORS.split(text))):
        target = _parse_target(kind, part)
        if isinstance(target, BadCell):
            return target
        if target not in targets:
            targets.append(target)
    return targets or BadCell(what=f'"{text}" names no target.', hint=_target_hint(kind))


def _parse_target(kind: Kind, part: str) -> dict[str, str] | BadCell:
    whole = _WHOLE[kind].get("".join(part.casefold().split()))
    if whole:
        return {"target": whole[0], "targetType": whole[1]}
    prefix, colon, rest = part.partition(":")
    target_type = _PREFIXES[kind].get(prefix.strip().casefold()) if colon else None
    if not colon and kind is Kind.APPLICATIONS:
        target_type, rest = "application", part
    guid = parse_guid(rest)
    if target_type is None or guid is None:
        return BadCell(what=f'"{part}" is not a target of this column.', hint=_target_hint(kind))
    return {"target": guid, "targetType": target_type}


def _target_hint(kind: Kind) -> str:
    if kind is Kind.PRINCIPALS:
        return "Write AllUsers, or user:GUID and group:GUID separated by semicolons."
    return "Write AllApplications, Office365, or app:GUID separated by semicolons."


def _parse_object(node: Mapping[str, Node], text: str) -> Wishes | BadCell:
    hint = f'Write JSON such as {{"{next(iter(node))}": …}}, inherit or blank.'
    try:
        value = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constants)
    except (ValueError, RecursionError) as exc:
        why = "is not JSON" if isinstance(exc, json.JSONDecodeError | RecursionError) else f"is not usable: {exc}"
        return BadCell(what=f"the text {why}.", hint=hint)
    if wrong := misfit(node, value, "the value"):
        return BadCell(what=f"{wrong}.", hint=hint)
    if stranger := _stranger(node, value):
        return stranger
    return dict(_spread(node, value, ""))


def _stranger(node: Node, value: Json) -> BadCell | None:
    """The first target of a JSON cell that is neither a GUID nor one of the words that Graph documents."""
    if isinstance(node, Kind):
        targets = value if node in {Kind.PRINCIPALS, Kind.APPLICATIONS} and isinstance(value, list) else []
        return next((bad for t in targets if (bad := _not_a_target(node, t))), None)
    members = value.items() if isinstance(value, Mapping) else ()
    return next((bad for name, inner in members if (bad := _stranger(node[name], inner))), None)


def _not_a_target(kind: Kind, target: Mapping[str, str]) -> BadCell | None:
    whole = _WHOLE[kind].get(target["target"].casefold())
    if whole == (target["target"], target["targetType"]) or (whole is None and parse_guid(target["target"])):
        return None
    meant = f'{{"target": "{whole[0]}", "targetType": "{whole[1]}"}}' if whole else _target_hint(kind)
    return BadCell(what=f'the target "{target["target"]}" is none that Graph documents.', hint=f"Write {meant}.")


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(dict(pairs)) < len(pairs):
        message = "a name stands twice in one object"
        raise ValueError(message)
    return dict(pairs)


def _no_constants(name: str) -> Json:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _spread(node: Node, value: Json, path: str) -> list[tuple[str, Inherit | Value]]:
    """A JSON cell is a bundle of smaller wishes: absent keeps, null inherits, the rest is set."""
    if value is None:
        return [(path, Inherit())]
    if isinstance(node, Kind):
        return [(path, Value(_tidy(node, value)))]
    return [wish for name, child in value.items() for wish in _spread(node[name], child, f"{path}.{name}".lstrip("."))]


def _tidy(kind: Kind, value: Json) -> Json:
    if kind not in {Kind.PRINCIPALS, Kind.APPLICATIONS}:
        return value
    return [{"target": parse_guid(t["target"]) or t["target"], "targetType": t["targetType"]} for t in value]


def render(node: Node, value: Json) -> str:
    """Write a JSON value as the text that `parse` reads back as the same value; None is `inherit`."""
    if value is None:
        return "inherit"
    if not isinstance(node, Kind):
        return json.dumps(value, ensure_ascii=False)
    match node:
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.PRINCIPALS | Kind.APPLICATIONS:
            return "; ".join(_render_target(target) for target in value)
        case _:
            return str(value)


def _render_target(target: Mapping[str, str]) -> str:
    name, kind = target["target"], target["targetType"]
    if parse_guid(name) is None:
        return name
    return f"{'app' if kind == 'application' else kind}:{name}"
