import json
import math

import keras
import numpy as np
import pytest

from course_lib.errors import TrainingError
from course_lib.training.optimizer import adamw
from course_lib.training.schedules import EarlyStopping, ReduceOnPlateau, warmup_cosine


def small_model(learning_rate=0.8):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer=adamw(learning_rate), loss="mse")
    return model


def replay(callback, values, model=None, first_epoch=0, monitor="val_perplexity"):
    """What a callback does when these values are measured: rates, and whether it stopped."""
    model = model or small_model()
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values, first_epoch):
        model.layers[-1].kernel.assign([[float(epoch)]])
        callback.on_epoch_end(epoch, {monitor: value})
        rates.append(round(float(model.optimizer.learning_rate), 6))
        if model.stop_training:
            break
    return rates, model


def test_the_rate_is_halved_after_two_epochs_without_improvement():
    rates, _ = replay(ReduceOnPlateau(cooldown=0), [9, 8, 8, 8, 8, 7, 7, 7])
    assert rates == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.2]


@pytest.mark.parametrize(
    ("cooldown", "expected"),
    [
        (0, [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1]),
        (1, [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1]),  # the same: see the class
        (2, [0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2]),
    ],
)
def test_cooldown_leaves_out_one_epoch_less_than_its_number(cooldown, expected):
    assert replay(ReduceOnPlateau(cooldown=cooldown), [5] * 7)[0] == expected


def test_a_change_below_min_delta_is_no_improvement():
    values = [5, 5 - 5e-5, 5 - 9e-5]
    assert replay(ReduceOnPlateau(), values)[0][-1] == 0.4
    assert replay(ReduceOnPlateau(min_delta=1e-5), values)[0][-1] == 0.8


def test_the_rate_stops_at_its_floor():
    rates, _ = replay(ReduceOnPlateau(cooldown=0, patience=1, min_lr=0.3), [5] * 5)
    assert rates == [0.8, 0.4, 0.3, 0.3, 0.3]


def test_accuracies_are_better_when_higher():
    callback = ReduceOnPlateau("val_accuracy", cooldown=0)
    rates, _ = replay(callback, [0.1, 0.2, 0.3, 0.3, 0.2], monitor="val_accuracy")
    assert rates == [0.8, 0.8, 0.8, 0.8, 0.4]


def test_training_stops_after_three_epochs_without_improvement():
    rates, model = replay(EarlyStopping(), [9, 8, 8.5, 7, 7.5, 7, 7.1, 1])
    assert len(rates) == 7
    assert model.stop_training


def test_training_goes_on_while_it_improves():
    rates, model = replay(EarlyStopping(patience=1), [5, 4, 3, 2])
    assert len(rates) == 4
    assert not model.stop_training


@pytest.mark.parametrize(("restore", "kept"), [(False, 4.0), (True, 1.0)])
def test_the_best_weights_are_restored_if_asked(restore, kept):
    callback = EarlyStopping(restore_best_weights=restore)
    _, model = replay(callback, [9, 7, 8, 8, 8])  # the weight is the number of the epoch
    callback.on_train_end()
    assert float(model.layers[-1].kernel[0, 0]) == kept


SEQUENCES = [
    [9, 8, 8, 8, 8, 7, 7, 7, 7, 7],
    [5] * 8,
    [9, 8, 7, 6, 5],
    [3, 4, 2, 5, 5, 1, 6, 6, 6, 6],
    [3, math.nan, 2, math.nan, math.nan, math.nan, 1],
]


@pytest.mark.parametrize("values", SEQUENCES, ids=str)
@pytest.mark.parametrize(
    "make", [ReduceOnPlateau, lambda: ReduceOnPlateau(cooldown=3, patience=1), EarlyStopping]
)
def test_a_run_that_is_saved_and_restored_decides_the_same_at_any_epoch(make, values):
    rates, model = replay(make(), values)
    for cut in range(1, len(rates)):
        first = make()
        before, half = replay(first, values[:cut])
        written = json.dumps(first.state_dict())
        second = make()
        second.load_state_dict(json.loads(written))
        assert json.dumps(second.state_dict()) == written  # also before fit begins
        after, again = replay(second, values[cut:], half, first_epoch=cut)
        assert before + after == rates
        assert again.stop_training == model.stop_training


def test_without_its_state_a_resumed_run_decides_differently():
    values = [5, 5, 5, 5]
    rates, _ = replay(EarlyStopping(), values)
    assert len(rates) == 4
    _, model = replay(EarlyStopping(), values[2:], first_epoch=2)
    assert not model.stop_training


