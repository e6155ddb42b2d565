"""The protocol's laws hold for every model, and each law catches a model that breaks it."""

import numpy as np
import pytest

from course_lib.models.ngram import AddKNgram, KneserNey, Unigram

DOCUMENTS = [[1, 2, 3, 1, 2, 4], [2, 3, 3, 1], [1, 2, 3, 1, 2, 4], [4], []]
MODELS = {
    "unigram": Unigram(add_k=0.5),
    "add-k bigram": AddKNgram(order=2, k=0.1),
    "add-k 4-gram": AddKNgram(order=4, k=0.01),
    "Kneser-Ney unigram": KneserNey(order=1),
    "Kneser-Ney 3-gram, one discount": KneserNey(order=3, discounts=0.75),
    "Kneser-Ney 5-gram": KneserNey(order=5),
}
for one in MODELS.values():
    one.fit(DOCUMENTS, vocab_size=6, eos_id=0)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_keeps_every_law(name, protocol_law):
    protocol_law(MODELS[name])


class Broken(KneserNey):
    """A model to break: a fitted trigram."""

    def __init__(self):
        super().__init__(order=3)
        self.fit(DOCUMENTS, vocab_size=6, eos_id=0)


class ReturnsDoubles(Broken):
    def step(self, ids, state):
        logits, state = super().step(ids, state)
        return logits.astype(np.float64), state


class ScoresTheFirstIdToo(Broken):
    def log_probs(self, ids):
        return np.pad(super().log_probs(ids), [(0, 0), (1, 0)])


class ForgetsAllButTheLastId(Broken):
    def step(self, ids, state):
        return super().step(ids, self.start(len(state.lengths)))


class PromisesTooMuch(Broken):
    def log_probs(self, ids):
        return np.minimum(super().log_probs(ids) + 0.1, 0)


class WritesIntoTheState(Broken):
    def step(self, ids, state):
        logits, new = super().step(ids, state)
        state.contexts[:] = new.contexts
        return logits, new


class RemembersAcrossStarts(Broken):
    def start(self, batch):
        old = getattr(self, "old", None)
        return old if old is not None and len(old.lengths) == batch else super().start(batch)

    def step(self, ids, state):
        logits, self.old = super().step(ids, state)
        return logits, self.old


class MixesRows(Broken):
    def log_probs(self, ids):
        scores = super().log_probs(ids)
        return scores - (scores - scores.mean(axis=0)) / 2


class LooksAhead(Broken):
    def log_probs(self, ids):
        scores = super().log_probs(ids)
        return scores - 0.1 * (np.asarray(ids)[:, -1:] % 2)


class SelectsInItsOwnOrder(Broken):
    def select(self, state, rows):
        return super().select(state, np.sort(rows))


class TakesAnyId(Broken):
    def _checked(self, ids, shape):
        return super()._checked(np.asarray(ids) % self.vocab_size, shape)


class TakesAnyShape(Broken):
    def log_probs(self, ids):
        return super().log_probs(np.atleast_2d(np.asarray(ids)))


class HasNoStart(Broken):
    start = property()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (HasNoStart, "it_has_every_method"),
        (ReturnsDoubles, "logits_are_single_precision_one_for_each_id_and_row"),
        (ScoresTheFirstIdToo, "log_probs_are_double_precision_one_for_each_id_but_the_first"),
        (ForgetsAllButTheLastId, "log_probs_are_the_log_softmax_of_the_logits_one_step_before"),
        (PromisesTooMuch, "the_scores_of_all_continuations_of_a_row_sum_to_one"),
        (WritesIntoTheState, "a_state_stays_as_it_was_when_more_is_read"),
        (RemembersAcrossStarts, "every_start_is_fresh"),
        (MixesRows, "rows_do_not_touch_each_other"),
        (LooksAhead, "no_score_looks_ahead"),
        (SelectsInItsOwnOrder, "chosen_rows_go_on_as_they_would_have"),
        (TakesAnyId, "ids_that_do_not_exist_are_refused"),
        (TakesAnyShape, "shapes_that_do_not_fit_are_refused"),
    ],
)
def test_each_law_catches_a_model_that_breaks_it(broken, law, protocol_laws):
    protocol_laws[law](Broken())
    with pytest.raises((AssertionError, AttributeError, pytest.fail.Exception)):
        protocol_laws[law](broken())
