"""Pictures without words are found in any HTML, and those with words are left alone."""

import pytest
from course_book.alt_text import faults_in_html, is_description


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="a.png">',
        '<img src="a.png" alt="">',
        '<img src="a.png" alt="   ">',
        '<img src="a.png" alt="a.PNG">',
        "<img src=a.png alt>",
        '<p><IMG SRC="a.png"/></p>',
        '<svg viewBox="0 0 1 1"><path d=""/></svg>',
        '<svg aria-label=""></svg>',
        '<svg aria-hidden="false"></svg>',
    ],
)
def test_a_picture_without_words_is_a_fault(markup):
    assert len(faults_in_html(markup)) == 1


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="a.png" alt="A curve that falls.">',
        '<img src="a.png" alt=\'It says "so"\'>',
        '<img src="a.png" alt="" aria-hidden="true">',
        '<svg role="img" aria-label="A curve that falls."></svg>',
        '<svg aria-hidden="true"></svg>',
        '<script>"<img src=x>"</script>',
        "<p>no picture</p>",
    ],
)
def test_a_picture_with_words_is_none(markup):
    assert faults_in_html(markup) == []


def test_a_file_name_describes_nothing():
    assert not is_description("figures/zipf.svg")
    assert is_description("The file zipf.svg as a picture of text")
