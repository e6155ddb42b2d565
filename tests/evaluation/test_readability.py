"""Formulas as in textstat, sentences and words as in the course, syllables checked by hand."""

import unicodedata
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpus.verse import english_words
from course_lib.errors import EvaluationError
from course_lib.evaluation.readability import (
    ReadingCounts,
    fernandez_huerta,
    flesch_kincaid_grade,
    flesch_reading_ease,
    reading_counts,
    syllables,
)

# Divided by hand, after the conventions of the orthography.
SPANISH = """
a y o sol mar luz tren flor que quien guion hui fue dio pie muy rey buey hay soy ley truhan ca-sa
lu-na hier-ba hue-so huer-to gue-rra que-so quie-ro cie-lo sue-ño rei-na ju-gáis le-yes yo-yo
ra-yo o-ye ma-yo a-yer le-er zo-o ve-o tra-er dia-rio a-gua guan-te len-gua nie-ve viu-da ciu-dad
hui-da rui-do cui-dar jui-cio cohi-bir prohi-bir ahu-mar reu-nir rehu-sar re-huir dí-a rí-o tí-o
pa-ís ma-íz re-ír o-ír ba-úl grú-a bú-ho a-hí o-í-do ca-í-da pro-hí-be re-ú-ne re-hú-ye a-ú-lla
ba-hí-a ac-tú-a con-ti-nú-o le-í-ais vi-ví-ais a-ve-rí-a al-ga-ra-bí-a po-e-ta te-a-tro ca-o-ba
lí-ne-a hé-ro-e a-ho-ra ve-hí-cu-lo a-é-re-o al-co-hol al-mo-ha-da pin-güi-no ci-güe-ña
ver-güen-za gui-ta-rra lin-güís-ti-ca pa-ra-guas U-ru-guay Pa-ra-guay vi-hue-la chi-hua-hua
ma-ri-hua-na ca-ca-hue-te chue-co a-ve-ri-guáis a-pre-ciáis es-tu-diáis je-sui-ta cons-trui-do
ins-truí cuí-da-te in-ge-nuo cuo-ta quó-rum chi-i-ta an-tia-é-re-o au-la Eu-ro-pa ai-re pei-ne
boi-na deu-da a-cei-tu-na mur-cié-la-go tam-bién can-ción llu-via rui-se-ñor co-ra-zón
ma-dru-ga-da es-pe-ran-za trans-por-te ma-yús-cu-la des-hu-ma-no Goy-ti-so-lo
"""
ENGLISH = """
the be me a eye once one house make makes made time tree through though strength stopped walked
played loved change changed blue true sea bread friend piece week league tongue world clothes eyes
ta-ble lit-tle peo-ple ap-ple wa-ter riv-er win-dow gar-den want-ed need-ed hous-es plac-es pag-es
watch-es wish-es ho-tel be-yond play-er roy-al quick-ly love-ly lone-ly some-thing some-times
home-work home-stead there-fore care-ful care-less move-ment place-ment hun-dred na-ked wick-ed
set-tled qui-et li-on sci-ence po-em po-et ru-in flu-id cru-el cha-os cre-ate be-ing go-ing
see-ing play-ing cry-ing did-n't could-n’t rhyth-m pris-m na-tion spe-cial an-cient fash-ion
mil-lion re-gion lan-guage vil-lage o-cean beau-ty pen-guin a-gain e-nough moth-er be-cause ev-ery
pret-ty ar-gue val-ue u-nique di-et busi-ness eve-ning an-swer sol-dier jour-ney some-one
well-known i-de-a ar-e-a beau-ti-ful pi-an-o vi-o-lin ra-di-o vid-e-o ser-i-ous cur-i-ous
var-i-ous med-i-um hap-pi-er eas-i-er hap-pi-est stud-y-ing car-ry-ing ev-ery-thing an-i-mal
his-to-ry ac-tu-al au-di-ence in-flu-ence con-tin-ue ad-ven-ture cre-a-tion re-mem-ber to-geth-er
ad-di-tion an-oth-er some-bod-y fam-i-ly el-e-ment so-ci-e-ty re-al-i-ty va-ri-e-ty u-su-al-ly
grad-u-al-ly con-tin-u-ous sit-u-a-tion ap-pre-ci-ate ge-og-ra-phy im-me-di-ate-ly in-for-ma-tion
ex-pe-ri-ence ma-te-ri-al ed-u-ca-tion com-mu-ni-ca-tion u-ni-ver-si-ty im-ag-i-na-tion
op-por-tu-ni-ty cu-ri-os-i-ty re-spon-si-bil-i-ty wife’s there's hors-e's an-y-one ev-ery-one
mu-sic-ally lin-e-ar
"""
PROSE = """The lamp burned low. Nobody came to the door, so the old sailor waited. Had she forgotten
him? It was only raining harder."""


# ------------------------------------------------------------------------ syllables


@pytest.mark.parametrize("divided", SPANISH.split())
def test_spanish_syllables_by_hand(divided):
    word = divided.replace("-", "")
    wanted = divided.count("-") + 1
    assert syllables(word, "es") == syllables(word.upper(), "es") == wanted
    assert syllables(unicodedata.normalize("NFD", word), "es") == wanted


@pytest.mark.parametrize("divided", ENGLISH.split())
def test_english_syllables_by_hand(divided):
    word = divided.replace("-", "")
    assert syllables(word, "en") == syllables(word.upper(), "en") == divided.count("-") + 1


