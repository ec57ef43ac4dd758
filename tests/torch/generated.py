"""What a generator of a lazy PyTorch device wrote, as plain data: read from its C++, whichever generator it was."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, order=True)
class Kernel:
    """A C++ function; `arguments` are pairs of type and name."""

    name: str
    result: str
    arguments: tuple

    def __str__(self):
        return f"{self.result} {self.name}({', '.join(f'{kind} {name}' for kind, name in self.arguments)})"


@dataclass(frozen=True, order=True)
class IrClass:
    """An IR class: the arguments of its constructor by name, the shapes left out, and its members by name and type."""

    name: str
    arguments: tuple
    members: tuple


@dataclass
class Generated:
    """All that is compared. `refusal` is the message of a generator that gave up; the rest is what it wrote before."""

    refusal: str | None = None
    registered: dict = field(default_factory=dict)  # dispatch key -> full names, as often as they stand there
    registrars: dict = field(default_factory=dict)  # dispatch key -> the function that registers
    namespace: str | None = None
    kernel_class: str | None = None
    kernels: list = field(default_factory=list)  # declared
    definitions: list = field(default_factory=list)  # with a body that the generator wrote
    classes: list = field(default_factory=list)
    non_native: list = field(default_factory=list)


def read(folder, refusal=None):
    """What lies in a generator's output folder."""
    files = {path.name: without_comments(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).iterdir())}
    found = Generated(refusal)
    for name, text in files.items():
        if name.startswith("Register"):
            key, registrar, operators = read_registrations(text)
            found.registered[key] = operators
            found.registrars[key] = registrar
        elif name.endswith("NativeFunctions.h"):
            found.namespace, found.kernel_class, found.kernels = read_declarations(text)
    for name, text in files.items():
        if name.endswith("NativeFunctions.cpp") and not name.startswith("Register"):
            found.definitions = read_definitions(text, found.kernel_class)
    found.classes = read_classes(files.get("LazyIr.h", ""))
    found.non_native = read_classes(files.get("LazyNonNativeIr.h", ""))
    return found


def without_comments(text):
    """Strings stay: a name in quotes may hold what looks like a comment."""
    return re.sub(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', lambda match: match[1] or "", text, flags=re.S)


def canonical(text):
    """C++ without what has no meaning: white space, and a `::` that says `from the outermost namespace`."""
    text = re.sub(r"(?<![\w>])::", "", " ".join(text.split()))
    return re.sub(r" ?([^\w ]) ?", r"\1", text)


def split_arguments(text):
    """The arguments of a list, at the commas outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "<({[") - (letter in ">)}]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def argument(text):
    kind, name = re.fullmatch(r"(.*?)(\w+)", text, re.S).groups()
    return canonical(kind), name


def kernel(result, name, arguments):
    return Kernel(name, canonical(result), tuple(map(argument, split_arguments(arguments))))


def read_registrations(text):
    """The dispatch key, the registering function and the operators of a Register*.cpp."""
    [key] = re.findall(r"MAKE_TORCH_LIBRARY_IMPL\(\s*aten\s*,\s*(\w+)\s*\)|DispatchKey::(\w+)", text)
    [registrar] = re.findall(r"\bvoid\s+(Register\w+)\s*\(\s*\)\s*\{", text)
    implemented = re.findall(r'\bm\.impl\(\s*"([^"]+)"\s*,\s*TORCH_FN\(\s*(\w+)\s*\)\s*\)\s*;', text)
    assert len(implemented) == len(re.findall(r"\bm\.impl\b", text))
    undefined = {wrapper for _, wrapper in implemented} - set(re.findall(r"\b(\w+)\s*\([^;{}]*\)\s*\{", text))
    assert not undefined, f"registered but not defined: {sorted(undefined)}"
    return key[0] or key[1], registrar, sorted(operator for operator, _ in implemented)


def read_declarations(text):
    """The namespace, the class and the kernels of a <Key>NativeFunctions.h."""
    namespace = "::".join(re.findall(r"\bnamespace\s+([\w:]+)\s*\{", text))
    name, body = re.search(r"\bstruct\s+(?:TORCH_API\s+)?(\w+)\s*\{(.*?)\};", text, re.S).groups()
    statements = [each.strip() for each in body.split(";") if each.strip()]
    kernels = []
    for statement in statements:
        match = re.fullmatch(r"static\s+(.*?)(\w+)\s*\((.*)\)", statement, re.S)
        assert match, f"no kernel: {statement}"
        kernels.append(kernel(*match.groups()))
    return namespace, name, sorted(kernels)


def read_definitions(text, kernel_class):
    """The kernels of a class that have a body in a <Key>NativeFunctions.cpp."""
    pattern = rf"(?:^|[;}}{{])\s*([^;{{}}]*?)\b{kernel_class}::(\w+)\s*\(([^;{{}}]*)\)\s*\{{"
    return sorted(kernel(*match.groups()) for match in re.finditer(pattern, text))


def read_classes(text):
    """The IR classes of a header."""
    classes = []
    heads = list(re.finditer(r"\bclass\s+(\w+)\s*(?:final\s*)?:\s*public\s+[\w:]+\s*\{", text))
    for head, following in zip(heads, heads[1:] + [None]):
        name = head[1]
        body = text[head.end() : following.start() if following else len(text)]
        body = body[: closing(body)]
        constructor = re.search(rf"(?:^|[;}}:])\s*(?:explicit\s+)?{name}\s*\(", body)
        taken = body[constructor.end() : constructor.end() + closing(body[constructor.end() :], "(", ")")]
        arguments = [argument(each)[1] for each in split_arguments(taken)]
        classes.append(IrClass(name, tuple(each for each in arguments if each != "shapes"), members(body)))
    return sorted(classes)


def closing(text, opens="{", closes="}"):
    """Where the bracket closes that stands open before `text`."""
    depth = 1
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|' + f"[{re.escape(opens + closes)}]", text):
        depth += (match[0] == opens) - (match[0] == closes)
        if depth == 0:
            return match.start()
    raise AssertionError(f"{opens} stays open: {text[:200]}")


def members(body):
    """Name and type of each member of a class: the statements that are no functions."""
    found = []
    depth, statement = 0, ""
    for token in re.findall(r'"(?:\\.|[^"\\])*"|.', body, re.S):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0 and "(" in statement:  # the body of a function, not of an initializer
                rest = statement.rpartition(")")[2]
                statement = "" if not re.search(r"[:,]\s*\w+\s*$", rest) else statement
        elif depth == 0 and token == ";":
            found.append(statement)
            statement = ""
        elif depth == 0:
            statement += token
    names = []
    for statement in found:
        statement = re.sub(r"^\s*(public|private|protected)\s*:(?!:)", "", statement).strip()
        match = re.fullmatch(r"([\w:<>,\s]+?[\s>])(\w+)(\s*:\s*1)?", statement)
        if match and not match[1].startswith(("using ", "static ", "typedef ")):
            names.append((match[2], canonical(match[1])))
    return tuple(names)
