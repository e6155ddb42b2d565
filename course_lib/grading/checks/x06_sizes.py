"""Checks of exercise 06, questions 5, 6 and 8: parameters, shapes and bytes."""

from course_lib.grading.answer import Answer
from course_lib.grading.checks.x06_cell import COUNTS, LSTM
from course_lib.grading.compare import difference
from course_lib.grading.question import Question

SHAPES = ("course_lib.models.shapes.shape_report",)


def layer_parameters(inputs: int, hidden: int, biases: int = 1) -> int:
    """The reference: parameters of one LSTM layer.

    Args:
        inputs: width of what it reads.
        hidden: number of units.
        biases: vectors of biases, 1 or 2.

    Returns:
        How many numbers training changes.
    """
    return 4 * hidden * (inputs + hidden + biases)


def model_parameters(vocab: int, embedding: int, hidden: int, layers: int, biases: int = 1) -> int:
    """The reference: parameters of the whole model.

    Args:
        vocab: number of ids.
        embedding: width of an embedding.
        hidden: units of each LSTM layer.
        layers: number of LSTM layers.
        biases: vectors of biases in each of them, 1 or 2.

    Returns:
        How many numbers training changes.
    """
    widths = [embedding] + [hidden] * (layers - 1)
    recurrent = sum(layer_parameters(width, hidden, biases) for width in widths)
    return vocab * embedding + recurrent + hidden * vocab + vocab


q5 = Question(
    "06.q5",
    "Predict: can that be 800,000?",
    "predict",
    hint="Each of the four gates has a weight for every input, one for every unit of the layer, "
    "and a bias: 4 H (D + H + 1). The second layer reads the first.",
    book="03_build#count-parameters",
    withheld=COUNTS,
)

PARTS = ("parameters of the two LSTM layers", "letter of the sentence")


@q5.case("two layers", hint="The first layer reads 128 numbers, the second reads 256.")
def _two_layers(answer: Answer) -> None:
    wanted = layer_parameters(128, 256) + layer_parameters(256, 256)
    answer().part(0, PARTS).near(wanted, within=0.5)


@q5.case("meaning")
def _meaning(answer: Answer) -> None:
    answer().part(1, PARTS).chooses(
        "C",
        {
            "A": "A small vocabulary makes the embedding and the output small. The LSTM layers do "
            "not depend on it, and must fit into the 800,000 all the same.",
            "B": "The gates are multiplied, but each has weights of its own: four times as many "
            "numbers are learned, stored and moved.",
            "D": "Frameworks differ by one vector of biases a layer, some thousand numbers in all. "
            "That makes more of them, not fewer, and far too few to matter here.",
        },
    )


q6 = Question(
    "06.q6",
    "Count the parameters",
    "function",
    hint="Embedding V E; each LSTM layer 4 H (inputs + H + biases), where the first reads E "
    "numbers and the others H; output H V and V biases.",
    book="03_build#count-parameters",
    withheld=(*COUNTS, *LSTM),
)


def _slip(value: object, vocab: int, embedding: int, hidden: int, layers: int) -> str:
    """A hint for the commonest wrong counts."""
    right = model_parameters(vocab, embedding, hidden, layers)
    slips = {
        right - vocab: "The output layer has a bias for each id.",
        right - layers * 4 * hidden: "Each of the four gates has a bias for each unit.",
        right - vocab * embedding: "The embedding is learned, too: one row for each id.",
        right - hidden * vocab - vocab: "After the last LSTM layer, the output layer is missing.",
    }
    return next((hint for slip, hint in slips.items() if difference(value, slip) is None), "")


def _asks_count(answer: Answer, *given: int) -> None:
    result = answer(*given)
    result.equals(model_parameters(*given), hint=_slip(result.value, *given[:4]))


@q6.case("one layer")
def _one_layer(answer: Answer) -> None:
    _asks_count(answer, 50, 3, 4, 1)


@q6.case("two layers", hint="The second layer reads the H outputs of the first, not embeddings.")
def _count_two(answer: Answer) -> None:
    _asks_count(answer, 10_000, 128, 256, 2)


@q6.case("three layers", hint="Every layer after the first reads H numbers.")
def _count_three(answer: Answer) -> None:
    _asks_count(answer, 97, 16, 8, 3)


@q6.case(
    "two biases", hint="Each LSTM layer has `biases` vectors of 4 H; the output layer keeps one."
)
def _two_biases(answer: Answer) -> None:
    for layers in (1, 2):
        _asks_count(answer, 10_000, 128, 256, layers, 2)


q8 = Question(
    "06.q8",
    "A shape at every layer, and its bytes",
    "function",
    hint="Every layer keeps B and T, and changes the last number only: E, then H for each LSTM, "
    "then V. A number takes 4 bytes.",
    book="03_build#shape-report",
    withheld=SHAPES,
)


def _shapes(B: int, T: int, vocab: int, embedding: int, hidden: int, layers: int) -> list:
    """The reference: shape and bytes of what every layer gives, the ids first."""
    widths = [embedding] + [hidden] * layers + [vocab]
    return [((B, T), 4 * B * T)] + [((B, T, width), 4 * B * T * width) for width in widths]


def _asks_shapes(answer: Answer, *given: int) -> None:
    result, wanted = answer(*given), _shapes(*given)
    rows = result.value if isinstance(result.value, list | tuple) else []
    pairs = [row for row in rows if isinstance(row, list | tuple) and len(row) == 2]
    shapes_right = difference([row[0] for row in pairs], [shape for shape, _ in wanted]) is None
    says = "The shapes are right. A number takes 4 bytes: multiply all of a shape, and by 4."
    result.equals(wanted, hint=says if shapes_right else "")


@q8.case(
    "one row of one id", hint="Every layer keeps B and T: (B, T, its width), even where both are 1."
)
def _one_id(answer: Answer) -> None:
    _asks_shapes(answer, 1, 1, 7, 2, 3, 1)


@q8.case("one row")
def _one_row(answer: Answer) -> None:
    _asks_shapes(answer, 1, 100, 10_000, 128, 256, 2)


@q8.case("a batch", hint="The batch is the first number of every shape.")
def _a_batch(answer: Answer) -> None:
    _asks_shapes(answer, 32, 100, 10_000, 128, 256, 2)


@q8.case("layers", hint="One row of the list for each LSTM layer, however many there are.")
def _layers(answer: Answer) -> None:
    for layers in (1, 3, 4):
        _asks_shapes(answer, 2, 5, 11, 3, 4, layers)
