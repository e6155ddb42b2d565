"""The table of shapes says what a model really gives, layer by layer."""

import keras
import numpy as np
import pytest

from course_lib.errors import ModelError
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.shapes import as_markdown, shape_report

V, T = 11, 4


@pytest.fixture(scope="module", params=[LSTMConfig(V, 3, 5, 2, 0.5), LSTMConfig(V, 3, 5, 1)])
def model(request):
    keras.utils.set_random_seed(0)
    return LSTMLanguageModel(request.param)


def test_the_layers_of_an_lstm_in_order():
    report = shape_report(LSTMLanguageModel(LSTMConfig(V, 3, 5, 2)), (1, 2), T)
    assert [layer.name for layer in report] == ["embedding", "lstm_1", "lstm_2", "output"]
    assert [layer.shapes for layer in report] == [
        ((1, T, width), (2, T, width)) for width in (3, 5, 5, V)
    ]


def test_every_parameter_is_counted_once(model):
    assert sum(layer.parameters for layer in shape_report(model, (1,), T)) == model.n_parameters


def test_the_last_layer_gives_the_logits(model):
    ids = np.random.default_rng(0).integers(0, V, (2, T)).astype(np.int32)
    outputs = dict(model.trace(ids))
    np.testing.assert_allclose(list(outputs.values())[-1], model(ids), atol=1e-5)
    report = shape_report(model, (2,), T)
    assert [layer.name for layer in report] == list(outputs)
    assert [layer.shapes[0] for layer in report] == [tuple(v.shape) for v in outputs.values()]


def test_a_report_leaves_dropout_and_weights_alone(model):
    before = [np.asarray(variable).copy() for variable in model.variables]
    shape_report(model, (2,), T)
    assert all(np.array_equal(*pair) for pair in zip(before, model.variables, strict=True))


def test_the_table_has_a_line_a_layer_and_the_sum(model):
    report = shape_report(model, (1, 3), T)
    lines = as_markdown(report).splitlines()
    assert lines[0] == "| layer | B = 1 | B = 3 | parameters |"
    assert len(lines) == len(report) + 3
    assert lines[-1].endswith(f"| {model.n_parameters:,} |")
    assert f"(3, {T}, {V})" in lines[-2]


@pytest.mark.parametrize(("batch_sizes", "seq_len"), [((), 4), ((0,), 4), ((1, -2), 4), ((1,), 0)])
def test_sizes_below_one_are_refused(batch_sizes, seq_len):
    with pytest.raises(ModelError, match="at least 1"):
        shape_report(LSTMLanguageModel(LSTMConfig(V, 3, 5)), batch_sizes, seq_len)
