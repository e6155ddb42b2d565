"""A dialogue with a model: type a beginning, read how it goes on, change a setting, try again.

Nothing here knows a terminal: a line goes in, pieces of text come out.
"""

import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from pathlib import Path

from course_lib.errors import GenerationError
from course_lib.generation.requests import (
    STRATEGIES,
    Request,
    answer_in_pieces,
    one_id,
    settings,
    typed,
)
from course_lib.generation.texts import Written
from course_lib.models.language_model import LanguageModel
from course_lib.tokenizers.tokenizer import Tokenizer
from course_lib.whole_file import whole_file

COMMANDS = {
    "/set NAME VALUE": "change a setting; VALUE none for its default",
    "/show": "all settings",
    "/again": "the last prompt once more, with the next seed",
    "/history": "what was written so far",
    "/save FILE": "write the history to a JSON file",
    "/reset": "settings as at the beginning",
    "/help": "this",
    "/quit": "leave; so does Ctrl-D",
}


class Dialogue:
    """A model that answers lines.

    Args:
        model: any language model of the course.
        tokenizer: the one it was trained with.
        request: the settings to begin with.
    """

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer, request: Request) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.first = self.request = request
        self.history: list[tuple[Written, Request]] = []
        self.saved: set[Path] = set()
        self.ended = False

    def respond(self, line: str) -> Generator[str, None, None]:
        """What a line leads to, in pieces, as it comes.

        A text that is interrupted, by closing this iterator or by an exception in it, is kept in
        the history as far as it was written.

        Args:
            line: a command, which begins with a slash, or a prompt; two slashes for a prompt that
                begins with one. ``\\\\n`` in it is a line break.

        Raises:
            GenerationError: an unknown command or setting, a value out of bounds, or a stop or ban
                that is not one token; settings and history are as before. Also a text that cannot
                go on; what was written of it is kept.
        """
        if line.startswith("/") and not line.startswith("//"):
            name, _, rest = line[1:].strip().partition(" ")
            yield from self._command(name)(rest.strip())
        else:
            prompt = line[1:] if line.startswith("//") else line
            yield from self._write(typed(prompt))

    def _command(self, name: str) -> Callable[[str], Iterator[str]]:
        known = {text[1:].split()[0] for text in COMMANDS}
        if name not in known:
            raise GenerationError(f"unknown command /{name}; /help lists what there is")
        command: Callable[[str], Iterator[str]] = getattr(self, f"_{name}")
        return command

    def _write(self, prompt: str) -> Iterator[str]:
        request, told = self.request, list[str]()
        written, refused = None, False
        pieces = answer_in_pieces(self.model, self.tokenizer, prompt, request)
        try:
            while written is None:
                try:
                    told.append(next(pieces))
                except StopIteration as end:
                    written = end.value
                else:
                    yield told[-1]
        except GenerationError:
            refused = not told
            raise
        finally:
            if written is None:
                text = "".join(told)
                n_ids = len(self.tokenizer.encode(text))
                written = Written(prompt, text, n_ids, "interrupted", request.seed, 0)
            if not refused:
                self.history.append((written, request))

    def _again(self, _: str) -> Iterator[str]:
        if not self.history:
            raise GenerationError("nothing was written yet: type a beginning first")
        self.request = self.request.changed("seed", str(self.request.seed + 1))
        yield from self._write(self.history[-1][0].prompt)

    def _set(self, rest: str) -> Iterator[str]:
        name, _, value = rest.partition(" ")
        if not value:
            raise GenerationError(
                f"expected /set NAME VALUE, for instance /set top_p 0.9: {rest!r}"
            )
        if name == "n_samples":
            raise GenerationError("a dialogue writes one text at a time; /again writes another")
        request = self.request.changed(name, value.strip())
        for text in getattr(request, name) if name in ("stop", "ban") else ():
            one_id(self.tokenizer, text, name)
        self.request = request
        yield f"{name} = {self.request.as_dict()[name]}"

    def _show(self, _: str) -> Iterator[str]:
        known = settings()
        for name, value in self.request.as_dict().items():
            if name == "n_samples":
                continue
            mark = "" if value == known[name].default else "  (changed)"
            about = f"  {STRATEGIES[value]}" if name == "strategy" else ""
            yield f"{name:<20} {value}{mark}{about}\n"

    def _history(self, _: str) -> Iterator[str]:
        if not self.history:
            yield "nothing was written yet"
        for n, (written, _request) in enumerate(self.history, start=1):
            yield f"[{n}] {written.prompt!r} -> {written.text!r} (seed {written.seed})\n"

    def _save(self, rest: str) -> Iterator[str]:
        if not rest:
            raise GenerationError("expected /save FILE")
        entries = [
            {**asdict(written), "settings": request.as_dict()} for written, request in self.history
        ]
        path = Path(rest)
        if path.exists() and path.resolve() not in self.saved:
            raise GenerationError(f"{rest} exists, and is not of this dialogue; name another file")
        try:
            with whole_file(path) as file:
                file.write(json.dumps(entries, indent=2, ensure_ascii=False).encode())
        except OSError as error:
            raise GenerationError(f"{rest} cannot be written: {error.strerror or error}") from error
        self.saved.add(path.resolve())
        yield f"{len(entries)} texts in {rest}"

    def _reset(self, _: str) -> Iterator[str]:
        self.request = self.first
        yield "settings are as at the beginning"

    def _help(self, _: str) -> Iterator[str]:
        yield "Type a beginning, and the model goes on. Commands:\n"
        for command, about in COMMANDS.items():
            yield f"  {command:<18} {about}\n"
        yield f"Settings: {', '.join(name for name in settings() if name != 'n_samples')}"

    def _quit(self, _: str) -> Iterator[str]:
        self.ended = True
        yield from ()
