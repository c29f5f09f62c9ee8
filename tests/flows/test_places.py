"""The places of Lebanon are found by whatever people call them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import ServiceError
from flows.places import Places, load_places

FOLDER = Path(__file__).resolve().parents[2] / "flows" / "library" / "places"
EVERYWHERE = load_places(FOLDER)
LEBANON = EVERYWHERE.of("lebanon")
DISTRICTS = {
    "beirut": ["beirut"],
    "mount_lebanon": ["aley", "baabda", "chouf", "el_meten"],
    "keserwan_jbeil": ["kesrwane", "jbeil"],
    "north": ["tripoli", "el_koura", "zgharta", "el_batroun", "bcharre", "el_minieh_dennie"],
    "akkar": ["akkar"],
    "bekaa": ["zahle", "west_bekaa", "rachaya"],
    "baalbek_el_hermel": ["baalbek", "el_hermel"],
    "south": ["saida", "sour", "jezzine"],
    "el_nabatieh": ["el_nabatieh", "bent_jbeil", "marjaayoun", "hasbaya"],
}


def districts(text: str) -> set[str]:
    return {place.id for place in LEBANON.find(text) if place.level == "district"}


def test_the_nine_governorates_and_their_districts() -> None:
    assert [place.id for place in LEBANON.level("governorate")] == list(DISTRICTS)
    for governorate, inside in DISTRICTS.items():
        assert [one.id for one in LEBANON.level("district", LEBANON.named_by("governorate", governorate))] == inside
    assert len(LEBANON.level("district")) == 26


def test_every_place_has_a_name_in_the_languages_of_the_first_service() -> None:
    for place in LEBANON.all:
        assert set(place.labels) == {"en", "ar", "fr", "am", "bn", "si"}
        for language, label in place.labels.items():
            assert place.label(language) == label
            assert place in LEBANON.named(label)
        assert place.label("kri") == place.labels["en"]


def test_no_name_of_the_file_stands_for_two_districts() -> None:
    assert not [key for key, found in LEBANON.index.items() if len({one.at("governorate") for one in found}) > 1]
    assert not [key for key, found in LEBANON.index.items() if sum(one.level == "district" for one in found) > 1]


@pytest.mark.parametrize(
    ("typed", "district"),
    [
        ("Dora", "el_meten"),
        ("ዶራ", "el_meten"),
        ("الدورة", "el_meten"),
        ("دوره", "el_meten"),
        ("bourj hammoud", "el_meten"),
        ("Burj Hamud", "el_meten"),
        ("ቡርጅ ሐሙድ", "el_meten"),
        ("Metn", "el_meten"),
        ("Byblos", "jbeil"),
        ("Sidon", "saida"),
        ("Tyre", "sour"),
        ("Jounie", "kesrwane"),
        ("Kesrouan", "kesrwane"),
        ("hamra street", "beirut"),
        ("ሃምራ", "beirut"),
        ("Ashrafieh", "beirut"),
        ("ouzai", "baabda"),
        ("Shatila", "baabda"),
        ("chatilla camp", "baabda"),
        ("Sabra", "baabda"),
        ("الضاحية", "baabda"),
        ("shweifat", "aley"),
        ("trablous", "tripoli"),
        ("furn el shebak", "baabda"),
        ("sin-el-fil", "el_meten"),
        ("I live in Dora near the church", "el_meten"),
        ("hermil", "el_hermel"),
        ("ট্রিপোলি", "tripoli"),
        ("بيرو", "beirut"),
    ],
)
def test_a_place_is_known_by_many_names(typed: str, district: str) -> None:
    assert districts(typed) == {district}


@pytest.mark.parametrize("typed", ["", "la", "hello", "in my employer's house", "Paris", "🙂", "12"])
def test_what_is_no_place_of_lebanon_is_not_found(typed: str) -> None:
    assert LEBANON.find(typed) == ()


def test_two_places_in_one_sentence_are_both_found() -> None:
    assert districts("Dora, Beirut") == {"el_meten", "beirut"}


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    LEBANON.find(text)


def load(folder: Path, text: str) -> Places:
    (folder / "x.yaml").write_text(text, "utf-8")
    return load_places(folder)


TWICE = """\
country: LBN
levels: [governorate, district]
places:
  - id: one
    labels: {en: One}
    places:
      - id: a
        labels: {en: A}
      - id: a
        labels: {en: B}
"""


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        (TWICE, 9, "a"),
        (TWICE.replace("id: a\n        labels: {en: B}", "id: b\n        labels: {ar: B}"), 10, "b"),
        (TWICE.replace("id: a\n        labels: {en: B}", "id: b\n        lables: {en: B}"), 9, "b"),
        ("country: LBN\nplaces: [", 2, ""),
        ("country: Lebanon\nlevels: [city]\nplaces: []\n", 1, ""),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, line: int, place: str) -> None:
    with pytest.raises(ServiceError) as wrong:
        load(tmp_path, text)
    assert (wrong.value.file, wrong.value.line, wrong.value.question) == ("x.yaml", line, place)


LEVELS = """\
country: CHN
levels: [province, prefecture, city, county, neighbourhood]
places:
  - id: jiangsu
    labels: {en: Jiangsu}
    places:
      - id: suzhou
        labels: {en: Suzhou}
        places:
          - id: kunshan
            labels: {en: Kunshan}
            places:
              - id: yushan
                labels: {en: Yushan}
                places:
                  - {id: north, labels: {en: North}, names: [Beimen]}
  - id: shanghai
    labels: {en: Shanghai}
    places:
      - {id: putuo, level: county, labels: {en: Putuo}, places: [{id: caoyang, labels: {en: Caoyang}}]}
"""


def test_a_place_lies_in_up_to_five_levels_and_may_leave_some_out(tmp_path: Path) -> None:
    places = load(tmp_path, LEVELS)
    (north,) = places.find("Beimen")
    assert north.code == "x/jiangsu/suzhou/kunshan/yushan/north"
    assert [north.at(level) for level in ("province", "county")] == ["jiangsu", "yushan"]
    (caoyang,) = places.find("Caoyang")
    assert (caoyang.code, caoyang.at("city")) == ("x/shanghai/putuo/caoyang", "")
    assert [one.id for one in places.level("county", places.named_by("province", "shanghai"))] == ["putuo"]


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        (LEVELS.replace("level: county", "level: province"), 20, "putuo"),
        (LEVELS.replace("level: county", "level: village"), 20, "putuo"),
        (LEVELS.replace("level: county, ", "").replace("prefecture, city, ", ""), 13, "yushan"),
    ],
)
def test_a_level_that_does_not_come_below_is_refused(tmp_path: Path, text: str, line: int, place: str) -> None:
    with pytest.raises(ServiceError) as wrong:
        load(tmp_path, text)
    assert (wrong.value.line, wrong.value.question) == (line, place)


def test_the_places_of_two_countries_do_not_mix() -> None:
    assert EVERYWHERE.of("shanghai").find("Putuo")
    assert not LEBANON.find("Putuo")
    assert len(EVERYWHERE.of("shanghai").level("county")) == 16
    assert EVERYWHERE.coded("lebanon/mount_lebanon/aley") == LEBANON.named_by("district", "aley")
    assert {one.code.split("/")[0] for one in EVERYWHERE.all} == {"lebanon", "peru", "shanghai"}