def words_of_the_verses():
    """Words and their syllables. The grammar of the verses keeps a metre: it has them by number."""
    lists = vars(english_words)
    two = [
        lists[name] for name in ("WOMEN", "MEN", "CALM", "WORN", "LIVELY", "LIFELESS", "OBJECTS")
    ]
    for scene in english_words.SCENES.values():
        two += [scene.places, scene.objects, *(kind.nouns for kind in scene.kinds)]
    one = [lists[name] for name in ("WALK", "KEEP", "STILL")]
    return {**dict.fromkeys(" ".join(one).split(), 1), **dict.fromkeys(" ".join(two).split(), 2)}


def test_english_syllables_of_the_words_of_the_verses():
    pyphen = pytest.importorskip("pyphen").Pyphen(lang="en_US")
    known = words_of_the_verses()
    wrong = [word for word, n in known.items() if syllables(word, "en") != n]
    by_hyphens = [word for word, n in known.items() if len(pyphen.positions(word)) + 1 != n]
    assert len(known) > 300
    assert len(wrong) < 0.03 * len(known), wrong
    assert len(wrong) < len(by_hyphens) / 3, "hyphenation would do"


@given(st.text(max_size=20), st.sampled_from(["en", "es"]))
def test_every_word_has_a_syllable(word, language):
    assert syllables(word, language) >= 1


def test_a_number_or_an_abbreviation_is_one_syllable():
    for word in ("1605", "3.14", "Sr", "hmm"):
        assert syllables(word, "es") == syllables(word, "en") == 1


def test_a_compound_has_the_syllables_of_its_parts():
    assert syllables("franco-alemán", "es") == 2 + 3
    assert syllables("light-hearted", "en") == 1 + 2


# ------------------------------------------------------------------------- formulas

FORMULAS = [
    (flesch_reading_ease, "flesch_reading_ease", "en"),
    (flesch_kincaid_grade, "flesch_kincaid_grade", "en"),
    (fernandez_huerta, "fernandez_huerta", "es"),
]
sizes = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 4))


@pytest.mark.parametrize(("formula", "name", "language"), FORMULAS)
@settings(deadline=None)  # the first call imports textstat
@given(sizes)
def test_a_formula_gives_what_textstat_gives_for_the_same_counts(formula, name, language, size):
    # Its own counts need a dictionary from the network, so it is given ours.
    pytest.importorskip("textstat")
    module = import_module(f"textstat.backend.metrics._{name}")
    n_sentences, sentence, word = size
    counts = ReadingCounts(
        n_sentences, n_sentences * sentence, n_sentences * sentence * word + 1, language
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "words_per_sentence", lambda text: counts.words_per_sentence)
        patch.setattr(module, "syllables_per_word", lambda text, lang: counts.syllables_per_word)
        wanted = getattr(module, name)(str(counts), language)  # it remembers texts: a new one each
    assert formula(counts) == pytest.approx(wanted, abs=1e-9)


def test_formulas_by_hand():
    counts = ReadingCounts(4, 80, 120, "en")  # 20 words a sentence, 1.5 syllables a word
    assert flesch_reading_ease(counts) == pytest.approx(206.835 - 20.3 - 126.9)
    assert flesch_kincaid_grade(counts) == pytest.approx(7.8 + 17.7 - 15.59)
    assert fernandez_huerta(ReadingCounts(4, 80, 160, "es")) == pytest.approx(206.84 - 120 - 20.4)


@pytest.mark.parametrize(("formula", "name", "language"), FORMULAS)
def test_longer_sentences_and_longer_words_are_harder(formula, name, language):
    sign = -1 if name == "flesch_kincaid_grade" else 1
    plain, long_sentences, long_words = (
        sign * formula(ReadingCounts(*sizes, language))
        for sizes in ((10, 100, 150), (5, 100, 150), (10, 100, 200))
    )
    assert plain > long_sentences
    assert plain > long_words


def test_in_spanish_a_full_stop_makes_a_text_easier():
    # With the sentences of 100 words in place of the words of a sentence it would be harder.
    one = "El río baja lento y la barca espera en la orilla."
    two = "El río baja lento. Y la barca espera en la orilla."
    assert fernandez_huerta(two) > fernandez_huerta(one)
    assert fernandez_huerta(one) == pytest.approx(206.84 - 60 * 19 / 11 - 1.02 * 11)


def test_the_counts_are_those_of_the_course():
    counts = reading_counts(PROSE, "en")
    assert counts == ReadingCounts(4, 4 + 10 + 4 + 5, 4 + 14 + 6 + 8, "en")
    assert flesch_reading_ease(PROSE) == flesch_reading_ease(counts)
    assert reading_counts("¡Ay! … —No, señora Gil.", "es") == ReadingCounts(2, 4, 6, "es")


def test_the_order_of_words_does_not_matter():
    nonsense = PROSE.replace("The lamp burned low", "Burned low lamp the")
    assert nonsense != PROSE
    assert flesch_kincaid_grade(nonsense) == flesch_kincaid_grade(PROSE)


# ------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("text", ["", " \n", "… !"])
@pytest.mark.parametrize(("formula", "name", "language"), FORMULAS)
def test_a_text_without_words_is_refused(formula, name, language, text):
    with pytest.raises(EvaluationError, match="0 words in 0 sentences has no readability"):
        formula(text)


def test_what_belongs_to_another_language_is_refused():
    with pytest.raises(EvaluationError, match="formula is for 'es', and these are counts of 'en'"):
        fernandez_huerta(ReadingCounts(1, 9, 9, "en"))
    with pytest.raises(EvaluationError, match="language must be 'en' or 'es', got 'fr'"):
        syllables("eau", "fr")
    with pytest.raises(EvaluationError, match="got 'fr'"):
        reading_counts("L'eau est froide.", "fr")
