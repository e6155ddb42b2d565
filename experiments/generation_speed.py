"""How fast texts come: with and without what was read, one and many at a time, beside transformers.

The course's full LSTM and its Transformer, with new weights and a vocabulary of 10,000. Each writes
256 ids greedily, first as the course does, with the state carried along, and then by reading the
whole prefix again for each id, in lengths that are rounded up so that few of them are compiled. The
ids must be the same. The LSTM, whose step is NumPy's, writes once more with TensorFlow's. Beside it
``generate`` of Hugging Face's transformers writes as many with a GPT-2 of the Transformer's sizes.
Then the filters by themselves, at GPT-2's vocabulary.

Run: ``python experiments/generation_speed.py``, on a quiet machine. The quick run takes small
sizes.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any

from course_lib.quiet import quiet

with quiet():
    import keras
    import tensorflow as tf

import numpy as np

from course_lib import results
from course_lib.errors import require
from course_lib.generation.decoding import generate, greedy
from course_lib.generation.settings import Sampling
from course_lib.models.keras_model import KerasLanguageModel
from course_lib.models.lstm import LSTMConfig, LSTMLanguageModel
from course_lib.models.transformer import TransformerConfig, TransformerLanguageModel

NEW_IDS, MANY, ROUNDS = 256, 32, 5
PROMPT = (1, 2, 3)
VOCAB_SIZE, LARGE_VOCAB_SIZE = 10_000, 50_257
ALL_FILTERS = Sampling(
    temperature=0.8,
    top_k=50,
    top_p=0.95,
    min_p=0.01,
    typical=0.98,
    repetition_penalty=1.1,
    no_repeat_ngram=3,
    banned_ids=(0,),
    min_length=300,
)


def networks(vocab_size: int, quick: bool) -> dict[str, Any]:
    """The course's two networks with new weights."""
    keras.utils.set_random_seed(0)
    lstm, transformer = LSTMConfig(vocab_size), TransformerConfig(vocab_size, tied=True)
    if quick:
        lstm = LSTMConfig(vocab_size, 8, 8, 1)
        transformer = TransformerConfig(vocab_size, 8, 2, 16, 1)
    return {"lstm": LSTMLanguageModel(lstm), "transformer": TransformerLanguageModel(transformer)}


def seconds_of(write: Callable[[], Any], rounds: int) -> list[float]:
    """Seconds of each round, after one that does not count."""
    write()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        write()
        taken.append(time.perf_counter() - started)
    return taken


def reader(model: KerasLanguageModel, n_ids: int, round_to: int = 32) -> Callable[[], list[int]]:
    """Writes as many ids, from a full pass over the whole prefix for each."""
    full = tf.function(lambda ids: model(ids), autograph=False)

    def write() -> list[int]:
        ids = list(PROMPT)
        for _ in range(n_ids):
            filled = np.pad(ids, (0, -len(ids) % round_to)).astype(np.int32)
            logits = full(tf.constant(filled[None]))[0, len(ids) - 1].numpy()
            ids.append(int(logits.argmax()))
        return ids[len(PROMPT) :]

    return write


def speed_of(write: Callable[[], Any], n_ids: int, rounds: int) -> dict[str, Any]:
    """Seconds of each round, and ids a second."""
    taken = seconds_of(write, rounds)
    return {"seconds": taken, "ids_per_second": n_ids / statistics.median(taken)}


def carried(model: KerasLanguageModel, n_texts: int, n_ids: int) -> list[int]:
    """Writes texts with the state carried along, and gives the first."""
    return generate(model, [PROMPT] * n_texts, greedy, max_new_ids=n_ids)[0].ids


