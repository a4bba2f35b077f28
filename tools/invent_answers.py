"""Write docs/data/: answers of five countries that do not exist, drawn at random, for the documents that compute with them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from survey.loader import load

HERE = Path(__file__).resolve().parents[1]
SEED = 3
# Country → typical level, agencies that answered, agencies invited.
COUNTRIES = {
    "Ardania": (2.3, 5, 6),
    "Belmora": (3.1, 4, 6),
    "Corvia": (3.2, 6, 8),
    "Dunmark": (4.2, 3, 6),
    "Estelle": (2.6, 2, 2),
}


def main() -> None:
    random = np.random.default_rng(SEED)
    items = load(HERE / "questionnaires" / "strategy" / "questionnaire.yaml").questionnaire.items
    answers, groups = [("response", "item", "answer")], [("response", "group", "invited")]
    for country, (typical, agencies, invited) in COUNTRIES.items():
        for number in range(1, agencies + 1):
            agency = f"{country.lower()}-{number}"
            groups.append((agency, country, str(invited)))
            own = typical + random.normal(0, 0.4)
            for item in items:
                level = int(np.clip(round(own + random.normal(0, 0.7)), 1, 5))
                answers.append((agency, item.id, "dont_know" if random.random() < 0.05 else str(level)))
    folder = HERE / "docs" / "data"
    folder.mkdir(exist_ok=True)
    for name, rows in (("invented_answers.csv", answers), ("invented_groups.csv", groups)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
