import keras
import numpy as np
import pytest

from course_lib.errors import TrainingError
from course_lib.training.clock import Clock


def ticking(step=1.0):
    now = [0.0]

    def clock():
        now[0] += step
        return now[0]

    return clock


def fitted(clock, rows=1000):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(), "mse")
    rates = []

    class Rates(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    x = np.zeros((rows, 2), np.float32)
    model.fit(x, x[:, :1], batch_size=1, epochs=3, verbose=0, callbacks=[clock, Rates()])
    return rates


def test_training_ends_in_the_middle_of_an_epoch_when_the_time_is_up():
    clock = Clock(40.0, peak=0.1, rise=1, clock=ticking())
    assert len(fitted(clock)) == clock.steps == 20  # two looks at the clock a step


def test_the_rate_rises_and_falls_to_its_floor():
    rates = fitted(Clock(200.0, peak=0.1, rise=10, floor=0.1, clock=ticking()))
    assert rates[0] == pytest.approx(0.01)
    top = int(np.argmax(rates))
    assert top < 20
    assert max(rates) <= 0.1
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert rates[-1] == pytest.approx(0.01, rel=0.05)


def test_half_of_the_time_leaves_half_of_the_way():
    clock = Clock(10.0, peak=1.0, rise=1, floor=0.0, clock=ticking(5.0))
    clock.on_train_begin()  # at 5; the next look is at 10
    assert clock.rate() == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"peak": -1}, {"rise": 0}, {"floor": 2}])
def test_values_out_of_bounds_are_refused(wrong):
    with pytest.raises(TrainingError, match="seconds and peak must be above 0"):
        Clock(**{"seconds": 1, "peak": 1, **wrong})