def test_a_state_serves_one_fit_only():
    callback = ReduceOnPlateau(cooldown=0)
    callback.load_state_dict({"monitor": "val_perplexity", "best": 1, "wait": 1} | COOL)
    assert replay(callback, [5])[0] == [0.4]
    assert replay(callback, [5])[0] == [0.8]


COOL = {"cooldown_counter": 0}


def test_the_best_weights_come_back_with_a_state():
    first = EarlyStopping(restore_best_weights=True)
    replay(first, [7, 8])
    second = EarlyStopping(restore_best_weights=True)
    with pytest.raises(TrainingError, match="best_weights"):
        second.load_state_dict(first.state_dict())
    second.load_state_dict(first.state_dict(), [np.array(w) for w in first.best_weights])
    _, model = replay(second, [8, 8], first_epoch=2)
    second.on_train_end()
    assert model.stop_training
    assert float(model.layers[-1].kernel[0, 0]) == 0


def test_a_state_of_something_else_is_refused():
    callback = ReduceOnPlateau()
    with pytest.raises(TrainingError, match="lacks"):
        callback.load_state_dict({"monitor": "val_perplexity"})
    with pytest.raises(TrainingError, match="val_nats"):
        callback.load_state_dict(ReduceOnPlateau("val_nats").state_dict())


@pytest.mark.parametrize("make", [ReduceOnPlateau, EarlyStopping])
def test_a_number_that_is_not_measured_is_an_error_that_says_what_is(make):
    with pytest.raises(TrainingError, match=r"'val_perplexity' was not measured.*\['loss'\]"):
        replay(make(), [1.0], monitor="loss")


def test_a_rate_that_follows_a_schedule_cannot_be_lowered():
    with pytest.raises(TrainingError, match="follows a schedule"):
        replay(ReduceOnPlateau(), [1], small_model(warmup_cosine(1.0, 10)))


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (ReduceOnPlateau, {"factor": 1.0}),
        (ReduceOnPlateau, {"factor": 0.0}),
        (ReduceOnPlateau, {"patience": 0}),
        (ReduceOnPlateau, {"cooldown": -1}),
        (ReduceOnPlateau, {"min_lr": -1e-6}),
        (EarlyStopping, {"patience": 0}),
    ],
    ids=str,
)
def test_bad_settings_are_refused_by_name(make, setting):
    with pytest.raises(TrainingError, match=next(iter(setting))):
        make(**setting)


def test_defaults_are_those_of_the_course():
    plateau, stopping = ReduceOnPlateau(), EarlyStopping()
    assert (plateau.monitor, plateau.factor, plateau.patience) == ("val_perplexity", 0.5, 2)
    assert (plateau.cooldown, plateau.min_lr) == (1, 1e-6)
    assert (stopping.monitor, stopping.patience) == ("val_perplexity", 3)
    assert not stopping.restore_best_weights


def test_they_work_inside_fit():
    model = small_model()
    x = np.ones((4, 1), np.float32)
    callbacks = [
        ReduceOnPlateau("val_loss", min_delta=1e9),
        EarlyStopping("val_loss", min_delta=1e9),
    ]
    history = model.fit(
        x, x, validation_data=(x, x), epochs=9, verbose=0, callbacks=callbacks
    ).history
    np.testing.assert_allclose(history["learning_rate"], [0.8, 0.8, 0.8, 0.4], rtol=1e-6)


@pytest.mark.parametrize(("warmup_steps", "floor"), [(0, 0.0), (4, 0.0), (4, 0.03), (19, 0.3)])
def test_warmup_and_cosine_are_the_written_formula(warmup_steps, floor):
    peak, steps = 0.3, 20
    rate = warmup_cosine(peak, steps, warmup_steps, floor)
    for step in range(25):
        if step < warmup_steps:
            expected = peak * (step + 1) / (warmup_steps + 1)
        else:
            done = min((step - warmup_steps) / (steps - warmup_steps), 1)
            expected = floor + (peak - floor) * (1 + math.cos(math.pi * done)) / 2
        assert float(rate(step)) == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ({"peak": 0}, "peak"),
        ({"floor": 2}, "floor"),
        ({"floor": -1e-5}, "floor"),
        ({"warmup_steps": 10}, "warmup_steps"),
        ({"warmup_steps": -1}, "warmup_steps"),
        ({"steps": 0}, "steps"),
    ],
    ids=str,
)
def test_impossible_schedules_are_refused(setting, name):
    with pytest.raises(TrainingError, match=name):
        warmup_cosine(**{"peak": 1.0, "steps": 10} | setting)
