import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import TrainingError
from course_lib.training.losses import token_losses
from course_lib.training.metrics import (
    Perplexity,
    TokenAccuracy,
    TokenMean,
    TopKAccuracy,
    ranks,
)

V = 9


def batch(B=4, T=6, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(B, T, V)).astype(np.float32), draw.integers(1, V, (B, T))


def sorted_ranks(logits, targets):
    """Ranks by a stable sort: the oracle."""
    order = np.argsort(-np.asarray(logits, np.float64), axis=-1, kind="stable")
    return np.argsort(order, axis=-1)[*np.indices(targets.shape), targets]


@given(
    st.lists(st.sampled_from([-2.0, 0.0, 0.5, 0.5, 3.0]), min_size=V, max_size=V),
    st.integers(0, V - 1),
)
@settings(max_examples=80, deadline=None)
def test_ranks_are_the_places_in_a_stable_sort(scores, target):
    logits, targets = np.array([[scores]], np.float32), np.array([[target]])
    assert ranks(logits, targets).numpy().tolist() == sorted_ranks(logits, targets).tolist()


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float32])
def test_ranks_of_narrow_logits_settle_their_ties(dtype):
    logits, targets = batch()
    narrow = tf.cast(logits * 0.01 + 100, dtype)  # many logits become equal
    wide = tf.cast(narrow, tf.float64).numpy()
    assert np.array_equal(ranks(narrow, targets), sorted_ranks(wide, targets))


def test_a_model_that_scores_all_alike_gets_no_credit():
    targets = np.arange(V)[None]
    even = np.zeros((1, V, V), np.float32)
    assert ranks(even, targets).numpy().tolist() == [list(range(V))]
    metric = TokenAccuracy()
    metric.update_state(targets, even)
    assert float(metric.result()) == pytest.approx(1 / V)


def test_a_broken_model_is_never_right():
    logits, targets = batch()
    assert (ranks(np.full_like(logits, np.nan), targets).numpy() == V).all()
    logits[..., 0] = np.nan
    assert (ranks(logits, targets).numpy() > 0).all()


@pytest.mark.parametrize("k", [1, 2, 5, V])
def test_accuracies_are_those_of_torch_topk(k):
    logits, targets = batch(B=30)
    metric = TopKAccuracy(k=k)
    metric.update_state(targets, logits)
    top = torch.tensor(logits).topk(k).indices
    expected = (top == torch.tensor(targets)[..., None]).any(-1).float().mean().item()
    assert float(metric.result()) == pytest.approx(expected)
    if k == 1:
        accuracy = TokenAccuracy()
        accuracy.update_state(targets, logits)
        assert float(accuracy.result()) == float(metric.result())


def test_perplexity_is_exp_of_the_mean_over_the_corpus_not_the_mean_of_exps():
    metric, nats, of_batches = Perplexity(), [], []
    for seed, (B, scale) in enumerate([(1, 0.1), (7, 6.0), (3, 1.0)]):
        logits, targets = batch(B=B, seed=seed)
        metric.update_state(targets, scale * logits)
        here = token_losses(scale * logits, targets)[1].numpy()
        nats.append(here.ravel())
        of_batches.append(math.exp(here.mean()))
    corpus = math.exp(np.concatenate(nats).mean())
    assert float(metric.result()) == pytest.approx(corpus, rel=1e-6)
    assert np.mean(of_batches) != pytest.approx(corpus, rel=0.05)


def test_mean_of_exps_is_larger_for_batches_of_one_size():
    nats = np.random.default_rng(0).exponential(4.0, (10, 50))
    assert np.exp(nats.mean(axis=1)).mean() > math.exp(nats.mean())


METRICS = (TokenMean, Perplexity, TokenAccuracy, lambda **kw: TopKAccuracy(3, **kw))


