"""Each filter equals Hugging Face's, on random logits with ties, and cases worked by hand."""

import numpy as np
import pytest

from course_lib.generation import filters

CASES = 1000
INF = np.inf


def logits(rng, ties):
    """Two rows of up to 40 logits; with ties they are a few whole numbers."""
    shape = (2, int(rng.integers(2, 40)))
    found = rng.integers(-3, 4, shape) if ties else rng.normal(0, rng.choice([0.3, 1, 4]), shape)
    return found.astype(np.float32)


@pytest.fixture(scope="module")
def processors():
    pytest.importorskip("transformers", reason="parity needs the extra [hub]")
    pytest.importorskip("torch")
    from transformers.generation import logits_process

    return logits_process


def same(ours, scores, theirs, histories=None, in_any_order=False):
    import torch

    ids = torch.tensor(np.zeros((2, 1), np.int64) if histories is None else histories)
    wanted = theirs(ids, torch.tensor(scores)).numpy()
    if in_any_order:  # PyTorch's sort leaves open which of equal logits come first
        ours, wanted = np.sort(ours), np.sort(wanted)
    np.testing.assert_array_equal(ours, wanted)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(
    ("name", "their_name", "values"),
    [
        ("temperature", "TemperatureLogitsWarper", [0.3, 0.7, 1.5]),
        ("top_k", "TopKLogitsWarper", [1, 2, 5, 60]),
        ("top_p", "TopPLogitsWarper", [0.1, 0.5, 0.9, 0.99]),
        ("min_p", "MinPLogitsWarper", [0.01, 0.1, 0.5, 1.0]),
        ("typical", "TypicalLogitsWarper", [0.1, 0.5, 0.9, 0.99]),
    ],
)
def test_filters_of_probabilities_are_those_of_transformers(
    processors, name, their_name, values, ties
):
    rng = np.random.default_rng(0)
    for _ in range(CASES // 2):
        scores, value = logits(rng, ties), rng.choice(values).item()
        ours = getattr(filters, name)(scores, value)
        same(
            ours,
            scores,
            getattr(processors, their_name)(value),
            in_any_order=ties and name == "top_p",
        )


@pytest.mark.parametrize("ties", [False, True])
def test_filters_of_the_text_before_are_those_of_transformers(processors, ties):
    rng = np.random.default_rng(1)
    for _ in range(CASES // 2):
        scores = logits(rng, ties)
        histories = rng.integers(0, scores.shape[1], (2, int(rng.integers(1, 30))))
        penalty, n = rng.choice([0.8, 1.2, 2.0]).item(), int(rng.integers(1, 5))
        ours = filters.repetition_penalty(scores, histories, penalty)
        same(ours, scores, processors.RepetitionPenaltyLogitsProcessor(penalty), histories)
        ours = filters.no_repeat_ngram(scores, histories.tolist(), n)
        same(ours, scores, processors.NoRepeatNGramLogitsProcessor(n), histories)
        least = int(rng.integers(0, 30))
        ours = filters.least_length(scores, [histories.shape[1]] * 2, least, [1])
        theirs = processors.MinLengthLogitsProcessor(least, 1) if least else lambda ids, x: x
        same(ours, scores, theirs, histories)


def chances(scores):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def test_one_distribution_through_each_filter_by_hand():
    scores = np.log([[0.4, 0.3, 0.15, 0.1, 0.05]])
    kept = {
        "top_k": (3, 3),
        "top_p": (0.75, 3),  # 0.4 + 0.3 is not enough, and what crosses is kept
        "min_p": (0.25, 4),  # at least 0.1
    }
    for name, (value, n) in kept.items():
        left = getattr(filters, name)(scores, value)
        assert np.array_equal(np.isfinite(left), [[True] * n + [False] * (5 - n)]), name
        assert np.array_equal(left[:, :n], scores[:, :n])
    # The entropy is 1.40 nats; surprisals are 0.92, 1.20, 1.90, 2.30 and 3.00.
    assert np.isfinite(filters.typical(scores, 0.25)).tolist() == [
        [False, True, False, False, False]
    ]
    assert np.isfinite(filters.typical(scores, 0.5)).tolist() == [[True, True, False, False, False]]
    np.testing.assert_allclose(
        chances(filters.temperature(scores, 0.5)), [np.array([16, 9, 2.25, 1, 0.25]) / 28.5]
    )


def test_top_p_of_a_probability_that_is_reached_exactly_keeps_no_more():
    scores = np.log(np.array([[0.5, 0.25, 0.125, 0.125]], np.float32))
    assert np.isfinite(filters.top_p(scores, 0.75)).sum() == 2
    assert np.isfinite(filters.top_p(scores, 1.0)).all()


@pytest.mark.parametrize("name", ["top_k", "top_p", "min_p", "typical"])
def test_what_was_removed_stays_removed_and_something_is_left(name):
    rng = np.random.default_rng(2)
    for value in (1, 0.01, 0.5, 0.999):
        if name == "top_k" and value != 1:
            continue
        if name == "typical" and value == 1:
            continue
        scores = rng.normal(size=(3, 9))
        scores[:, 2:5] = -INF
        left = getattr(filters, name)(scores, value)
        assert np.isneginf(left[:, 2:5]).all()
        assert np.isfinite(left).any(axis=1).all()
        assert not np.shares_memory(left, scores)


def test_rows_do_not_touch_each_other():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(5, 20))
    for name, value in (("top_k", 3), ("top_p", 0.6), ("min_p", 0.2), ("typical", 0.6)):
        f = getattr(filters, name)
        together = f(scores, value)
        apart = np.concatenate([f(row[None], value) for row in scores])
        assert np.array_equal(together, apart)


def test_nothing_is_written_into_the_logits():
    scores = np.zeros((1, 4))
    filters.repetition_penalty(scores + 1, [[0]], 2.0)
    filters.no_repeat_ngram(scores, [[0, 0]], 1)
    filters.ban(scores, [1])
    filters.least_length(scores, [0], 1, [2])
    assert not scores.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_temperature_is_too_cold_or_too_hot(dtype):
    scores = np.array([[1.0, 3.0, -np.inf, 3.0], [-2.0, -np.inf, -1.0, -4.0]], dtype)
    for cold in (1e-300, 1e-50, 1e-40):
        found = filters.temperature(scores, cold)
        assert found.dtype == dtype
        assert chances(found).tolist() == [[0, 0.5, 0, 0.5], [0, 0, 1, 0]]
    for hot in (1e39, 1e300):
        found = chances(filters.temperature(scores, hot))
        np.testing.assert_allclose(found, [[1 / 3, 1 / 3, 0, 1 / 3], [1 / 3, 0, 1 / 3, 1 / 3]])
