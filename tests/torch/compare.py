"""Where two generators differ: pairs of an aspect and what differs in it, and a table that excuses some, with why."""

import re
from collections import Counter


def differences(theirs, ours, written=()):
    """Of two Generated, torchgen's first. `written`: names of out= arguments by IR class in lower case; torchgen has
    them among the arguments of the class."""
    written = dict(written)
    if theirs.refusal and ours.refusal:
        return []
    if ours.refusal:
        problems = re.findall(r"^\S+?:\d+: (.*)", ours.refusal, re.M)
        return [("only we refuse", problem) for problem in problems or [ours.refusal]]
    found = []
    if theirs.refusal:
        found.append(("only torchgen refuses", theirs.refusal.split("\n")[0]))
    # A generator that refuses has written whole files, or none: what it wrote counts.
    refused = bool(theirs.refusal)
    if theirs.registered or not refused:
        for key in sorted({*theirs.registered, *ours.registered}):
            mine, other = ours.registered.get(key, []), theirs.registered.get(key, [])
            found += apart("registered", other, mine, lambda name, key=key: f"{key} {name}")
        found += apart("registrars", theirs.registrars.values(), ours.registrars.values())
    if theirs.kernel_class or not refused:
        found += apart("kernels", theirs.kernels, ours.kernels)
        found += apart("namespace", [theirs.namespace], [ours.namespace])
        found += apart("kernel class", [theirs.kernel_class], [ours.kernel_class])
    if not refused:
        found += apart("definitions", theirs.definitions, ours.definitions)
        for aspect, their_classes, our_classes in (
            ("classes", theirs.classes, ours.classes),
            ("non-native classes", theirs.non_native, ours.non_native),
        ):
            found += apart(aspect, (each.name for each in their_classes), (each.name for each in our_classes))
            by_name = {each.name: each for each in our_classes}
            for each in their_classes:
                if each.name in by_name:
                    found += apart_in_class(each, by_name[each.name], written.get(each.name.lower(), ()))
    return found


def apart(aspect, theirs, ours, show=str):
    theirs, ours = Counter(theirs), Counter(ours)
    return [(aspect, f"{show(each)}: only torchgen's") for each in (theirs - ours).elements()] + [
        (aspect, f"{show(each)}: only ours") for each in (ours - theirs).elements()
    ]


def apart_in_class(theirs, ours, written=()):
    """torchgen's members are the attributes and marks of the operands that are there; ours are all arguments."""
    found, name = [], theirs.name
    if written and theirs.arguments == ours.arguments + written:
        found.append(("out= arguments", f"{name}: {written} only torchgen's"))
    elif theirs.arguments != ours.arguments:
        found.append(("arguments", f"{name}: {theirs.arguments} in torchgen's, {ours.arguments} in ours"))
    members = dict(ours.members)
    if tuple(members) != ours.arguments:
        found.append(("members", f"{name}: {tuple(members)} of the arguments {ours.arguments}"))
    for member, kind in theirs.members:
        if member not in members and member.startswith("has_"):
            continue
        if members.get(member) != kind:
            found.append(("member", f"{name}.{member}: {kind} in torchgen's, {members.get(member)} in ours"))
    return found


class Table:
    """Pairs of an aspect and a pattern of what differs, each with the reason why it may. Knows which rows it needed."""

    def __init__(self, rows):
        self.rows = rows
        self.needed = set()

    def unexcused(self, found):
        left = []
        for aspect, what in found:
            rows = [row for row in self.rows if row[0] == aspect and re.search(row[1], what)]
            self.needed.update(rows)
            if not rows:
                left.append(f"{aspect}: {what}")
        return left

    def idle(self):
        return [row for row in self.rows if row not in self.needed]
