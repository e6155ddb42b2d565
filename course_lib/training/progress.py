"""A training run as lines and a bar in a terminal (Keras, Rich)."""

from typing import Any

import keras

from course_lib.errors import require


class TerminalProgress(keras.callbacks.Callback):
    """Show loss, perplexity, tokens per second and the time left; a line for each epoch.

    Off a terminal only the lines are printed.

    Args:
        console: a Rich console.
        tokens_per_step: ids that a step predicts (B T).
        steps: steps in an epoch.
    """

    def __init__(self, console: Any, tokens_per_step: int, steps: int) -> None:
        super().__init__()
        self.console, self.tokens_per_step, self.steps = console, tokens_per_step, steps

    def on_train_begin(self, logs: Any = None) -> None:
        """Open the bar.

        Args:
            logs: not used.
        """
        rich = require("rich.progress", "cli")
        self.bar = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(bar_width=None),
            rich.TextColumn("{task.fields[figures]}"),
            rich.TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task("compiling", total=None, figures="")
        self.bar.start()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Tell the bar how much of the run is done.

        Args:
            epoch: number of the epoch, from 0.
            logs: not used.
        """
        self.done = epoch * self.steps
        total = self.params["epochs"] * self.steps
        label = f"epoch {epoch + 1} of {self.params['epochs']}"
        self.bar.update(self.task, description=label, total=total, completed=self.done)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar on, four times a second at most.

        Args:
            batch: number of the step in this epoch, from 0.
            logs: figures of the step.
        """
        self.bar.update(self.task, completed=self.done + batch + 1)
        speed = self.bar.tasks[0].speed
        if self.console.is_terminal and logs and speed:
            figures = (
                f"loss {float(logs['loss']):.3f}  perplexity {float(logs['perplexity']):,.1f}  "
                f"{speed * self.tokens_per_step:,.0f} tokens/s"
            )
            self.bar.update(self.task, figures=figures)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Print what the epoch came to.

        Args:
            epoch: number of the epoch, from 0.
            logs: its figures.
        """
        figures = logs or {}
        parts = [f"epoch {epoch + 1:>3}"]
        for name, title, style in (
            ("loss", "loss", ".4f"),
            ("perplexity", "perplexity", ",.3f"),
            ("val_perplexity", "validation", ",.3f"),
            ("val_accuracy", "accuracy", ".1%"),
            ("tokens_per_second", "tokens/s", ",.0f"),
        ):
            if name in figures:
                parts.append(f"{title} {float(figures[name]):{style}}")
        self.console.print("  ".join(parts), highlight=False)

    def on_train_end(self, logs: Any = None) -> None:
        """Close the bar.

        Args:
            logs: not used.
        """
        self.close()

    def close(self) -> None:
        """Close the bar, also after an error; more than once does no harm."""
        if hasattr(self, "bar"):
            self.bar.stop()
