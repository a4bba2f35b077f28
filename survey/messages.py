"""The texts of problems of files, of answers and of permissions: code → (severity, sentence). `survey.problems` fills and shows them."""

from __future__ import annotations

from typing import Final, Literal

MESSAGES: Final[dict[str, tuple[Literal["error", "warning"], str]]] = {
    # --- the file as a whole
    "Q001": ("error", "The file cannot be read: {reason}. Save it as UTF-8 text of at most 2 MB."),
    "Q002": ("error", "This is not valid YAML: {reason}. {hint}"),
    "Q003": ("error", "'{name}' uses a YAML anchor, alias or merge. Write the text out in full instead."),
    "Q004": ("error", "The tag '{tag}' is not allowed. Remove it; every value here is plain text."),
    "Q005": ("error", "The key '{key}' is already given in line {first}. Keep one of the two."),
    "Q006": ("error", "The file is nested deeper than {limit} levels. Flatten it."),
    "Q007": (
        "error",
        "The file holds no questionnaire. Start it with 'format: 1'; questionnaires/README.md has an example.",
    ),
    "Q008": (
        "error",
        "There is no questionnaire to check here: {reason}. Name a questionnaire.yaml, or a folder with one.",
    ),
    "Q009": ("error", "the questionnaire id '{value}' is already used by {first}. Give one of the two another id."),
    # --- the shape of a value
    "Q010": ("error", "'{key}' is not known here. {hint}"),
    "Q011": ("error", "'{key}' is missing in {where}. Add it."),
    "Q012": (
        "error",
        "item '{item}' is asked if '{other}', which comes later. Move it after '{other}' or change asked_if.",
    ),
    "Q013": (
        "error",
        "item '{item}' is asked if '{other}', which does not exist. Correct the id or remove the condition.",
    ),
    "Q014": (
        "error",
        (
            "'{value}' cannot be an id. Use lower-case letters, digits, '_' and '-', beginning with a letter or "
            "digit, at most 64 characters."
        ),
    ),
    "Q015": (
        "error",
        "the id '{value}' is already used in line {first}. Every id is unique and is never reused: choose another.",
    ),
    "Q016": ("error", "item '{item}' has {count} anchors; it needs exactly five, one for each level 1-5."),
    "Q017": (
        "error",
        "item '{item}' has {count} next steps; it needs exactly four: from 1 to 2, 2 to 3, 3 to 4 and 4 to 5.",
    ),
    "Q018": (
        "error",
        "item '{item}' is critical and allows 'not applicable'. Remove one: a critical item applies to everyone.",
    ),
    "Q019": (
        "error",
        "the condition '{key}' is not known. Use at_least, at_most or is with an item, or all, any, not.",
    ),
    "Q020": ("error", "'{value}' is not allowed for '{key}': {reason}."),
    "Q021": ("error", "'{key}' must be {wanted}, but this is {found}."),
    "Q022": ("error", "item '{item}' is asked if itself. Refer to an earlier item."),
    "Q023": ("error", "the file holds more than {limit} values. Split it into several questionnaires."),
    "Q024": ("error", "there are more than {limit} problems; the others are not shown. Repair these first."),
    # --- the questionnaire as a whole
    "Q030": ("error", "evidence_caps must not fall from none to described to document to verified. Raise '{key}'."),
    "Q031": ("error", "levels must be the five levels 1, 2, 3, 4 and 5, in this order."),
    # --- what a version changed
    "Q040": (
        "error",
        "'{old}' is renamed to '{new}', and there is no such item. Correct the id, or list '{old}' under dropped.",
    ),
    "Q041": ("error", "'{item}' is both renamed and dropped. Keep one of the two."),
    "Q042": (
        "error",
        (
            "'{item}' is {gone} here and still an id of this version. Remove it from migration, or give the item or "
            "dimension a new id."
        ),
    ),
    "Q043": ("error", "'{item}' is renamed to itself. Remove the line."),
    "Q044": (
        "error",
        "version {value} is not earlier than this file's {version}. List earlier versions only.",
    ),
    "Q045": ("error", "'{old}' and '{other}' are both renamed to '{new}'. Keep one, and list the other under dropped."),
    # --- two versions of a questionnaire side by side
    "Q050": (
        "error",
        (
            "scores of version {old} cannot be compared with those of version {new}. If they can, list {old} under "
            "migration, comparable_with, of version {new}."
        ),
    ),
    "Q051": ("error", "'{other}' is another questionnaire than '{id}'. Compare rounds of the same one."),
    "Q052": (
        "error",
        (
            "item '{item}' of version {old} is not in version {new}, and migration does not say what became of it. List "
            "it there under renamed or dropped."
        ),
    ),
    "Q053": (
        "error",
        (
            "items '{item}' and '{other}' of version {old} have both become '{successor}' in version {new}. Keep one under "
            "renamed, and list the other under dropped."
        ),
    ),
    # --- thin places
    "Q101": (
        "warning",
        (
            "item '{item}': the anchor of level {level} has {count} characters. Describe an observable fact in a "
            "sentence of at least 40."
        ),
    ),
    "Q102": ("warning", "item '{item}' is thin: it has no {missing}. Respondents and reports need it."),
    "Q103": (
        "warning",
        "dimension '{dimension}' has no pulse item, so the short form cannot rate it. Mark one 'pulse: true'.",
    ),
    "Q104": (
        "warning",
        "pulse item '{item}' is asked if '{other}', which is not in the pulse form and counts as unanswered there.",
    ),
    "Q105": ("warning", "item '{item}': '{word}' in the anchor of level {level} is a judgement. Say what can be seen."),
    # --- translations
    "T001": (
        "error",
        "The translation cannot be read: {reason}. Repair the .po file, or start again from the .pot file beside it.",
    ),
    "T002": ("warning", "{count} of {total} texts have no translation into '{language}'; the first is {first}."),
    "T003": (
        "warning",
        "{count} of {total} texts are draft translations (fuzzy) into '{language}'; the first is {first}.",
    ),
    "T004": (
        "warning",
        (
            "{count} translations into '{language}' belong to texts that have changed or are gone; the first is "
            "{first}. Run 'make translations' and review them."
        ),
    ),
    "T005": ("error", "'{name}' is not a language code. Name the file after one, such as 'km.po'."),
    "T006": ("error", "the translation of {context} must keep the placeholders {wanted}."),
    "T007": (
        "error",
        "the translation of {context} has {found} plural form(s) and '{language}' needs {wanted}. Write each msgstr[...].",
    ),
    # --- answers files
    "A001": ("error", "The file cannot be read: {reason}. Save it as CSV in UTF-8."),
    "A002": (
        "error",
        "the column '{column}' is missing. The columns are response,item,answer and optionally evidence,reason.",
    ),
    "A003": (
        "error",
        "the column '{column}' is not known. The columns are response,item,answer and optionally evidence,reason.",
    ),
    "A004": ("error", "the questionnaire '{questionnaire}' has no item '{item}'. Correct the id."),
    "A005": ("error", "'{value}' is not an answer. Use 1, 2, 3, 4, 5, dont_know, not_applicable or nothing."),
    "A006": ("error", "item '{item}' cannot be 'not_applicable'. Choose a level or dont_know."),
    "A007": ("error", "'{value}' is not an evidence tier. Use none, described, document or verified."),
    "A008": ("error", "response '{response}' already answers '{item}' in line {first}. Keep one of the two."),
    "A009": (
        "error",
        "this line has {found} fields where the header has {wanted}. Check the commas and quotation marks.",
    ),
    "A010": ("error", "the response has no name. Fill the column 'response'."),
    "A011": ("error", "the column '{column}' appears twice. Keep one of the two."),
    "A012": ("error", "there are more than {limit} problems; nothing after this line was checked. Repair these first."),
    # --- groups files
    "G001": ("error", "The file cannot be read: {reason}. Save it as CSV in UTF-8."),
    "G002": (
        "error",
        "the column '{column}' is missing. The columns are response,group and optionally organisation,invited.",
    ),
    "G003": (
        "error",
        "the column '{column}' is not known. The columns are response,group and optionally organisation,invited.",
    ),
    "G004": ("error", "the column '{column}' appears twice. Keep one of the two."),
    "G005": (
        "error",
        "this line has {found} fields where the header has {wanted}. Check the commas and quotation marks.",
    ),
    "G006": ("error", "the response has no name. Fill the column 'response'."),
    "G007": ("error", "response '{response}' is not among the answers. Correct its name or remove the line."),
    "G008": ("error", "response '{response}' has no group. Fill the column 'group'."),
    "G009": ("error", "response '{response}' is already in line {first}. Keep one of the two."),
    "G010": (
        "error",
        (
            "response '{response}' is in the group '{group}' and, in line {first}, in '{other}'. Keep the one it "
            "belongs to."
        ),
    ),
    "G011": (
        "error",
        (
            "organisation '{organisation}' is in the group '{group}' and, in line {first}, in '{other}'. Correct one, or "
            "give the two organisations different names."
        ),
    ),
    "G012": ("error", "'{value}' is not a number of organisations. Write a whole number of at least 1, or nothing."),
    "G013": (
        "error",
        "group '{group}' has {value} invited organisations here and {other} in line {first}. Write the same on each line.",
    ),
    "G014": (
        "error",
        "group '{group}' has {count} organisations but only {invited} invited. Correct 'invited' or the organisations.",
    ),
    "G015": ("error", "response '{response}' has answers but is not in this file. Add a line for it."),
    "G016": ("error", "there are more than {limit} problems; the others are not shown. Repair these first."),
    # --- one answer, as it arrives from a page
    "R001": ("error", "This question is not part of the questionnaire. Reload the page."),
    "R002": ("error", "This answer is not one of the choices. Reload the page and choose again."),
    "R003": ("error", "'Not applicable' is not possible for this question. Choose a level or 'Don't know'."),
    "R004": (
        "error",
        "Please say why this question does not apply to you. The answer is saved once there is a reason.",
    ),
    "R005": ("error", "This kind of evidence is not one of the choices. Reload the page and choose again."),
    "R006": (
        "error",
        "The link must begin with https:// and name a public web address, without a user name or password.",
    ),
    "R007": (
        "error",
        "The text contains a character that is not text and cannot be stored. Remove it; your text is still here.",
    ),
    "R008": (
        "error",
        "The text has {count} characters and at most {limit} can be stored. Shorten it; your text is still here.",
    ),
    "R009": (
        "error",
        "A reason is given, but 'Not applicable' is not chosen. Choose it, or move the reason into the comment.",
    ),
    # --- what an actor may not do, or not now; 'not yours' and 'does not exist' are the same text
    "P001": ("error", "This page does not exist, or it is not open to you."),
    "P002": ("error", "The round is closed. Answers can be read but no longer changed."),
    "P003": ("error", "The response has been submitted. The coordinator can reopen it until the round closes."),
    "P004": (
        "error",
        (
            "Some questions marked as critical have no answer yet. Answer them ('Don't know' is an answer) and "
            "submit again."
        ),
    ),
    "P005": ("error", "Only the organisation's coordinator can do this."),
    "P007": (
        "error",
        "The answer could not be stored. It is not saved; your text is still here. Try again in a moment.",
    ),
    "P008": (
        "error",
        "Somebody else changed this at the same moment. Look at it again, then repeat what you wanted to do.",
    ),
    # --- codes and passphrases
    "P020": ("error", "Too many people are coming in at this moment. Wait ten seconds and try again; nothing is lost."),
    "P021": ("error", "The passphrase is too short. Use at least 15 characters: four or five words, with spaces."),
    "P022": ("error", "The passphrase is too long, or has a character that is not text. Use at most 250 characters."),
    "P023": (
        "error",
        (
            "Many people choose this passphrase, or it is only a name or a repetition. Choose four or five words that "
            "have nothing to do with each other."
        ),
    ),
    "P024": (
        "error",
        (
            "This is not a code. It has 5 letters and digits for a room, or 14 for an organisation, and never "
            "0 O, 1 I L, 2 Z, 5 S, 8 B, G, Q or U. Read it again and type it once more."
        ),
    ),
    "P030": (
        "error",
        "This code is not valid (any more). Compare it with your card symbol by symbol, or ask the facilitator for a new one.",
    ),
    "P031": (
        "error",
        "There were several wrong codes. Wait {seconds} seconds, then try again; your link and its QR code work at once.",
    ),
    "P032": (
        "error",
        "No invitation is chosen. Choose at least one, then press the button again; nothing was changed.",
    ),
    "P033": (
        "error",
        "The date is not a day in the future. Choose a later one or leave it empty; nothing was changed.",
    ),
    "P034": (
        "error",
        "One of these links was replaced or ended a moment ago. Load the page again and look; nothing was changed by this.",
    ),
    "P035": (
        "error",
        "There is no {what} that is meant by this alone. Give the round by --round and the organisation by its id.",
    ),
    "P036": (
        "error",
        "The name cannot be kept as it is: use one line of at most 80 characters, all of them text. It is still here.",
    ),
    "P037": (
        "error",
        "The round's name cannot be kept as it is: use one line of 1 to 200 characters, all of them text. Nothing was made.",
    ),
    "P038": (
        "error",
        "'{value}' is not a day. Write until when answers are kept as in 2028-12-31, or leave it out. Nothing was made.",
    ),
    # --- people with an account
    "P040": (
        "error",
        "The name or the passphrase is not right. Check both and try again; after a few times you have to wait.",
    ),
    "P041": ("error", "This is the last administrator. Give somebody else this role first; nothing was changed."),
    "P042": ("error", "The name needs 1 to 80 characters. Write it as the person will type it to sign in."),
    "P043": ("error", "Somebody has this name already. Choose another, for example with the agency behind it."),
    "P044": (
        "error",
        "This account has no role here. Ask an administrator for a link, and name this number if it should have one: {number}.",
    ),
    "P045": ("error", "The two passphrases differ. Type the same one twice."),
    "P046": ("error", "This account belongs to somebody already. Sign in with it, or use another one for this link."),
    "P047": ("error", "Too many attempts have failed. Wait {seconds} seconds and try again; nothing is lost."),
    "P048": (
        "error",
        "The identity provider has not said who you are, so nobody was signed in. Start again from the sign-in page.",
    ),
    # --- before the first answer, after the last one, and what facilitators write
    "P060": (
        "error",
        "The round is closed. Your text is kept as a draft; your organisation finds it on 'Review and submit'.",
    ),
    "P061": (
        "error",
        (
            "The response has been submitted. Your text is kept as a draft; your organisation finds it on 'Review and "
            "submit' and can take it over once the coordinator has reopened the response."
        ),
    ),
    "P062": (
        "error",
        (
            "First read who asks, why, and who will see the answers, and press Continue there. Then your answer can be saved; "
            "it is still here."
        ),
    ),
    "P063": (
        "error",
        (
            "The notice has to say who asks, why, who sees what, how long it is kept, and whom to ask. Fill all five; "
            "nothing was changed."
        ),
    ),
    "P064": (
        "error",
        (
            "A text of the notice cannot be kept: it is longer than 2,000 characters, or has a character that is not text. "
            "Shorten or correct it; nothing was changed."
        ),
    ),
    # --- files of organisations
    "O001": ("error", "The file needs the columns country,name and at least one organisation below them."),
    "O002": ("error", "'{value}' is not a country code. Use two letters as in ISO 3166-1, for example GE or KH."),
    "O003": ("error", "the organisation needs a name of one line, of at most 200 characters."),
    "O004": ("error", "'{name}' is already in line {first}. Keep one of the two."),
    # --- worked cases
    "C001": (
        "error",
        "case '{case}': {figure} should be {expected} and is {found}. Correct the case or the questionnaire.",
    ),
    "C002": ("error", "case '{case}': '{value}' is not known here ({where}). Correct it."),
}
