"""A model whose every probability is written in a table."""

from types import SimpleNamespace

import numpy as np
import pytest


class TableModel:
    """The next id depends on the last one alone; logits are given, shape (V, V)."""

    def __init__(self, table):
        self.table = np.asarray(table, np.float32)
        self.vocab_size = len(self.table)
        self.calls = []

    def start(self, batch):
        return SimpleNamespace(rows=np.arange(batch))

    def step(self, ids, state):
        assert len(ids) == len(state.rows)
        self.calls.append(len(ids))
        return self.table[np.asarray(ids)], state

    def select(self, state, rows):
        return SimpleNamespace(rows=state.rows[np.asarray(rows)])


@pytest.fixture
def table_model():
    """Makes a model from its table, or from a seed and a size."""

    def make(table=None, seed=0, V=5):
        if table is None:
            table = np.random.default_rng(seed).normal(size=(V, V))
        return TableModel(table)

    return make
