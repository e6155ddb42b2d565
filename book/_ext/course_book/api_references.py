"""Type names in the API pages that lead somewhere.

A name is documented where readers import it (``course_lib.corpus.Corpus``), and annotations name
where it is defined (``course_lib.corpus.corpus.Corpus``): the first is found from the second. Names
of the standard library and of NumPy lead to their own documentation.
"""

import ast
import inspect
import sys
import textwrap
from importlib import import_module

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

PYTHON = "https://docs.python.org/3/library"
MODULES = (
    *("argparse", "collections", "collections.abc", "contextlib"),
    *("datetime", "os", "pathlib", "types"),
)
NUMPY = "https://numpy.org/doc/stable/reference"
FIGURE = "https://matplotlib.org/stable/api/figure_api.html"
ELSEWHERE = {
    "numpy.ndarray": f"{NUMPY}/generated/numpy.ndarray.html",
    "numpy.dtype": f"{NUMPY}/generated/numpy.dtype.html",
    "numpy.random.Generator": f"{NUMPY}/random/generator.html",
    **{f"numpy.{n}": f"{NUMPY}/arrays.scalars.html" for n in ("int32", "int64", "float64")},
    **{f"numpy.typing.{n}": f"{NUMPY}/typing.html" for n in ("ArrayLike", "NDArray")},
    # Where annotations are kept as text, names stand as they are written.
    "ArrayLike": f"{NUMPY}/typing.html",
    "Figure": FIGURE,
    "matplotlib.figure.Figure": FIGURE,
}


def public_names(name: str) -> list[str]:
    """The shorter addresses under which a package may offer a name, nearest first.

    Args:
        name: the dotted name where it is defined.

    >>> public_names("course_lib.corpus.corpus.Corpus")
    ['course_lib.corpus.Corpus', 'course_lib.Corpus']
    """
    *modules, last = name.split(".")
    return [".".join([*modules[:end], last]) for end in range(len(modules) - 1, 0, -1)]


def exists(name: str) -> bool:
    """Whether a dotted name of the package is there to be imported.

    Args:
        name: the dotted name.

    >>> exists("course_lib.errors.CourseError"), exists("course_lib.errors.Nonsense")
    (True, False)
    """
    module, _, last = name.rpartition(".")
    try:
        return hasattr(import_module(module), last)
    except ImportError:
        return False


def full_name(name: str) -> str:
    """The dotted name of a class of the package that is named alone; other names as they are.

    Args:
        name: a name as it stands in an annotation.

    >>> from course_lib import errors
    >>> full_name("CourseError")
    'course_lib.errors.CourseError'
    """
    for module, content in list(sys.modules.items()):
        if module.startswith("course_lib.") and "." not in name:
            value = vars(content).get(name)
            if inspect.isclass(value) and value.__module__.startswith("course_lib."):
                return f"{value.__module__}.{value.__qualname__}"
    return name


def outside_address(name: str) -> str | None:
    """Where a name of the standard library or of NumPy is documented.

    Args:
        name: the dotted name.

    >>> outside_address("collections.abc.Iterator")
    'https://docs.python.org/3/library/collections.abc.html#collections.abc.Iterator'
    """
    module = name.rpartition(".")[0]
    return f"{PYTHON}/{module}.html#{name}" if module in MODULES else ELSEWHERE.get(name)


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Find what Sphinx did not find under the name it was given.

    Args:
        app: the build.
        env: the pages.
        node: the unresolved reference.
        content: what it shows.
    """
    if node.get("refdomain") != "py":
        return None
    target = full_name(node["reftarget"])
    if target.startswith("course_lib."):
        python = env.get_domain("py")
        for name in public_names(target):
            found = python.resolve_xref(
                env, node["refdoc"], app.builder, node["reftype"], name, node, content
            )
            if found is not None:
                return found
        return content if exists(target) else None  # not for readers: named, without a link
    address = outside_address(target)
    if address is None:
        return None
    reference = nodes.reference("", "", internal=False, refuri=address)
    reference += content
    return reference


def keep_written_types(app: Sphinx, obj: object, bound_method: bool) -> None:
    """Let a function's types be shown as its author wrote them: ``ArrayLike``, not what it unites.

    Args:
        app: the build.
        obj: what is about to be documented; its annotations are replaced by their source.
        bound_method: whether it is a method of an instance.
    """
    if not inspect.isfunction(obj):
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(obj)))
    except (OSError, SyntaxError):
        return  # written by a decorator or by dataclasses
    function = tree.body[0]
    if isinstance(function, ast.FunctionDef):
        arguments = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
        written = {node.arg: node.annotation for node in arguments} | {"return": function.returns}
        for name in set(written) & set(obj.__annotations__):
            obj.__annotations__[name] = _source(written[name])


def _source(annotation: ast.expr | None) -> str | None:
    if annotation is None:
        return None
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def keep_colon(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking the words before the first colon of a property for its type.

    Args:
        app: the build.
        what: the kind of thing that is documented.
        name: its dotted name.
        obj: the thing.
        options: the directive's options.
        lines: its docstring, changed in place.
    """
    if what in ("property", "attribute", "data"):
        lines[:0] = ["..", ""]  # a comment, which napoleon looks at in the sentence's place


def setup(app: Sphinx) -> None:
    """Connect the search, and the handler before napoleon's own."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("missing-reference", resolve)
    app.connect("autodoc-before-process-signature", keep_written_types)
    app.connect("autodoc-process-docstring", keep_colon, priority=400)
