"""Answers come back whole, from any spreadsheet, or the error says which cell to mend."""

import csv
import io
import re

import numpy as np
import pytest

from course_lib.errors import EvaluationError
from course_lib.evaluation.rating_labels import CRITERIA
from course_lib.evaluation.rating_sheets import Key, write_sheets
from course_lib.evaluation.ratings import MOST_PROBLEMS, read_ratings, read_rows


@pytest.fixture
def folder(tmp_path):
    texts = {"one": ["=a", "ñandú; «sí», «no»", "c\nd"], "other": ["e", "f", "g"]}
    write_sheets(texts, ["p", "q", "r"], tmp_path, n_repeats=2, language="es", seed=1)
    return tmp_path


def rating(rater, item, criterion):
    """One that depends on all three, so that none can be mistaken for another."""
    return 1 + (sum(map(ord, rater + item)) + 2 * CRITERIA.index(criterion)) % 5


def filled(folder, rater, change=None):
    """A sheet as a rater fills it in by hand: header and rows of cells."""
    with (folder / "sheets" / f"{rater}.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for row in rows:
        row[4:] = [str(rating(rater, row[1], criterion)) for criterion in CRITERIA]
    if change is not None:
        change(rows)
    return [header, *rows]


def save(path, table, delimiter=",", encoding="utf-8-sig"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))


def fill_all(folder, change=None):
    """All sheets filled in; the change is made to the first rater's rows."""
    for rater in Key.load(folder / "key.json").raters:
        table = filled(folder, rater, change if rater == "rater-1" else None)
        save(folder / "sheets" / f"{rater}.csv", table)


def expected(key):
    return [[[rating(r, i, c) for c in CRITERIA] for i in key.items] for r in key.raters]


# ---------------------------------------------------------------------- what is read


def test_all_ratings_come_back_each_in_its_place(folder):
    fill_all(folder)
    ratings = read_ratings(folder)
    assert ratings.values.tolist() == expected(ratings.key)
    assert ratings.items == tuple(ratings.key.items)
    assert ratings.n_missing == 0


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), (";", "utf-16")],
)
def test_any_spreadsheet_may_have_saved_them(folder, delimiter, encoding):
    answers = []
    for rater in ("rater-1", "rater-2", "rater-3"):
        answers.append(folder / f"{rater} (copia).csv")
        save(answers[-1], filled(folder, rater), delimiter, encoding)
    ratings = read_ratings(answers, folder / "key.json")
    assert ratings.values.tolist() == expected(ratings.key)
    texts = {row["item"]: row["text"] for row in read_rows(answers[0])}
    assert texts == {name: item.text for name, item in ratings.key.items.items()}


def test_empty_sheets_may_lie_beside_the_answers(folder):
    for rater in ("rater-1", "rater-2", "rater-3"):
        save(folder / f"{rater}-answers.csv", filled(folder, rater))
    assert read_ratings(folder).n_missing == 0


def test_numbers_may_have_decimals_and_spaces_and_names_any_case(folder):
    def loosely(rows):
        rows[0][0], rows[0][1] = " Rater-1 ", rows[0][1].lower()
        rows[0][4:] = [" 1", "2 ", "3.0", "4,00", "5"]
        rows.append([""] * 9)
        rows.append([])

    item = filled(folder, "rater-1")[1][1]
    fill_all(folder, loosely)
    ratings = read_ratings(folder)
    assert ratings.values[0, ratings.items.index(item)].tolist() == [1, 2, 3, 4, 5]


def test_columns_may_be_moved_and_added(folder):
    for rater in ("rater-1", "rater-2", "rater-3"):
        table = [["nota", *reversed(row)] for row in filled(folder, rater)]
        save(folder / "sheets" / f"{rater}.csv", table)
    ratings = read_ratings(folder)
    assert ratings.values.tolist() == expected(ratings.key)


# ---------------------------------------------------------------------- what is wrong


def unknown_item(rows):
    rows[2][1] = "ZZZZZ"


def unknown_rater(rows):
    rows[2][0] = "ana"


def too_high(rows):
    rows[2][5] = "6"


def half(rows):
    rows[2][5] = "3.5"


def words(rows):
    rows[2][5] = "bien"


def twice(rows):
    rows.append(list(rows[2]))


def one_missing(rows):
    rows[2][6] = ""


