"""Words of the questionnaires' texts, explained where they occur. They are found in the English originals, whatever language is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from survey.questionnaire import Item
from ui.texts import t

# term → how it is found; an explanation for each stands in `explanations`.
PATTERNS: Final = {
    "accreditation": r"accredit(?:ation|ed|s)?",
    "adopted": r"adopt(?:s|ed|ion)?",
    "AI": r"AI",
    "AI system": r"AI systems?",
    "audit office": r"audit offices?",
    "bias": r"bias(?:es|ed)?",
    "certificate": r"certif(?:icates?|ication|y|ies|ied)",
    "civil servant": r"civil servants?",
    "cloud": r"cloud",
    "consultation": r"consult(?:ations?|ed|ing)?",
    "data protection authority": r"data protection authorit(?:y|ies)",
    "framework contract": r"framework contracts?",
    "gazette": r"gazettes?",
    "high-risk": r"high[ -]risk|risk levels?",
    "in force": r"in force",
    "incident": r"incidents?",
    "independent body": r"independent bod(?:y|ies)",
    "lead body": r"lead bod(?:y|ies)",
    "national standard": r"national standards?",
    "ombudsperson": r"ombudspersons?",
    "personal data": r"personal data",
    "pilot": r"pilots?",
    "procurement": r"procure(?:ment|d|s)?",
    "public body": r"public bod(?:y|ies)",
    "register": r"registers?",
    "sandbox": r"sandbox(?:es)?",
    "standards body": r"standards bod(?:y|ies)",
    "training data": r"training data",
}


def explanations() -> dict[str, tuple[str, str]]:
    """Each term with its name and its meaning in the session's language."""
    return {
        "accreditation": (t("accreditation"), t("An official finding that a body is competent to test or certify.")),
        "adopted": (t("adopted"), t("Decided formally by those who may decide it, in writing; a draft is not adopted.")),
        "AI": (t("AI"), t("Artificial intelligence: software that draws from data how to predict, recommend, decide or write.")),
        "AI system": (t("AI system"), t("A program that uses AI, bought or built, with the data and devices that it needs to work.")),
        "audit office": (t("audit office"), t("The state body that checks public spending and results and reports to parliament.")),
        "bias": (t("bias"), t("An error that is not random: some groups of people get worse results than others.")),
        "certificate": (t("certificate"), t("A written statement of a testing body that something meets a standard.")),
        "civil servant": (t("civil servant"), t("Somebody employed by a public body, at any level.")),
        "cloud": (t("cloud"), t("Computers of a provider, used over the network.")),
        "consultation": (t("consultation"), t("Asking those concerned for their views on a draft, before it is decided.")),
        "data protection authority": (
            t("data protection authority"), t("The public body that supervises how personal data are used.")
        ),
        "framework contract": (
            t("framework contract"), t("A contract that fixes prices and terms, under which public bodies order without a tender.")
        ),
        "gazette": (t("gazette"), t("The official journal in which laws and decisions are published.")),
        "high-risk": (
            t("high-risk"), t("Said of AI whose errors can harm people's rights, safety or livelihood; a risk level says how much.")
        ),
        "in force": (t("in force"), t("Valid on the day you answer: adopted, begun, and not repealed or expired.")),
        "incident": (t("incident"), t("An event in which an AI system did, or nearly did, harm to people or to a service.")),
        "independent body": (t("independent body"), t("A body that neither runs what it checks nor answers to those who run it.")),
        "lead body": (t("lead body"), t("The public body that is responsible for the whole and coordinates the others.")),
        "national standard": (t("national standard"), t("A technical rule that the country's standards body has approved and published.")),
        "ombudsperson": (t("ombudsperson"), t("An independent official to whom people complain about public bodies.")),
        "personal data": (t("personal data"), t("Any information about a person who is or can be identified.")),
        "pilot": (t("pilot"), t("A trial of limited size and time, before it is decided whether to go on.")),
        "procurement": (t("procurement"), t("The buying of goods and services by public bodies, under rules.")),
        "public body": (t("public body"), t("A ministry, an agency or another organisation of the state.")),
        "register": (t("register"), t("An official list that is kept up to date, such as of AI systems in use.")),
        "sandbox": (t("sandbox"), t("A supervised setting in which new systems are tried out under relaxed rules for a time.")),
        "standards body": (t("standards body"), t("The organisation that approves and publishes the country's technical standards.")),
        "training data": (t("training data"), t("The examples from which an AI system has learnt.")),
    }  # fmt: skip


@cache
def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{PATTERNS[term]})\b", 0 if term.startswith("AI") else re.IGNORECASE)


@lru_cache(maxsize=256)
def _found(text: str) -> tuple[str, ...]:
    return tuple(term for term in PATTERNS if _pattern(term).search(text))


def explained(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Name and meaning of each term that occurs in what a page shows of these items, in the order of the names."""
    known = explanations()
    found = _found("\n".join(map(_shown, items)))
    return sorted((known[term] for term in found), key=lambda pair: pair[0].casefold())


def _shown(item: Item) -> str:
    evidence = item.evidence
    examples = (evidence.ask, evidence.sufficient, evidence.insufficient) if evidence else ()
    return "\n".join(filter(None, (item.text, item.scope, item.why, *item.anchors, *examples)))