def beside(model: KerasLanguageModel, n_ids: int, rounds: int) -> dict[str, Any]:
    """One network, with its state and without, one text and many."""

    again = reader(model, n_ids)
    same = carried(model, 1, n_ids) == again()
    taken = {
        "carried": seconds_of(partial(carried, model, 1, n_ids), rounds),
        "read_again": seconds_of(again, max(1, rounds // 2)),
        "many": seconds_of(partial(carried, model, MANY, n_ids), rounds),
    }
    median = {name: statistics.median(values) for name, values in taken.items()}
    return {
        "config": asdict(model.config),
        "parameters": model.n_parameters,
        "seconds": taken,
        "same_ids": same,
        "ids_per_second": n_ids / median["carried"],
        "ids_per_second_of_many": MANY * n_ids / median["many"],
        "over_reading_again": median["read_again"] / median["carried"],
        "many_over_one": MANY * median["carried"] / median["many"],
    }


def in_tensorflow(model: LSTMLanguageModel, n_ids: int, rounds: int) -> dict[str, Any]:
    """The LSTM's texts by a step of TensorFlow, one text and many; they have to be the same."""
    expected, model.in_numpy = carried(model, 1, n_ids), False
    found: dict[str, Any] = {"same_ids": carried(model, 1, n_ids) == expected}
    for name, n_texts in (("one", 1), ("many", MANY)):
        found[name] = speed_of(partial(carried, model, n_texts, n_ids), n_texts * n_ids, rounds)
    model.in_numpy = True
    return found


def hugging_face(config: TransformerConfig, n_ids: int, rounds: int) -> dict[str, Any]:
    """``generate`` of transformers, with a GPT-2 of the same sizes and new weights."""
    torch = require("torch", "torch")
    transformers = require("transformers", "hub")
    sizes = transformers.GPT2Config(
        vocab_size=config.vocab_size,
        n_positions=config.max_len,
        n_embd=config.width,
        n_layer=config.num_layers,
        n_head=config.num_heads,
        n_inner=config.feed_forward,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = transformers.GPT2LMHeadModel(sizes).eval()
    found: dict[str, Any] = {"parameters": sum(p.numel() for p in model.parameters())}
    for name, n_texts, cached in (("one", 1, True), ("many", MANY, True), ("read_again", 1, False)):
        prompt = torch.tensor([PROMPT] * n_texts)

        def write(prompt: Any = prompt, cached: bool = cached) -> Any:
            mask = torch.ones_like(prompt)
            return model.generate(
                prompt,
                attention_mask=mask,
                max_new_tokens=n_ids,
                do_sample=False,
                use_cache=cached,
                pad_token_id=0,
            )

        assert write().shape == (n_texts, len(PROMPT) + n_ids)
        found[name] = speed_of(write, n_texts * n_ids, rounds)
    return found


def filters_alone(vocab_size: int, n: int) -> dict[str, float]:
    """Milliseconds that all filters take for a row, and that each takes by itself."""
    rng = np.random.default_rng(0)
    logits = (4 * rng.normal(size=(n, 1, vocab_size))).astype(np.float32)
    history = rng.integers(1, vocab_size, NEW_IDS).tolist()
    plain = Sampling()
    stacks = {"all": ALL_FILTERS}
    for name in (field.name for field in fields(Sampling)):
        stacks[name] = replace(plain, **{name: getattr(ALL_FILTERS, name)})

    def milliseconds(sampling: Sampling) -> float:
        rows = iter(logits)
        apply = partial(sampling.apply, histories=[history], lengths=[10], stop_ids=[1])
        return 1000 * statistics.median(seconds_of(lambda: apply(next(rows)), n - 1))

    return {name: milliseconds(sampling) for name, sampling in stacks.items()}


def main() -> None:
    """Measure."""
    with results.experiment("generation_speed", seeds=(0,)) as run:
        n_ids, rounds = (16, 1) if run.quick else (NEW_IDS, ROUNDS)
        made = networks(50 if run.quick else VOCAB_SIZE, run.quick)
        found = {name: beside(model, n_ids, rounds) for name, model in made.items()}
        found["lstm_in_tensorflow"] = in_tensorflow(made["lstm"], n_ids, rounds)
        found["gpt2"] = hugging_face(made["transformer"].config, n_ids, rounds)
        print(found, flush=True)
        large = 500 if run.quick else LARGE_VOCAB_SIZE
        run.figures.update(
            new_ids=n_ids,
            many=MANY,
            models=found,
            filters={"vocab_size": large, "milliseconds": filters_alone(large, 5 * rounds)},
        )
        print(run.figures["filters"], flush=True)


if __name__ == "__main__":
    main()