def two_missing(rows):
    rows[2][6] = rows[2][8] = "  "


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (unknown_item, r"rater-1.csv, row 4: unknown item 'ZZZZZ'; copy the id"),
        (unknown_rater, r"rater-1.csv, row 4: unknown rater 'ana'; expected one of rater-1, rat"),
        (too_high, r"rater-1.csv, row 4: coherence is '6'; expected a whole number from 1 to 5"),
        (half, r"rater-1.csv, row 4: coherence is '3.5'; expected a whole number"),
        (words, r"rater-1.csv, row 4: coherence is 'bien'; expected a whole number"),
        (twice, r"rater-1.csv, row 10: rater-1 rated \w+ already, in .*rater-1.csv, row 4; del"),
        (one_missing, r"rater-1.csv, row 4: relevance missing; have it rated, or read with allow"),
        (two_missing, r"rater-1.csv, row 4: relevance, overall missing; have it rated"),
    ],
)
def test_an_error_names_file_row_and_remedy(folder, change, said):
    fill_all(folder, change)
    with pytest.raises(EvaluationError, match=said):
        read_ratings(folder)


def test_a_row_that_is_gone_is_missed(folder):
    fill_all(folder, lambda rows: rows.pop())
    gone = filled(folder, "rater-1")
    all_items = set(Key.load(folder / "key.json").items)
    (item,) = all_items - {row[1] for row in gone[1:]}
    with pytest.raises(EvaluationError, match=f"rater-1 has no rating of {item}"):
        read_ratings(folder)
    ratings = read_ratings(folder, allow_missing=True)
    assert ratings.n_missing == len(CRITERIA)
    assert np.isnan(ratings.values[0, ratings.items.index(item)]).all()


def test_a_rater_who_has_not_answered_is_missed(folder):
    fill_all(folder)
    (folder / "sheets" / "rater-2.csv").unlink()
    with pytest.raises(EvaluationError, match="no ratings of rater-2; add the file, or"):
        read_ratings(folder)
    assert read_ratings(folder, allow_missing=True).n_missing == 8 * len(CRITERIA)


def test_a_wrong_cell_is_refused_even_where_missing_ones_are_allowed(folder):
    fill_all(folder, too_high)
    with pytest.raises(EvaluationError, match="coherence is '6'"):
        read_ratings(folder, allow_missing=True)


def test_answers_in_two_files_are_not_merged_in_silence(folder):
    fill_all(folder)
    save(folder / "again.csv", filled(folder, "rater-3")[:2])
    with pytest.raises(EvaluationError, match=r"rater-3 rated \w+ already, in .*again.csv, row 2"):
        read_ratings(folder)


def test_all_problems_are_told_at_once_up_to_a_number(folder):
    def all_wrong(rows):
        for row in rows:
            row[4:] = ["9"] * 5

    fill_all(folder, all_wrong)
    with pytest.raises(EvaluationError) as caught:
        read_ratings(folder)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + MOST_PROBLEMS + 1
    assert lines[-1] == f"and {8 * 5 - MOST_PROBLEMS} more"
    assert all(re.search("row [2-9]: .* is '9'", line) for line in lines[1:-1])


def test_a_column_twice_and_cells_beyond_the_header_are_not_dropped_in_silence(tmp_path):
    file, header = tmp_path / "a.csv", "rater,id,fluency,coherence,relevance,creativity,overall"
    file.write_text(f"{header}\nrater-1,BCDF,1,2,3,4,5,,\n")  # spreadsheets leave empty cells
    assert read_rows(file)[0]["overall"] == "5"
    file.write_text(f"{header}\nrater-1,BCDF,1,2,3,4,5,2\n")
    with pytest.raises(EvaluationError, match="row 2 has 8 cells, and the header has 7; put"):
        read_rows(file)
    file.write_text(f"{header},Fluidez\nrater-1,BCDF,1,2,3,4,5,2\n")
    with pytest.raises(EvaluationError, match="several columns for fluency; keep one"):
        read_rows(file)


def test_files_that_hold_no_ratings_are_refused(folder):
    with pytest.raises(EvaluationError, match="say where the key is"):
        read_ratings([folder / "sheets" / "rater-1.csv"])
    with pytest.raises(EvaluationError, match=r"cannot read .*gone.csv"):
        read_rows(folder / "gone.csv")
    with pytest.raises(EvaluationError, match="is no folder"):
        read_ratings(folder / "key.json")
    (folder / "empty.csv").write_bytes(b"")
    with pytest.raises(EvaluationError, match=r"empty.csv has no column for rater, item, fluency"):
        read_ratings(folder)
    (folder / "empty.csv").write_text("rater,id,fluency,coherence,relevance,overall\n")
    with pytest.raises(EvaluationError, match=r"empty.csv has no column for creativity; keep"):
        read_ratings(folder)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(EvaluationError, match=r"no CSV of answers in .*elsewhere"):
        read_ratings(elsewhere, folder / "key.json")