@pytest.mark.parametrize("make", METRICS)
def test_padding_counts_for_nothing(make):
    logits, targets = batch()
    real = make()
    real.update_state(targets[:, :4], logits[:, :4])
    expected = float(real.result())
    targets[:, 4:] = 0
    logits[:, 4:] = np.nan
    by_id, by_mask = make(pad_id=0), make()
    by_id.update_state(targets, logits)
    by_mask.update_state(targets, logits, targets != 0)
    assert float(by_id.result()) == pytest.approx(expected, rel=1e-9)
    assert float(by_mask.result()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("make", METRICS)
def test_a_batch_of_padding_changes_nothing_and_nothing_counted_is_nan(make):
    logits, targets = batch()
    metric = make(pad_id=0)
    metric.update_state(np.zeros_like(targets), logits)
    assert math.isnan(float(metric.result()))
    metric.update_state(targets, logits)
    before = float(metric.result())
    metric.update_state(np.zeros_like(targets), logits)
    assert float(metric.result()) == before
    metric.reset_state()
    assert math.isnan(float(metric.result()))


@pytest.mark.parametrize("make", METRICS)
def test_the_order_and_cut_of_batches_do_not_matter(make):
    logits, targets = batch(B=6)
    whole, cut = make(), make()
    whole.update_state(targets, logits)
    for rows in ([4, 5], [0, 1, 2], [3]):
        cut.update_state(targets[rows], logits[rows])
    assert float(whole.result()) == pytest.approx(float(cut.result()), rel=1e-9)


def test_rows_can_be_weighed():
    logits, targets = batch()
    metric, first = TokenMean(), TokenMean()
    metric.update_state(targets, logits, np.array([1, 0, 0, 0]))
    first.update_state(targets[:1], logits[:1])
    assert float(metric.result()) == pytest.approx(float(first.result()), rel=1e-9)


@pytest.mark.parametrize("make", METRICS)
def test_what_is_known_already_can_be_added(make):
    logits, targets = batch()
    targets[0, 2:] = 0
    computed, added = make(pad_id=0), make()
    computed.update_state(targets, logits)
    ranked = isinstance(added, TopKAccuracy)
    values = ranks(logits, targets) if ranked else token_losses(logits, targets)[1]
    added.add(values, targets != 0)
    assert float(computed.result()) == float(added.result())


def test_counts_go_on_where_single_precision_stands_still():
    metric = TokenMean()
    metric.count.assign(2.0**24)
    metric.total.assign(2.0**24)
    metric.add([[1.0]])
    assert float(metric.count) == 2.0**24 + 1


def test_a_large_perplexity_is_no_infinity():
    metric = Perplexity()
    metric.add([[200.0]])
    assert float(metric.result()) == pytest.approx(math.exp(200))


def test_keras_reports_them_by_name_and_knows_which_way_is_better():
    metrics = [Perplexity(pad_id=0), TokenAccuracy(pad_id=0), TopKAccuracy(pad_id=0)]
    model = keras.Sequential([keras.layers.Embedding(V, V)])
    _, targets = batch()
    dataset = tf.data.Dataset.from_tensors((targets, targets[:, ::-1]))
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=metrics
    )
    logs = model.evaluate(dataset, return_dict=True, verbose=0)
    assert logs["perplexity"] == pytest.approx(math.exp(logs["loss"]), rel=1e-5)
    assert {"accuracy", "top5_accuracy"} <= set(logs)
    assert [metric._direction for metric in metrics] == ["down", "up", "up"]


@pytest.mark.parametrize("make", METRICS)
def test_an_equal_metric_can_be_made_from_its_config(make):
    metric = make(pad_id=3)
    again = type(metric).from_config(metric.get_config())
    assert again.get_config() == metric.get_config()
    assert again.pad_id == 3


@pytest.mark.parametrize("k", [0, -1, True])
def test_k_must_be_at_least_one(k):
    with pytest.raises(TrainingError, match="k must be at least 1"):
        TopKAccuracy(k=k)
