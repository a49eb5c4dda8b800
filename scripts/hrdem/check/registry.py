"""What the checks of the program demand: a title, the reason, and how to mend it, by code.

The shapes and the queries of ``validation/`` say all this of themselves.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hrdem.check.finding import VIOLATION, WARNING
from hrdem.check.identity import UNIQUE


class Rule(NamedTuple):
    """One rule that is checked by the program and not by a shape.

    Attributes:
        code: its name in findings.
        layer: key of :data:`LAYERS`.
        title: its name for people.
        applies_to: what it looks at, as a phrase.
        demand: what it demands, in a sentence.
        why: the reason.
        good: a piece of a file that is right.
        bad: the same with the fault.
        message: what is said of `bad`, with … for what differs from case to case.
        mend: what to do, in sentences.
        severity: its severity.
    """

    code: str
    layer: str
    title: str
    applies_to: str
    demand: str
    why: str
    good: str
    bad: str
    message: str
    mend: str
    severity: str = VIOLATION


LAYERS: Final = {
    "files": "Files: everything can be read, and fits together.",
    "terms": "Terms: nothing is said with a word that nobody has defined.",
    "words": "Words: quotations are the words of the text, and all of its words are dealt with.",
    "identity": "Identity: each thing has one IRI, one class and one entry in the register.",
    "outside": "Links to the outside: what the graph links to exists, and is what it is taken for.",
}
"""Layer to what its rules are about."""


RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        Rule(
            code="syntax",
            layer="files",
            title="Readable files",
            applies_to="every file in ontology/, data/, queries/ and validation/",
            demand="Each file is valid in its format, and the files agree with each other.",
            why="Without that there is no graph, so nothing else can be checked.",
            good='agent:council a org:Organization ; skos:prefLabel "Council"@en .',
            bad='agent:council a org:Organization ; skos:prefLabel "Council"@en',
            message="This is not valid Turtle: …",
            mend="Go to the line that is named and look there and just before it: often a full"
            " stop, a bracket or a quotation mark is missing, or a prefix is not declared. The"
            " message says what the parser was waiting for.",
        ),
        Rule(
            code="build",
            layer="files",
            title="A graph can be made",
            applies_to="all files together",
            demand="The rules in ontology/rules/ come to an end, and the shapes can be run.",
            why="The check looks at the graph that the build makes, derived facts included.",
            good="CONSTRUCT { ?b hrdem:reviews ?a } WHERE { ?a hrdem:reviewedIn ?b }",
            bad="CONSTRUCT { ?b hrdem:reviews [] } WHERE { ?a hrdem:reviewedIn ?b }",
            message="This rule makes blank nodes, [ ] or _:name, which nothing could point at.",
            mend="Correct the file that is named as the message says, and check again.",
        ),
        Rule(
            code="quality-rule",
            layer="files",
            title="Queries on quality say what they are about",
            applies_to="every file in validation/quality/",
            demand="It begins with Title, Problem, Solution and Severity, and selects ?thing,"
            " ?property and ?value.",
            why="What it finds is told in the words of its header.",
            good="# Title: Missing label\n"
            "# Problem: The term has no label.\n"
            "# Solution: Add skos:prefLabel and rdfs:label.\n"
            "# Severity: violation",
            bad="# Title: Missing label\n# Problem: The term has no label.\n# Severity: violation",
            message="The header has no Solution. Add a line “# Solution: …” at the top of the"
            " file.",
            mend="Correct the header or the query as the message says.",
        ),
        Rule(
            code="text-unnamed",
            layer="files",
            title="Each text belongs to a document",
            applies_to="every file in data/texts/",
            demand="A document names each text with hrdem:textFile.",
            why="A text that no document names can be quoted by nothing, and its licence and origin"
            " are stated nowhere.",
            good='document:note hrdem:textFile "note.txt" .   # and data/texts/note.txt is there',
            bad="# data/texts/other.txt is there, and no document names it",
            message="No document names this text, so nothing can quote it.",
            mend="Describe the document with hrdem:textFile and hrdem:sha256, or remove the text.",
        ),
        Rule(
            code="unknown-term",
            layer="terms",
            title="Defined terms only",
            applies_to="every class, property and code in data, queries, rules and shapes",
            demand="Each is defined in ontology/hrdem.ttl, or is one of the terms of other"
            " vocabularies that the project uses.",
            why="A misspelt property is valid RDF: it would be stored, and found by no query.",
            good="instrument:plan hrdem:buildsOn instrument:earlier-plan .",
            bad="instrument:plan hrdem:buildOn instrument:earlier-plan .",
            message="The ontology has no hrdem:buildOn. Did you mean hrdem:buildsOn?",
            mend="Use the term that was meant. If none fits, define a new one in"
            " ontology/hrdem.ttl with label, definition and example; a term of another vocabulary"
            " is added to REUSED in scripts/hrdem/check/terms.py once its definition was read.",
        ),
        Rule(
            code="quote-without-text",
            layer="words",
            title="A quotation needs its text",
            applies_to="every passage of a document whose text is not in data/texts/",
            demand="Such a passage has a locator, and neither quotation nor offsets.",
            why="Nobody can compare a quotation with a text that is not there, and a text that may"
            " not be given away is not to be copied piece by piece.",
            good='page:adoption hrdem:locator "first section"@en .',
            bad='page:adoption hrdem:quote "It was adopted in 2020."@en .',
            message="There is a quote or an offset, but the text of the document is not in"
            " data/texts, so nobody can compare them.",
            mend="Put the text into data/texts and name it with hrdem:textFile if it may be given"
            " away. Otherwise say with hrdem:locator where the passage is, and leave the words"
            " where they are.",
        ),
        Rule(
            code="quote-incomplete",
            layer="words",
            title="A quotation with its place",
            applies_to="every passage of a document whose text is in data/texts/",
            demand="It has hrdem:quote, hrdem:start and hrdem:end, or none of them and a locator.",
            why="The offsets say which of several equal phrases is meant; the quotation shows at a"
            " glance that the offsets are right.",
            good='note:flag hrdem:start 82 ; hrdem:end 84 ; hrdem:quote "🇪🇺"@en .',
            bad='note:flag hrdem:start 82 ; hrdem:quote "🇪🇺"@en .',
            message="A passage of note.txt is found by its words. Add hrdem:quote, hrdem:start and"
            " hrdem:end, all three.",
            mend="Add what is missing of the three. Offsets count Unicode characters from 0; the"
            " end is the first character that does not belong.",
        ),
        Rule(
            code="quote-misplaced",
            layer="words",
            title="The words stand where they are said to stand",
            applies_to="every passage with a quotation",
            demand="What lies between the offsets in the text is the quotation, character by"
            " character.",
            why="Facts rest on words. Words that cannot be found in the source prove nothing.",
            good='note:flag hrdem:start 82 ; hrdem:end 84 ; hrdem:quote "🇪🇺"@en .',
            bad='note:flag hrdem:start 81 ; hrdem:end 83 ; hrdem:quote "🇪🇺"@en .',
            message="The quote “🇪🇺” does not stand at 81 to 83 of note.txt, counted in Unicode code"
            " points.",
            mend="If the words are right, correct the offsets: the message says where the words do"
            " stand. If not, copy them from the text.",
        ),
        Rule(
            code="quote-paragraph",
            layer="words",
            title="The right paragraph",
            applies_to="every passage with a quotation and a paragraph number",
            demand="hrdem:paragraph is the number of the paragraph in which the quotation begins.",
            why="People look a passage up by its paragraph, not by counting characters.",
            good="note:flag hrdem:paragraph 2 .",
            bad="note:flag hrdem:paragraph 3 .",
            message="The quote stands in paragraph 2 of note.txt, not in paragraph 3.",
            mend="Correct hrdem:paragraph. Paragraphs are what blank lines part, counted from 1.",
        ),
        Rule(
            code="quote-date",
            layer="words",
            title="The date that the words give",
            applies_to="every fact with a date under a passage whose quotation names dates",
            demand="A day is one of the days that the quotation names; where it names years alone,"
            " the year is one of those. Bounds may come from the date of the document.",
            why="A slip in a date looks like any other date. Where the words lie beside it, they"
            " show it.",
            good='note:adoption { event:adoption-of-plan hrdem:date "2020-11-17"^^xsd:date . }',
            bad='note:adoption { event:adoption-of-plan hrdem:date "2020-11-18"^^xsd:date . }',
            message="The quote names 2020-11-17, and a fact under it has 2020-11-18 (hrdem:date of"
            " event:adoption-of-plan).",
            mend="Correct the date, or state the fact under the passage whose words give it.",
            severity=WARNING,
        ),
        Rule(
            code="words-uncovered",
            layer="words",
            title="No word left out",
            applies_to="every text in data/texts/",
            demand="Each word of the text lies in a passage.",
            why="What is left out of a text should be left out knowingly: a passage that supports"
            " no fact says why.",
            good='note:flag hrdem:start 82 ; hrdem:end 84 ; hrdem:quote "🇪🇺"@en ;\n'
            '    hrdem:assertsNothing "A flag."@en .',
            bad="# no passage for the last word of the text",
            message="This word lies in no passage: “🇪🇺” (82 to 84, in Unicode code points).",
            mend="Add a passage for the words, with the facts that they support, or with"
            " hrdem:assertsNothing and the reason.",
        ),
        Rule(
            code="same-label",
            layer="identity",
            title="Labels tell things apart",
            applies_to="all things of one kind",
            demand="No two of them have the same label in one language; capitals and spaces do not"
            " count.",
            why="Two equal labels are nearly always one thing with two IRIs, whose facts never"
            " meet.",
            good='instrument:earlier-plan skos:prefLabel "Earlier plan"@en .\n'
            'instrument:plan skos:prefLabel "Plan"@en .',
            bad='instrument:earlier-plan skos:prefLabel "Plan"@en .\n'
            'instrument:plan skos:prefLabel "Plan"@en .',
            message="instrument:plan and instrument:earlier-plan have the same label, “Plan”.",
            mend="If they are one thing, use one IRI everywhere. If not, give each a label that"
            " tells them apart.",
        ),
        Rule(
            code="same-identifier",
            layer="identity",
            title="A number names one instrument",
            applies_to="every instrument with one of the identifiers "
            + ", ".join(f"hrdem:{name}" for name in UNIQUE),
            demand="No other instrument has the same number. Two in one document, such as"
            " conclusions and the plan they approve, may share the number of that document.",
            why="By these numbers people and programs find an instrument elsewhere.",
            good='instrument:earlier-plan hrdem:celexNumber "32012X0001" .\n'
            'instrument:plan hrdem:celexNumber "32020X0001" .',
            bad='instrument:earlier-plan hrdem:celexNumber "32020X0001" .\n'
            'instrument:plan hrdem:celexNumber "32020X0001" .',
            message="“Plan” (instrument:plan) and “Earlier plan” (instrument:earlier-plan) have the"
            " same hrdem:celexNumber, 32020X0001.",
            mend="If they are one instrument, use one IRI everywhere. If not, correct the number,"
            " or state how the two stand to each other in the document that both are in.",
        ),
        Rule(
            code="unregistered",
            layer="identity",
            title="Everything mentioned is registered",
            applies_to="every thing that a fact mentions",
            demand="A file in data/ gives it a class of its kind and a label.",
            why="A misspelt IRI would otherwise make a new thing that nobody knows of.",
            good="instrument:plan hrdem:buildsOn instrument:earlier-plan .",
            bad="instrument:plan hrdem:buildsOn instrument:erlier-plan .",
            message="instrument:erlier-plan is mentioned and not registered as an instrument.",
            mend="Correct the IRI if it is misspelt. Otherwise enter the thing, with its class and"
            " skos:prefLabel, in the file that the message names.",
        ),
        Rule(
            code="unmentioned",
            layer="identity",
            title="Everything registered is mentioned",
            applies_to="every agent, post, place and theme",
            demand="A document mentions it, or, for a theme, one below it.",
            why="The register holds what facts are about. An entry without a fact shows no words.",
            good="# data/agents.ttl has agent:council, and a passage says what it adopted",
            bad="# data/agents.ttl also has agent:other, of which no passage speaks\n"
            'agent:other a org:Organization ; skos:prefLabel "Other"@en .',
            message="“Other” (agent:other) stands in the register, and no document mentions it.",
            mend="Write down what a document says of it, or take it out of the register.",
        ),
        Rule(
            code="two-classes",
            layer="identity",
            title="One class",
            applies_to="every thing",
            demand="Accepted facts put it into one class of its kind; a class and one above it"
            " count as one.",
            why="Queries that count or list things by class would count it twice.",
            good="instrument:plan a hrdem:ActionPlan .",
            bad="instrument:plan a hrdem:ActionPlan , hrdem:Guidelines .",
            message="“Plan” (instrument:plan) is both hrdem:ActionPlan and hrdem:Guidelines.",
            mend="Keep the class that fits. If a source says otherwise, give its passage the"
            " standing that it has.",
        ),
        Rule(
            code="built-file",
            layer="files",
            title="What was built is what the catalogue describes",
            applies_to="every file in build/ that build/catalogue.ttl describes",
            demand="It can be read, and has the size and the SHA-256 that the catalogue states.",
            why="Whoever takes a file from there compares it with the catalogue; where the two"
            " differ, the file was changed or cut short.",
            good="# build/hrdem.nt is as `hrdem build` wrote it",
            bad="# a line was added to build/hrdem.nt by hand",
            message="Run `hrdem build`, which makes all files anew.",
            mend="Run `hrdem build`. If the change was meant, make it in the sources.",
        ),
        Rule(
            code="endpoint",
            layer="outside",
            title="An endpoint answers",
            applies_to="every endpoint that is given to `hrdem links check`",
            demand="It answers in time, with what was asked for.",
            why="A link that nobody could look up is not proven.",
            good="hrdem links check --against https://example.org/sparql",
            bad="hrdem links check --against https://example.org/nothing-here",
            message="The endpoint https://example.org/nothing-here …",
            mend="Correct its address, try again later, or give a file of the vocabulary instead.",
        ),
        Rule(
            code="link-missing",
            layer="outside",
            title="What is linked to exists",
            applies_to="every link to a vocabulary that is known completely (--complete)",
            demand="The vocabulary describes the IRI that the link leads to.",
            why="A misspelt IRI looks like any other.",
            good="theme:elections skos:exactMatch <http://eurovoc.europa.eu/1234> .",
            bad="theme:elections skos:exactMatch <http://eurovoc.europa.eu/123400> .",
            message="… is linked by skos:exactMatch to <http://eurovoc.europa.eu/123400>, which"
            " none of the vocabularies given describes.",
            mend="Correct the IRI, or remove the link.",
            severity=WARNING,
        ),
        Rule(
            code="link-deprecated",
            layer="outside",
            title="What is linked to is in use",
            applies_to="every link that leads out of the graph",
            demand="The vocabulary does not say that the term is out of use.",
            why="New data use the term that took its place, and will not be found by the old one.",
            good="theme:elections skos:exactMatch <http://eurovoc.europa.eu/1234> .",
            bad="theme:elections skos:exactMatch <http://eurovoc.europa.eu/99> .   # deprecated",
            message="… is linked by skos:exactMatch to <http://eurovoc.europa.eu/99>, which … Link"
            " to what took its place, or remove the link.",
            mend="Link to what took its place, or remove the link.",
            severity=WARNING,
        ),
        Rule(
            code="link-label",
            layer="outside",
            title="What is linked to is called as it is cited",
            applies_to="every link whose target is cited with a label",
            demand="The label is still that of the vocabulary, in the same language.",
            why="A term with another name may have another meaning, so the link may not hold.",
            good='<http://eurovoc.europa.eu/1234> skos:prefLabel "election"@en .',
            bad='<http://eurovoc.europa.eu/1234> skos:prefLabel "elections"@en .',
            message="… which is cited as “elections” … See whether the link still holds, and cite"
            " the present label.",
            mend="See whether the link still holds, and cite the present label.",
            severity=WARNING,
        ),
        Rule(
            code="link-kind",
            layer="outside",
            title="What is linked to is of the right kind",
            applies_to="every link by a property that asks for a kind of thing",
            demand="The vocabulary says that its target is of that kind, if it says anything.",
            why="A mapping of a subject to a body, say, makes nonsense of both.",
            good="theme:elections skos:exactMatch <http://eurovoc.europa.eu/1234> .",
            bad="theme:elections skos:exactMatch <http://publications.europa.eu/resource/authority/"
            "corporate-body/CONSIL> .",
            message="… which is no … Use a property that fits, or link to a …",
            mend="Use a property that fits, or link to a thing of the right kind.",
            severity=WARNING,
        ),
        Rule(
            code="link-scheme",
            layer="outside",
            title="A concept of the right scheme",
            applies_to="every link to a concept of EuroVoc or of an authority table",
            demand="The concept is in the scheme that its IRI or the property asks for.",
            why="Lists that look alike hold different things: a country is not a corporate body.",
            good="document:note dcterms:language language:ENG .",
            bad="document:note dcterms:language country:GBR .",
            message="… which is not in the scheme … Link to a concept of the right scheme.",
            mend="Link to a concept of the right scheme.",
            severity=WARNING,
        ),
    )
}
"""Code to rule."""
