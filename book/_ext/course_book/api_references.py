"""Type names in the API pages that lead somewhere.

A name is documented where readers import it (``course_lib.corpus.Corpus``), and annotations name
where it is defined (``course_lib.corpus.corpus.Corpus``): the first is found from the second. An
annotation that is kept as text names a class or a type alias alone: it is what its module means by
that name. Names of the standard library and of NumPy lead to their own documentation.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable
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
KERAS = "https://keras.io/api"
FIGURE = "https://matplotlib.org/stable/api/figure_api.html"
ELSEWHERE = {
    "numpy.ndarray": f"{NUMPY}/generated/numpy.ndarray.html",
    "numpy.dtype": f"{NUMPY}/generated/numpy.dtype.html",
    "numpy.random.Generator": f"{NUMPY}/random/generator.html",
    "numpy.random._generator.Generator": f"{NUMPY}/random/generator.html",  # in an alias
    **{
        f"numpy.{n}": f"{NUMPY}/arrays.scalars.html"
        for n in ("bool", "int32", "int64", "float32", "float64", "floating")
    },
    **{f"numpy.typing.{n}": f"{NUMPY}/typing.html" for n in ("ArrayLike", "NDArray")},
    # Where annotations are kept as text, names stand as they are written.
    "ArrayLike": f"{NUMPY}/typing.html",
    "keras.src.callbacks.callback.Callback": f"{KERAS}/callbacks/base_callback/",
    "keras.src.optimizers.schedules.learning_rate_schedule.LearningRateSchedule": (
        f"{KERAS}/optimizers/learning_rate_schedules/learning_rate_schedule/"
    ),
    "keras.src.random.seed_generator.SeedGenerator": f"{KERAS}/random/seed_generator/",
    "keras.random.SeedGenerator": f"{KERAS}/random/seed_generator/",
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


def full_name(name: str, module: str | None = None) -> str:
    """The dotted name of a class that is named alone; other names as they are.

    Args:
        name: a name as it stands in an annotation.
        module: the module of the annotation; what it means by the name comes before what the other
            modules of the package mean.

    >>> from course_lib import errors, project
    >>> full_name("CourseError"), full_name("Path", "course_lib.project")
    ('course_lib.errors.CourseError', 'pathlib.Path')
    """
    if "." in name:
        return name
    package = [other for other in list(sys.modules) if other.startswith("course_lib.")]
    for other in (module, *package):
        value = vars(sys.modules[other]).get(name) if other in sys.modules else None
        if inspect.isclass(value):
            dotted = f"{value.__module__}.{value.__qualname__}"
            if dotted.startswith("course_lib.") or (other == module and outside_address(dotted)):
                return dotted
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


def alias_name(name: str, module: str, documented: Iterable[str]) -> str:
    """The dotted name of a type alias that is written alone; other names as they are.

    Args:
        name: a name as it stands in an annotation.
        module: the module that the annotation is documented in, or the package that offers it.
        documented: dotted names of all that the pages document; one of them is taken, if it is the
            only one with this last part.

    >>> import course_lib.plots
    >>> alias_name("Curves", "course_lib.plots", [])
    'course_lib.plots.likelihood_figures.Curves'
    >>> alias_name("Curves", "course_lib.plots", ["course_lib.results.Curves"])
    'course_lib.results.Curves'
    """
    if "." in name or not module:
        return name
    inner = sorted(other for other in sys.modules if other.startswith(f"{module}."))
    homes = [f"{home}.{name}" for home in (module, *inner) if exists(f"{home}.{name}")]
    if not homes:
        return name
    found = [dotted for dotted in documented if dotted.rpartition(".")[2] == name]
    return found[0] if len(found) == 1 else homes[0]


def name_in_full(app: Sphinx, doctree: nodes.document) -> None:
    """Give references from annotations the full name of their class, before it is looked for.

    Args:
        app: the build.
        doctree: a page; its references are changed in place.
    """
    for node in doctree.findall(pending_xref):
        if node.get("refdomain") == "py" and node.get("py:module"):
            node["reftarget"] = full_name(node["reftarget"], node["py:module"])


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
    python = env.get_domain("py")
    target = full_name(node["reftarget"])
    target = alias_name(target, node.get("py:module") or "", python.data["objects"])
    if target.startswith("course_lib."):
        for name in (target, *public_names(target)):
            # "obj" looks for data too, as aliases are; "class" does not.
            found = python.resolve_xref(
                env, node["refdoc"], app.builder, "obj", name, node, content
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
    app.connect("doctree-read", name_in_full)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-before-process-signature", keep_written_types)
    app.connect("autodoc-process-docstring", keep_colon, priority=400)
