"""What raters read: five criteria with a described scale, and the words of a sheet, en and es.

The criteria are those that evaluations of generated text ask for most often: fluency, coherence,
relevance to the prompt, creativity, and the text as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CRITERIA = ("fluency", "coherence", "relevance", "creativity", "overall")
SCALE = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Criterion:
    """One thing to be judged.

    Args:
        label: its name.
        question: what a rater asks of the text.
        levels: what each of the five ratings means, from 1 to 5.
    """

    label: str
    question: str
    levels: tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Labels:
    """The words of a sheet in one language.

    Args:
        criteria: name in ``CRITERIA`` -> what is asked.
        rater, item, prompt, text: columns of the CSV and words of the page.
        title: of the page.
        how: what a rater should know before starting, one paragraph each.
        scale: above the description of the ratings.
        number: of a text on the page, with ``{n}``.
        nothing: shown for a text without a word.
        done: progress, with ``{done}`` and ``{all}``.
        next: button that goes to the next question without an answer.
        save: button that saves the answers.
        save_anyway: button that saves them though some are missing.
        saved: after saving, with ``{file}``.
        missing: warning, with ``{missing}``.
        unanswered: mark of a question without an answer.
        kept, unkept: whether the browser keeps a draft.
        no_script: shown where scripts are turned off.
    """

    criteria: Mapping[str, Criterion]
    rater: str
    item: str
    prompt: str
    text: str
    title: str
    how: tuple[str, ...]
    scale: str
    number: str
    nothing: str
    done: str
    next: str
    save: str
    save_anyway: str
    saved: str
    missing: str
    unanswered: str
    kept: str
    unkept: str
    no_script: str

    @property
    def columns(self) -> dict[str, str]:
        """The columns of a CSV to fill in: what they hold -> what they are called."""
        own = {name: getattr(self, name) for name in ("rater", "item", "prompt", "text")}
        return own | {name: self.criteria[name].label.lower() for name in CRITERIA}


ENGLISH = Labels(
    criteria={
        "fluency": Criterion(
            "Fluency",
            "Is the language correct and easy to read? Judge grammar, not content.",
            (
                "unreadable, hardly a correct sentence",
                "many mistakes, to be read twice",
                "some mistakes, but readable",
                "one or two small mistakes",
                "no mistakes",
            ),
        ),
        "coherence": Criterion(
            "Coherence",
            "Do its parts fit together? Judge logic, and whether people and things stay the same.",
            (
                "nothing fits together",
                "fits within a sentence, not beyond",
                "mostly fits, with clear breaks",
                "fits, with one small break",
                "fits from beginning to end",
            ),
        ),
        "relevance": Criterion(
            "Relevance",
            "Does it follow from its prompt?",
            (
                "has nothing to do with it",
                "shares a word or two with it",
                "starts from it and wanders off",
                "stays with it, but for one digression",
                "stays with it to the end",
            ),
        ),
        "creativity": Criterion(
            "Creativity",
            "Is it original? Judge ideas and images, and how varied they are.",
            (
                "only repeats or copies",
                "says what anyone expects",
                "has one idea of its own",
                "has several ideas of its own",
                "is original throughout",
            ),
        ),
        "overall": Criterion(
            "Overall",
            "All things taken together, how good is it?",
            ("very poor", "poor", "fair", "good", "very good"),
        ),
    },
    rater="rater",
    item="id",
    prompt="prompt",
    text="text",
    title="Rating of texts",
    how=(
        "Each text goes on from a prompt. Give each of them five ratings from 1 to 5.",
        "Judge every text by itself, in the order given, and do not talk about it with other "
        "raters before all have finished. You may take breaks.",
        "When you are done, save your answers and send the file to whoever gave you this page.",
    ),
    scale="What the ratings mean",
    number="Text {n}",
    nothing="(there is no text)",
    done="{done} of {all} texts rated",
    next="Next without an answer",
    save="Save answers",
    save_anyway="Save all the same",
    saved="Saved as {file}. Please send it back.",
    missing="Answers missing: {missing}. They are marked on the page.",
    unanswered="no answer yet",
    kept="This browser keeps a draft.",
    unkept="This browser keeps no draft: save your answers before you close the page.",
    no_script="Scripts are turned off, so this page cannot save. Fill in the CSV file instead.",
)

SPANISH = Labels(
    criteria={
        "fluency": Criterion(
            "Fluidez",
            "¿La lengua es correcta y se lee con facilidad? Juzgue la gramática, no el contenido.",
            (
                "ilegible, apenas hay una frase correcta",
                "muchos errores, hay que leerlo dos veces",
                "algunos errores, pero se deja leer",
                "uno o dos errores pequeños",
                "sin errores",
            ),
        ),
        "coherence": Criterion(
            "Coherencia",
            "¿Encajan sus partes? Juzgue la lógica, y si nadie cambia de identidad.",
            (
                "nada encaja",
                "encaja dentro de cada frase, no más allá",
                "encaja casi todo, con saltos claros",
                "encaja, con un pequeño salto",
                "encaja de principio a fin",
            ),
        ),
        "relevance": Criterion(
            "Relevancia",
            "¿Es una continuación de su comienzo?",
            (
                "no tiene nada que ver con él",
                "comparte con él una o dos palabras",
                "parte de él y se pierde",
                "se atiene a él, salvo una digresión",
                "se atiene a él hasta el final",
            ),
        ),
        "creativity": Criterion(
            "Creatividad",
            "¿Es original? Juzgue las ideas y las imágenes, y lo variadas que son.",
            (
                "solo repite o copia",
                "dice lo que cualquiera espera",
                "tiene una idea propia",
                "tiene varias ideas propias",
                "es original en todo",
            ),
        ),
        "overall": Criterion(
            "General",
            "En conjunto, ¿qué tan bueno es?",
            ("muy malo", "malo", "regular", "bueno", "muy bueno"),
        ),
    },
    rater="evaluador",
    item="id",
    prompt="comienzo",
    text="texto",
    title="Valoración de textos",
    how=(
        "Cada texto continúa un comienzo dado. Dé a cada uno cinco notas del 1 al 5.",
        "Juzgue cada texto por sí mismo y en el orden dado, y no hable de ellos con otros "
        "evaluadores hasta que todos hayan terminado. Puede hacer pausas.",
        "Cuando acabe, guarde sus respuestas y envíe el archivo a quien le dio esta página.",
    ),
    scale="Qué significan las notas",
    number="Texto {n}",
    nothing="(no hay texto)",
    done="{done} de {all} textos valorados",
    next="Siguiente sin respuesta",
    save="Guardar respuestas",
    save_anyway="Guardar de todos modos",
    saved="Guardado como {file}. Por favor, envíelo.",
    missing="Faltan respuestas: {missing}. Están marcadas en la página.",
    unanswered="falta la respuesta",
    kept="Este navegador guarda un borrador.",
    unkept="Este navegador no guarda ningún borrador: guarde sus respuestas antes de cerrar.",
    no_script="Sin JavaScript esta página no puede guardar. Rellene el archivo CSV.",
)

LANGUAGES: Mapping[str, Labels] = {"en": ENGLISH, "es": SPANISH}
